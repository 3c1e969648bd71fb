import type { ReceivedEvent } from '../support/subscriber.ts';
import type { World } from './world.ts';

interface Counted {
  id: string;
  eventId: string;
  status: string;
  attempts: number;
}

/** Pages of so many at most; an installation's whole story is a few thousand. */
const pageMax = 200;

/**
 * Deliveries whose attempts were not counted truly: more were counted than came, or the log says another number than the
 * delivery. One that died on its way came and was not counted, which is how it should be.
 */
export async function findMiscounted({ packline }: World): Promise<string[]> {
  const came = countById(packline.subscriber.received);
  const counted = new Map<string, number>();
  const wrong: string[] = [];
  for await (const { id, eventId, status, attempts } of listDeliveries(packline)) {
    counted.set(eventId, (counted.get(eventId) ?? 0) + attempts);
    if (status === 'delivered' && attempts === 0) wrong.push(`${id} delivered by no attempt`);
    if (attempts < 2) continue;
    const log = await packline.call('GET', `/v1/deliveries/${id}/attempts`);
    const numbers = (log.body['data'] as { attempt: number }[]).map(({ attempt }) => attempt);
    if (numbers.some((number, at) => number !== attempts - numbers.length + at + 1)) {
      wrong.push(`${id} has ${attempts} attempts and a log of ${numbers.join(', ')}`);
    }
  }
  for (const [eventId, attempts] of counted) {
    const times = came.get(eventId) ?? 0;
    if (attempts > times) wrong.push(`${eventId} came ${times} times and was counted ${attempts} times`);
  }
  return wrong;
}

function countById(received: readonly ReceivedEvent[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { id } of received) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

async function* listDeliveries(packline: World['packline']): AsyncGenerator<Counted> {
  let cursor: string | null = null;
  do {
    const at: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { body } = await packline.call('GET', `/v1/deliveries?limit=${pageMax}${at}`);
    yield* body['data'] as Counted[];
    cursor = body['nextCursor'] as string | null;
  } while (cursor !== null);
}
