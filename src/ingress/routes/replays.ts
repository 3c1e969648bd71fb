import * as z from 'zod';
import { EventTypeSchema } from '../../domain/events.ts';
import { IdSchema } from '../../domain/ids.ts';
import { missedOutcomes, replayRateFor, replayRateMax, type Replay, type ReplayScope } from '../../domain/replay.ts';
import { InstantSchema } from '../../domain/time.ts';
import { toInstant } from '../../platform/clock.ts';
import { eventReplayWork } from '../../queues/event-replay.ts';
import type { StoreDeps } from '../../store/deps.ts';
import type { Endpoint } from '../../store/endpoints.ts';
import { requireOrder } from '../../store/orders.ts';
import { beginReplay, cancelReplay, listReplays, readReplay } from '../../store/replays.ts';
import { accepted, ok, type Answer } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { planReplay } from '../plan-replay.ts';
import { makeInvalid, makeRefusal } from '../problem.ts';
import { PageSchema, pageQuery } from '../views/page.ts';
import { ReplayPlanSchema, ReplayViewSchema, toReplayView } from '../views/replay-view.ts';
import { tag } from './deliveries.ts';
import { requireEndpoint } from './endpoints.ts';

const params = z.strictObject({ replayId: IdSchema('replay') });
const ofEndpoint = z.strictObject({ endpointId: IdSchema('endpoint') });

const asked = {
  until: InstantSchema.optional().meta({ description: 'Events before this moment; now by default' }),
  ratePerSecond: z.int().min(1).max(replayRateMax).optional().meta({
    description: 'No more than so many in a second; by default 20, or half of the endpoint’s own limit if that is less',
  }),
  plan: z.boolean().default(false).meta({ description: 'Only say what would be sent' }),
};
const answers = {
  200: { description: 'What would be sent (`plan`)', schema: ReplayPlanSchema },
  202: { description: 'Begun', schema: ReplayViewSchema },
};
const problems = ['endpoint.not_found', 'endpoint.state', 'replay.running', 'replay.too_old'] as const;

interface Asked {
  since?: string | undefined;
  until?: string | undefined;
  ratePerSecond?: number | undefined;
  plan: boolean;
}

/** A plan reaches back to the oldest event: so much later it can still be carried out, for what is left of it. */
const planKeptMs = 3_600_000;

/** @throws `replay.too_old` where events of that time are not kept any more */
function windowOf({ clock, retention }: StoreDeps, { since, until }: Asked): Pick<ReplayScope, 'sinceMs' | 'untilMs'> {
  const oldestMs = clock.now() - retention.eventSeconds * 1_000;
  // What happens in this millisecond has happened.
  const untilMs = until === undefined ? clock.now() + 1 : Date.parse(until);
  const askedMs = since === undefined ? oldestMs : Date.parse(since);
  const sinceMs = Math.max(askedMs, oldestMs);
  if (askedMs < oldestMs - planKeptMs)
    throw makeRefusal('replay.too_old', `the oldest events are of ${toInstant(oldestMs)}`);
  if (sinceMs >= untilMs) throw makeInvalid([{ code: 'invalid', detail: 'is before `since`', pointer: '/until' }]);
  return { sinceMs, untilMs };
}

async function planOrBegin(
  store: StoreDeps,
  endpoint: Endpoint,
  scope: ReplayScope,
  { plan, ratePerSecond = replayRateFor(endpoint.rateLimitPerSecond) }: Asked,
): Promise<Answer> {
  if (plan) return ok(await planReplay(store, enabled(endpoint), { scope, ratePerSecond }));
  if (endpoint.disabled) throw makeRefusal('endpoint.state', 'nothing is sent to a disabled endpoint: enable it first');
  const { count, complete } = await planReplay(store, endpoint, { scope, ratePerSecond });
  const facts = { scope, ratePerSecond, expected: complete ? count : null };
  const { merchantId, id } = endpoint;
  const replay = await beginReplay(store, merchantId, facts, eventReplayWork(merchantId, id));
  if (replay === null) throw makeRefusal('replay.running', 'one is under way at this endpoint');
  return { ...accepted(toReplayView(replay)), headers: { Location: `/v1/replays/${replay.id}` } };
}

/** What it would have, once it is enabled again: that is when it is asked. */
const enabled = (endpoint: Endpoint): Endpoint => ({ ...endpoint, disabled: false });

const postReplay = defineRoute({
  method: 'post',
  path: '/v1/endpoints/:endpointId/replays',
  summary: 'Send events to an endpoint again',
  description:
    'Those that failed, were dropped or never were on their way, oldest first; in order per order where the endpoint wants that. At a rate of its own and behind what happens now. Every event keeps its id.',
  tag: 'Endpoints',
  scope: 'operate',
  params: ofEndpoint,
  body: z
    .strictObject({
      types: z.array(EventTypeSchema).max(50).default([]).meta({ description: 'Empty: all' }),
      orderId: IdSchema('order').optional(),
      outcomes: z
        .array(z.enum(missedOutcomes))
        .min(1)
        .max(3)
        .default([...missedOutcomes]),
      includeDelivered: z.boolean().default(false).meta({ description: 'Also what has been delivered' }),
      since: InstantSchema.optional().meta({ description: 'Events from this moment on; all by default' }),
      ...asked,
    })
    .meta({ id: 'ReplayInput' }),
  bodyOptional: true,
  answers,
  problems: [...problems, 'order.not_found'],
  async handle({ store, merchantId, params: { endpointId }, body }) {
    const endpoint = await requireEndpoint(store, merchantId, endpointId);
    if (body.orderId !== undefined) await requireOrder(store, body.orderId, merchantId);
    const { types, orderId = null, outcomes, includeDelivered } = body;
    const wanted = [...outcomes, ...(includeDelivered ? (['delivered'] as const) : [])];
    const scope = { endpointId, types, orderId, outcomes: wanted, ...windowOf(store, body) };
    return planOrBegin(store, endpoint, scope, body);
  },
});

const recover = defineRoute({
  method: 'post',
  path: '/v1/endpoints/:endpointId/recover',
  summary: 'Send an endpoint what it has missed',
  description:
    'Every event since then that it would have and has not got: its deliveries failed or were dropped, or there never was one because the endpoint was disabled, or not there yet.',
  tag: 'Endpoints',
  scope: 'operate',
  params: ofEndpoint,
  body: z.strictObject({ since: InstantSchema, ...asked }).meta({ id: 'RecoverInput' }),
  answers,
  problems,
  async handle({ store, merchantId, params: { endpointId }, body }) {
    const endpoint = await requireEndpoint(store, merchantId, endpointId);
    const scope = { endpointId, types: [], orderId: null, outcomes: missedOutcomes, ...windowOf(store, body) };
    return planOrBegin(store, endpoint, scope, body);
  },
});

const getReplays = defineRoute({
  method: 'get',
  path: '/v1/replays',
  summary: 'List replays, newest first',
  tag,
  scope: 'read',
  query: z.strictObject(pageQuery('replay')),
  answers: { 200: { description: 'A page', schema: PageSchema(ReplayViewSchema) } },
  async handle({ store, merchantId, query }) {
    const { items, nextCursor } = await listReplays(store, merchantId, query);
    return ok({ data: items.map(toReplayView), nextCursor });
  },
});

async function requireReplay(store: StoreDeps, merchantId: string, id: string): Promise<Replay> {
  const replay = await readReplay(store, id);
  if (replay?.merchantId !== merchantId) throw makeRefusal('replay.not_found', 'no such replay');
  return replay;
}

const getReplay = defineRoute({
  method: 'get',
  path: '/v1/replays/:replayId',
  summary: 'Read a replay',
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'As far as it is', schema: ReplayViewSchema } },
  problems: ['replay.not_found'],
  handle: async ({ store, merchantId, params: { replayId } }) =>
    ok(toReplayView(await requireReplay(store, merchantId, replayId))),
});

const cancel = defineRoute({
  method: 'post',
  path: '/v1/replays/:replayId/cancel',
  summary: 'Cancel a replay',
  description:
    'Nothing more of it is sent: what waits for another try is dropped when its turn comes. What is under way this moment comes to its end.',
  tag,
  scope: 'operate',
  params,
  body: z.strictObject({}),
  bodyOptional: true,
  answers: { 200: { description: 'Canceled', schema: ReplayViewSchema } },
  problems: ['replay.not_found', 'replay.state'],
  async handle({ store, merchantId, params: { replayId } }) {
    const replay = await requireReplay(store, merchantId, replayId);
    const { status } = toReplayView(replay);
    const isOver = status === 'completed' || !(await cancelReplay(store, replay));
    if (isOver) throw makeRefusal('replay.state', `it is ${status}: there is nothing to cancel`);
    return ok(toReplayView(await requireReplay(store, merchantId, replayId)));
  },
});

export const replayRoutes: readonly Route[] = [postReplay, recover, getReplays, getReplay, cancel];
