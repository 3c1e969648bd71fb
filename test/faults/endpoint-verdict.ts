import type { ReceivedEvent } from '../support/subscriber.ts';
import { findMiscounted, listDeliveries, type LoggedDelivery } from './counted.ts';
import type { EndpointWorld } from './endpoint-world.ts';

/** What was for the endpoint: what the merchant's other system got, but for what was said of the endpoint itself. */
function eventsFor({ packline, troubled }: EndpointWorld): Set<string> {
  const isAbout = ({ data }: ReceivedEvent): boolean =>
    data['endpointId'] === troubled.id || data['target'] === troubled.id;
  return new Set(packline.subscriber.received.filter((event) => !isAbout(event)).map(({ id }) => id));
}

const taken = ({ troubled }: EndpointWorld): ReceivedEvent[] =>
  troubled.subscriber.received.filter(({ answered }) => answered < 300);

/** Of all deliveries of an event the best status; an event of which there is none is not in it. */
function bestStatuses(deliveries: readonly LoggedDelivery[]): Map<string, string> {
  const worth = ['dropped', 'failed', 'pending', 'delivered'];
  const best = new Map<string, string>();
  for (const { eventId, status } of deliveries) {
    const before = best.get(eventId);
    if (before === undefined || worth.indexOf(status) > worth.indexOf(before)) best.set(eventId, status);
  }
  return best;
}

/** Events that are not with the endpoint and not on their way to it: what `missed` of its health has to say. */
export async function countMissed(world: EndpointWorld): Promise<number> {
  const best = bestStatuses(await listDeliveries(world.packline, world.troubled.id));
  return [...eventsFor(world)].filter((id) => !['delivered', 'pending'].includes(best.get(id) ?? 'none')).length;
}

export async function readMissedCount({ packline, troubled }: EndpointWorld): Promise<number> {
  const { body } = await packline.call('GET', `/v1/endpoints/${troubled.id}/health`);
  return (body['missed'] as { events: number } | null)?.events ?? 0;
}

/** How often the merchant's other system was told so of the endpoint; repeats of one event count once. */
export const timesTold = ({ packline, troubled }: EndpointWorld, type: string): number =>
  new Set(
    packline.subscriber.received
      .filter((event) => event.type === type && event.data['endpointId'] === troubled.id)
      .map(({ id }) => id),
  ).size;

/**
 * Orders whose events were first taken out of order: those that came as they happened among each other, and those of each
 * replay. A replay and what happens meanwhile do not wait for each other.
 */
function findDisordered(world: EndpointWorld, deliveries: readonly LoggedDelivery[]): string[] {
  const broughtBy = new Map(
    deliveries.filter(({ status }) => status === 'delivered').map(({ eventId, replayId }) => [eventId, replayId]),
  );
  const newest = new Map<string, number>();
  const seen = new Set<string>();
  const wrong = new Set<string>();
  for (const { id, data } of taken(world)) {
    if (seen.has(id) || typeof data['orderId'] !== 'string') continue;
    seen.add(id);
    const line = `${data['orderId']} ${broughtBy.get(id) ?? 'live'}`;
    const version = Number(data['version']);
    if (version < (newest.get(line) ?? 0)) wrong.add(line);
    newest.set(line, version);
  }
  return [...wrong];
}

/** Everything in which the endpoint, now that all is over, has not got what it was promised. */
export async function findBroken(world: EndpointWorld): Promise<{ broken: string[]; figures: Record<string, number> }> {
  const { packline, troubled } = world;
  const deliveries = await listDeliveries(packline, troubled.id);
  const { received } = troubled.subscriber;
  const has = new Set(taken(world).map(({ id }) => id));
  const lost = [...eventsFor(world)].filter((id) => !has.has(id));
  const twice = Map.groupBy(deliveries, ({ eventId, replayId }) => `${eventId} of ${replayId ?? 'what happened'}`);
  const disordered = findDisordered(world, deliveries);
  const miscounted = await findMiscounted(packline, { endpointId: troubled.id, received });
  return {
    broken: [
      ...lost.map((id) => `lost: ${id} never arrived`),
      ...[...twice].filter(([, { length }]) => length > 1).map(([name]) => `doubled: two deliveries of ${name}`),
      ...disordered.map((line) => `disordered: ${line}`),
      ...miscounted.map((what) => `miscounted: ${what}`),
      ...troubled.subscriber.refused.map((why) => `not signed: ${why}`),
    ],
    figures: {
      events: eventsFor(world).size,
      attemptsThatCame: received.length,
      attemptsCounted: deliveries.reduce((sum, { attempts }) => sum + attempts, 0),
      takenTwice: taken(world).length - has.size,
    },
  };
}
