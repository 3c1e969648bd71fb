import { setTimeout as delay } from 'node:timers/promises';
import { sampleOrder } from '../support/sample-order.ts';
import type { World } from './world.ts';

let probes = 0;

/**
 * Posts a new order (again and again until it is taken) and waits until the partner has it: how long new work takes to flow.
 * Infinity when it does not within `maxMs`.
 */
export async function timeNewWork({ packline, seed }: World, maxMs = 60_000): Promise<number> {
  probes += 1;
  const externalId = `probe-${seed}-${probes}`;
  const startedMs = Date.now();
  let isTaken = false;
  while (Date.now() - startedMs < maxMs) {
    if (!isTaken) {
      const answer = await packline
        .call('POST', '/v1/orders', sampleOrder({ externalId }), { 'idempotency-key': externalId })
        .catch(() => null);
      isTaken = answer !== null && answer.status < 300;
    }
    if (isTaken && 'order.dispatched' in packline.sandbox.books.effectsOf('org_demo', externalId)) {
      return Date.now() - startedMs;
    }
    await delay(50);
  }
  return Infinity;
}
