import * as z from 'zod';
import { disabledReasons } from './endpoint.ts';
import { warnPercents } from './endpoint-health.ts';
import type { EventType } from './events.ts';
import { IdSchema } from './ids.ts';
import { InstantSchema } from './time.ts';

const ofEndpoint = { endpointId: IdSchema('endpoint') };
const ofConnection = { connectionId: IdSchema('connection'), connector: z.string() };

/** The `data` of what is told of an endpoint, to the merchant's others. */
export const endpointEventData = {
  'endpoint.warned': z.strictObject({
    ...ofEndpoint,
    percent: z.literal(warnPercents).meta({ description: 'Of the way to being disabled' }),
    failures: z.int().meta({ description: 'Attempts since the last one that succeeded' }),
    failingSince: InstantSchema,
    code: z.string().meta({ description: 'How the last attempt failed' }),
    disablesAt: InstantSchema.nullable().meta({
      description: 'The first failure from then on disables it; null: none does',
    }),
  }),
  'endpoint.disabled': z.strictObject({ ...ofEndpoint, reason: z.enum(disabledReasons) }),
  'endpoint.enabled': z.strictObject({
    ...ofEndpoint,
    by: z.enum(['merchant', 'probe']).meta({ description: '`probe`: it was asked whether it is there, and it is' }),
  }),
  'endpoint.recovered': z.strictObject(ofEndpoint),
} as const satisfies Partial<Record<EventType, z.ZodType>>;

/** The `data` of what is told of a connection. */
export const connectionEventData = {
  'connection.unhealthy': z.strictObject({
    ...ofConnection,
    code: z.string(),
    source: z.string().meta({ description: 'Who can do something about it: `you`, or the partner' }),
    since: InstantSchema,
  }),
  'connection.recovered': z.strictObject(ofConnection),
} as const satisfies Partial<Record<EventType, z.ZodType>>;

type EndpointEventType = keyof typeof endpointEventData;
/** One thing that happened to an endpoint. */
export type EndpointHappening = {
  [T in EndpointEventType]: { type: T; data: z.infer<(typeof endpointEventData)[T]> };
}[EndpointEventType];
