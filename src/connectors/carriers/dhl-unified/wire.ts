import * as z from 'zod';
import { ListOf, Maybe, Text } from '../wire-values.ts';

const StatusSchema = z.object({
  timestamp: Text,
  statusCode: Text,
  status: Text,
  description: Text,
  location: Maybe(
    z.object({ address: Maybe(z.object({ addressLocality: Text, postalCode: Text, countryCode: Text })) }),
  ),
});
export type WireStatus = z.infer<typeof StatusSchema>;

const ShipmentSchema = z.object({
  id: Text,
  service: Text,
  status: Maybe(StatusSchema),
  estimatedTimeOfDelivery: Text,
  events: ListOf(StatusSchema),
});
export type WireShipment = z.infer<typeof ShipmentSchema>;

/** `GET /track/shipments`. */
export const TrackReplySchema = z.object({
  shipments: z.array(z.unknown()).transform((list) => ListOf(ShipmentSchema).parse(list)),
});
