import * as z from 'zod';
import { EventTypeSchema } from '../../domain/events.ts';
import { IdSchema } from '../../domain/ids.ts';
import { eventOutcomes, underWayOf, type Replay } from '../../domain/replay.ts';
import { InstantSchema } from '../../domain/time.ts';
import { toInstant } from '../../platform/clock.ts';

export const EventOutcomeSchema = z.enum(eventOutcomes).meta({
  id: 'EventOutcome',
  description: 'Of all deliveries of an event to an endpoint the best; `missing`: there never was one',
});

const scope = {
  endpointId: IdSchema('endpoint'),
  types: z.array(EventTypeSchema).meta({ description: 'Empty: all' }),
  orderId: IdSchema('order').nullable(),
  outcomes: z.array(EventOutcomeSchema),
  since: InstantSchema,
  until: InstantSchema,
};
export const toScopeView = ({ sinceMs, untilMs, ...rest }: Replay['scope']) => ({
  ...rest,
  types: [...rest.types],
  outcomes: [...rest.outcomes],
  since: toInstant(sinceMs),
  until: toInstant(untilMs),
});

/** Events that are sent to an endpoint again. */
export const ReplayViewSchema = z
  .strictObject({
    id: IdSchema('replay'),
    ...scope,
    ratePerSecond: z.int(),
    status: z.enum(['running', 'delivering', 'completed', 'canceled', 'failed']).meta({
      description: 'delivering: all deliveries are made, and some are still tried; failed: `failure` says why',
    }),
    failure: z.strictObject({ code: z.string(), detail: z.string() }).nullable(),
    expected: z.int().nullable().meta({ description: 'What was found to send when it began; null: too much to count' }),
    made: z.int().meta({ description: 'Deliveries that were begun; of these:' }),
    delivered: z.int(),
    failed: z.int(),
    dropped: z.int(),
    underWay: z.int(),
    remaining: z.int().nullable().meta({ description: 'Of what was expected, not yet at its end' }),
    createdAt: InstantSchema,
    endedAt: InstantSchema.nullable().meta({ description: 'When nothing more was to be made' }),
  })
  .meta({ id: 'Replay' });
export type ReplayView = z.infer<typeof ReplayViewSchema>;

export function toReplayView(replay: Replay): ReplayView {
  const { id, ratePerSecond, failure, expected, made, delivered, failed, dropped, createdAt, endedAt } = replay;
  const underWay = underWayOf(replay);
  const afterwards = underWay > 0 ? 'delivering' : 'completed';
  const over = delivered + failed + dropped;
  const left = expected === null ? null : Math.max(0, expected - over);
  return {
    id,
    ...toScopeView(replay.scope),
    ratePerSecond,
    status: replay.status === 'made' ? afterwards : replay.status,
    failure,
    expected,
    made,
    delivered,
    failed,
    dropped,
    underWay,
    // What was expected and has come to its end by itself meanwhile is not made any more.
    remaining: replay.status === 'running' ? left : underWay,
    createdAt,
    endedAt,
  };
}

/** What a replay would do. */
export const ReplayPlanSchema = z
  .strictObject({
    ...scope,
    count: z.int().meta({ description: 'Events that would be sent' }),
    complete: z
      .boolean()
      .meta({ description: 'False: there are so many events in this time that not all were looked at' }),
    lookedThrough: InstantSchema.meta({ description: 'Events until then were looked at' }),
    byType: z.record(z.string(), z.int()),
    byOutcome: z.record(z.string(), z.int()).meta({ description: 'What became of them so far' }),
    wiped: z.int().meta({ description: 'Events beside them that cannot be sent: their payload was removed' }),
    oldest: InstantSchema.nullable(),
    newest: InstantSchema.nullable(),
    ratePerSecond: z.int(),
    seconds: z.int().meta({ description: 'How long it takes at that rate, when nothing else holds it up' }),
    sample: z
      .array(
        z.strictObject({
          eventId: IdSchema('event'),
          type: EventTypeSchema,
          orderId: IdSchema('order').nullable(),
          createdAt: InstantSchema,
          outcome: EventOutcomeSchema,
        }),
      )
      .meta({ description: 'The oldest five' }),
  })
  .meta({ id: 'ReplayPlan' });
export type ReplayPlanView = z.infer<typeof ReplayPlanSchema>;
