import type { ReceivedEvent } from '../support/subscriber.ts';
import type { World } from './world.ts';

/** As the log shows it. */
export interface LoggedDelivery {
  id: string;
  eventId: string;
  status: string;
  attempts: number;
  replayId: string | null;
}

/** Pages of so many at most; an installation's whole story is a few thousand. */
const pageMax = 200;

/**
 * Deliveries whose attempts were not counted truly: more were counted than came, or the log says another number than the
 * delivery. One that died on its way came and was not counted, which is how it should be.
 */
export async function findMiscounted(
  packline: World['packline'],
  { endpointId, received }: { endpointId: string; received: readonly ReceivedEvent[] },
): Promise<string[]> {
  const came = countById(received);
  const byEvent = Map.groupBy(await listDeliveries(packline, endpointId), ({ eventId }) => eventId);
  const wrong: string[] = [];
  for (const [eventId, deliveries] of byEvent) {
    for (const { id, status, attempts } of deliveries) {
      if (status === 'delivered' && attempts === 0) wrong.push(`${id} delivered by no attempt`);
      if (attempts < 2) continue;
      const numbers = (await readLog(packline, id)).map(({ attempt }) => attempt);
      if (numbers.some((number, at) => number !== attempts - numbers.length + at + 1)) {
        wrong.push(`${id} has ${attempts} attempts and a log of ${numbers.join(', ')}`);
      }
    }
    const times = came.get(eventId) ?? 0;
    if (deliveries.reduce((sum, { attempts }) => sum + attempts, 0) <= times) continue;
    // An attempt that had no answer may never have come.
    const logs = await Promise.all(deliveries.map(({ id }) => readLog(packline, id)));
    const answered = logs.flat().filter(({ responseStatus }) => responseStatus !== null).length;
    if (answered > times) wrong.push(`${eventId} came ${times} times and was answered ${answered} times`);
  }
  return wrong;
}

interface LogLine {
  attempt: number;
  responseStatus: number | null;
}
const readLog = async (packline: World['packline'], deliveryId: string): Promise<LogLine[]> =>
  (await packline.call('GET', `/v1/deliveries/${deliveryId}/attempts`)).body['data'] as LogLine[];

function countById(received: readonly ReceivedEvent[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { id } of received) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/** All that were ever made for an endpoint. */
export async function listDeliveries(packline: World['packline'], endpointId: string): Promise<LoggedDelivery[]> {
  const listed: LoggedDelivery[] = [];
  let cursor: string | null = null;
  do {
    const at: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { body } = await packline.call('GET', `/v1/deliveries?endpointId=${endpointId}&limit=${pageMax}${at}`);
    listed.push(...(body['data'] as LoggedDelivery[]));
    cursor = body['nextCursor'] as string | null;
  } while (cursor !== null);
  return listed;
}
