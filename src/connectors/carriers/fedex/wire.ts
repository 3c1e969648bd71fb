import * as z from 'zod';
import { ListOf, Maybe, Text } from '../wire-values.ts';

const PlaceSchema = z.object({ city: Text, stateOrProvinceCode: Text, postalCode: Text, countryCode: Text });

const ResultSchema = z.object({
  trackingNumberInfo: Maybe(z.object({ trackingNumber: Text, trackingNumberUniqueId: Text })),
  error: Maybe(z.object({ code: z.string().min(1) })),
  latestStatusDetail: Maybe(
    z.object({
      code: Text,
      derivedCode: Text,
      description: Text,
      delayDetail: Maybe(z.object({ status: Text })),
    }),
  ),
  dateAndTimes: ListOf(z.object({ type: Text, dateTime: Text })),
  scanEvents: ListOf(
    z.object({
      date: Text,
      eventType: Text,
      eventDescription: Text,
      derivedStatusCode: Text,
      exceptionCode: Text,
      scanLocation: Maybe(PlaceSchema),
    }),
  ),
});
export type WireResult = z.infer<typeof ResultSchema>;

const CompleteSchema = z.object({
  completeTrackResults: z
    .array(z.unknown())
    .transform((list) =>
      ListOf(z.object({ trackingNumber: z.string().min(1), trackResults: ListOf(ResultSchema) })).parse(list),
    ),
});
export type WireResults = z.infer<typeof CompleteSchema>['completeTrackResults'];

/** `POST /track/v1/trackingnumbers`. */
export const TrackReplySchema = z.object({ output: CompleteSchema });

/** The webhook's envelope is not documented: "the same tracking state", with or without the reply's `output` around it. */
export const HookSchema = z.union([TrackReplySchema.transform(({ output }) => output), CompleteSchema]);
