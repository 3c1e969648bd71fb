import { Hono } from 'hono';
import { z } from 'zod';
import { deliveryStatuses } from './delivery-path.ts';
import type { NashEnv } from './nash-env.ts';
import { NashRefusal, missing } from './nash-refusal.ts';
import { toNashTime } from './nash-time.ts';
import { commaList, queryInt, queryTime, readBody, readQuery } from './read-request.ts';
import type { Endpoint, Message, Webhooks } from './webhooks.ts';

const messagesQuery = z.object({
  tag: z.string().optional(),
  eventTypes: commaList.optional(),
  channel: z.string().optional(),
  before: queryTime.optional(),
  after: queryTime.optional(),
  limit: queryInt(1, 250, 50),
  iterator: z.string().optional(),
  withContent: z.stringbool().default(true),
});

const replayBody = z.strictObject({
  msgId: z.string().nullish(),
  tag: z.string().nullish(),
  eventType: z.string().nullish(),
  endpointId: z.string().nullish(),
  idempotencyKey: z.string().nullish(),
});

const taskEvents = [
  'created', 'running', 'completed', 'failed', 'expired', 'canceled_by_provider', 'canceled_by_customer',
  'canceled_by_nash', 'canceled_by_merchant',
]; // prettier-ignore

/** Every Svix event type this simulation can send. */
const eventTypes = [
  ...deliveryStatuses.map((status) => `delivery.${status}`),
  ...taskEvents.map((event) => `task.${event}`),
].sort();

/** `/v1/webhooks…` (OpenAPI tag Webhooks): what was sent, newest first, and sending it again. */
export const webhookRoutes = new Hono<NashEnv>()
  .get('/v1/webhooks/event-types', (c) => {
    const { endpoints } = c.get('tenant').webhooks;
    const wanted = new Set(endpoints.flatMap((endpoint) => endpoint.eventTypes ?? eventTypes));
    const narrowed = endpoints.length > 0 && endpoints.every((endpoint) => endpoint.eventTypes !== undefined);
    return c.json(
      narrowed
        ? { eventTypes: eventTypes.filter((name) => wanted.has(name)), source: 'org_active' }
        : { eventTypes, source: 'catalog' },
    );
  })
  .get('/v1/webhooks/messages', (c) => {
    const query = readQuery(c, messagesQuery);
    const from = query.iterator === undefined ? Infinity : readIterator(query.iterator);
    const older = c
      .get('tenant')
      .webhooks.messages.filter((message) => message.position < from && matches(message, query));
    const page = older.slice(-query.limit).reverse();
    const done = older.length <= query.limit;
    const last = page.at(-1);
    return c.json({
      results: page.map((message) => toMessageBody(message, query.withContent)),
      iterator: done || last === undefined ? null : `iterator_${last.position}`,
      prevIterator: null,
      done,
    });
  })
  .post('/v1/webhooks/messages/replay', async (c) => {
    const { webhooks } = c.get('tenant');
    const body = await readBody(c, replayBody);
    const message = findMessage(webhooks, body);
    const endpoints = endpointsFor(webhooks, message, body.endpointId);
    const results = endpoints.map((endpoint) => ({
      endpointId: endpoint.id,
      url: endpoint.url,
      success: !endpoint.disabled,
      error: endpoint.disabled ? 'Endpoint is disabled' : null,
    }));
    const once = typeof body.idempotencyKey === 'string' ? `${body.idempotencyKey}/${message.id}` : undefined;
    webhooks.replay(
      message,
      endpoints.filter((endpoint) => !endpoint.disabled),
      once,
    );
    const succeeded = results.filter(({ success }) => success).length;
    return c.json({
      msgId: message.id,
      eventType: typeof body.msgId === 'string' ? null : message.eventType,
      total: results.length,
      succeeded,
      failed: results.length - succeeded,
      results,
    });
  })
  .get('/v1/webhooks/messages/:msgId/attempts', (c) => {
    const { webhooks } = c.get('tenant');
    const msgId = c.req.param('msgId');
    if (!webhooks.messages.some(({ id }) => id === msgId)) throw missing('message', msgId);
    const results = webhooks.attempts
      .filter((attempt) => attempt.msgId === msgId)
      .map(({ at, retries: _retries, disables: _disables, ...attempt }) => ({ ...attempt, timestamp: toSvixTime(at) }))
      .reverse();
    return c.json({ results, iterator: null, prevIterator: null, done: true });
  });

const matches = (message: Message, query: z.output<typeof messagesQuery>): boolean =>
  (query.tag === undefined || message.tags.includes(query.tag)) &&
  (query.eventTypes?.includes(message.eventType) ?? true) &&
  (query.before === undefined || message.at < query.before * 1000) &&
  (query.after === undefined || message.at > query.after * 1000) &&
  query.channel === undefined;

function readIterator(iterator: string): number {
  const position = /^iterator_(\d+)$/.exec(iterator)?.[1];
  if (position === undefined) throw new NashRefusal(400, 'INVALID_VALUE', 'The iterator is not one of ours');
  return Number(position);
}

/** The log is Svix's, which writes times with their zone (`date-time`), unlike Nash. */
const toSvixTime = (micros: number): string => `${toNashTime(micros)}Z`;

/** OpenAPI `WebhookMessage`. */
const toMessageBody = (message: Message, withContent: boolean): Record<string, unknown> => ({
  id: message.id,
  eventId: null,
  eventType: message.eventType,
  timestamp: toSvixTime(message.at),
  channels: null,
  tags: message.tags,
  payload: withContent ? JSON.parse(message.body) : null,
});

/** By id, or the latest with the tag and the event type; never both ways at once. */
function findMessage(webhooks: Webhooks, { msgId, tag, eventType }: z.output<typeof replayBody>): Message {
  const byId = typeof msgId === 'string';
  const byTag = typeof tag === 'string' && typeof eventType === 'string';
  if (byId === byTag) throw new NashRefusal(400, 'BAD_REQUEST', 'Give msgId, or tag and eventType');
  const message = webhooks.messages.findLast((other) =>
    byId ? other.id === msgId : other.tags.includes(tag ?? '') && other.eventType === eventType,
  );
  if (message === undefined) throw missing('message', msgId ?? `${tag ?? ''}/${eventType ?? ''}`);
  return message;
}

/** The endpoint that is named, else those it was sent to at first. */
function endpointsFor(webhooks: Webhooks, message: Message, endpointId: string | null | undefined): Endpoint[] {
  if (typeof endpointId === 'string') {
    const named = webhooks.endpoints.filter(({ id }) => id === endpointId);
    if (named.length === 0) throw missing('endpoint', endpointId);
    return named;
  }
  return webhooks.endpoints.filter(({ id }) => message.endpointIds.includes(id));
}
