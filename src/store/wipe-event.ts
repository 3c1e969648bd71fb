import { toInstant } from '../platform/clock.ts';
import { commit } from './commit.ts';
import { withoutFreeText } from '../domain/free-text.ts';
import { readEach } from './delivery-log.ts';
import type { StoreDeps } from './deps.ts';
import type { StoredEvent } from './events.ts';
import { readDeliveriesOf } from './missed-events.ts';
import { parseStored } from './stored-json.ts';
import { idRange } from './walk-index.ts';

/** Takes its body out of an event, and what its deliveries keep of requests and answers. Whatever is still tried finds it gone. */
export async function wipeEvent(deps: StoreDeps, event: StoredEvent): Promise<void> {
  const wiped: StoredEvent = { ...event, body: '', wipedAt: event.wipedAt ?? toInstant(deps.clock.now()) };
  await commit(deps, {
    writes: [
      ['SET', deps.keys.event(event.id), JSON.stringify(wiped), 'XX', 'KEEPTTL'],
      ...(await wipedAttemptWrites(deps, [event])),
    ],
  });
}

/** The part of a commit after which nothing sealed is left in the attempts of these events: when they were, and how they ended, stays. */
async function wipedAttemptWrites(deps: StoreDeps, events: readonly StoredEvent[]): Promise<string[][]> {
  const { redis, keys, retention } = deps;
  const deliveries = [...(await readDeliveriesOf(deps, events)).values()].flat();
  const logs = await Promise.all(
    deliveries.map(async ({ id }) => ({ key: keys.attempts(id), lines: await redis.lrange(keys.attempts(id), 0, -1) })),
  );
  return logs.flatMap(({ key, lines }) => {
    const wiped = lines.map(withoutSealed);
    if (wiped.every((line, at) => line === lines[at])) return [];
    return [
      ['DEL', key],
      ['RPUSH', key, ...wiped],
      ['EXPIRE', key, String(retention.eventSeconds)],
    ];
  });
}

const withoutSealed = (line: string): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(parseStored<Record<string, unknown>>(line)).map(([name, value]) =>
        name.startsWith('sealed') ? [name, null] : [name, value],
      ),
    ),
  );

/**
 * The part of a commit after which nothing is left in the log that somebody wrote about an order, or that a subscriber
 * answered to its events. The events themselves stay, and are delivered: they name nobody.
 */
export async function impersonalEventWrites(deps: StoreDeps, orderId: string): Promise<string[][]> {
  const { redis, keys } = deps;
  const { min, max } = idRange('event', {});
  const ids = await redis.zrange(keys.about(orderId), min, max, 'BYLEX');
  const events = (await readEach<StoredEvent>(deps, ids.map(keys.event))).filter((event) => event !== null);
  const rewritten = events.flatMap((event) => {
    const body = event.wipedAt === null ? withoutFreeText(event.type, event.body) : event.body;
    if (body === event.body) return [];
    return [['SET', keys.event(event.id), JSON.stringify({ ...event, body }), 'XX', 'KEEPTTL']];
  });
  return [...rewritten, ...(await wipedAttemptWrites(deps, events))];
}
