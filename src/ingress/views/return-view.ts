import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import type { OrderReturn } from '../../domain/order-return.ts';
import { InstantSchema } from '../../domain/time.ts';

/** A return as it is read back. */
export const ReturnSchema = z
  .strictObject({
    id: IdSchema('return'),
    items: z.array(z.strictObject({ lineId: z.string(), quantity: z.int(), reason: z.string().nullable() })),
    reason: z.string().nullable(),
    invoiceIds: z.array(IdSchema('invoice')).meta({ description: 'The documents of type `input` that go with it' }),
    toldBy: z
      .array(z.strictObject({ system: z.string(), reference: z.string() }))
      .meta({ description: 'Everybody who told of it: connectors, or `merchant`; and under which id of theirs' }),
    requestedAt: InstantSchema,
  })
  .meta({ id: 'Return' });

export const toReturnView = ({
  items,
  reason,
  invoiceIds,
  toldBy,
  ...rest
}: OrderReturn): z.infer<typeof ReturnSchema> => ({
  ...rest,
  items: items.map((item) => ({ ...item, reason: item.reason ?? null })),
  reason: reason ?? null,
  invoiceIds: [...invoiceIds],
  toldBy: toldBy.map(({ system, reference }) => ({ system, reference })),
});
