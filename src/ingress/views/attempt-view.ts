import * as z from 'zod';
import { deliveryFailureNames } from '../../domain/delivery-failure.ts';
import { InstantSchema } from '../../domain/time.ts';
import type { DeliveryAttempt } from '../../store/delivery-attempts.ts';

const HeadersSchema = z.record(z.string(), z.string());
const ms = z.number().nullable();

/** One try, as it is shown. */
export const AttemptViewSchema = z
  .strictObject({
    at: InstantSchema,
    attempt: z.int(),
    outcome: z.string().meta({ description: '`delivered`, or the code of what went wrong' }),
    failure: z.enum(deliveryFailureNames).nullable().meta({ description: 'The class of what went wrong' }),
    requestHeaders: HeadersSchema.nullable().meta({
      description: 'Null where nothing was sent; signatures and the values of your own headers are masked',
    }),
    responseStatus: z.int().nullable(),
    responseHeaders: HeadersSchema.nullable().meta({ description: 'The first 2 KiB; each value up to 256 characters' }),
    responseBody: z.string().nullable().meta({ description: 'The beginning of it' }),
    retryAfterMs: z.number().nullable().meta({ description: 'How long the answer asked to be left alone' }),
    timings: z
      .strictObject({ dnsMs: ms, connectMs: ms, tlsMs: ms, firstByteMs: ms, totalMs: z.number() })
      .nullable()
      .meta({
        id: 'DeliveryTimings',
        description: 'Null is a phase that was not reached, or that an open connection did not need',
      }),
  })
  .meta({ id: 'DeliveryAttempt' });

export const toAttemptView = ({
  at,
  attempt,
  outcome,
  failure,
  exchange,
}: DeliveryAttempt): z.infer<typeof AttemptViewSchema> => ({
  at,
  attempt,
  outcome,
  failure,
  requestHeaders: exchange && { ...exchange.requestHeaders },
  responseStatus: exchange && exchange.responseStatus,
  responseHeaders: exchange?.responseHeaders ? { ...exchange.responseHeaders } : null,
  responseBody: exchange && exchange.responseBody,
  retryAfterMs: exchange && exchange.retryAfterMs,
  timings: exchange && exchange.timings,
});
