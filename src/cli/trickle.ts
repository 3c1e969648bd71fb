import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { callJson } from './demo-api.ts';
import { makeDemoOrder } from './demo-order.ts';
import { readCredentials } from './seed-demo.ts';
import { pickAndPackStore } from './seed-vtex.ts';
import type { DemoContext } from './up.ts';
import { describeError } from './describe-error.ts';

/** Enough to see things move, little enough to follow one of them. */
const everyMs = 5_000;

/**
 * Makes a demo order now and then until `signal` aborts, posted and bought at VTEX in turn; what is refused or lost is told
 * and tried no more.
 */
export async function trickle({ home, log }: DemoContext, signal: AbortSignal): Promise<void> {
  const { baseUrl, sandboxUrl, merchantKey } = await readCredentials(home);
  const post = () => {
    const externalId = `demo-${randomBytes(4).toString('hex')}`;
    const body = makeDemoOrder(externalId, Date.now(), Math.random);
    return callJson(`${baseUrl}/v1/orders`, {
      method: 'POST',
      key: merchantKey,
      headers: { 'idempotency-key': externalId },
      body,
    });
  };
  const shop = (warehouseId: string) =>
    callJson(`${sandboxUrl}/_sandbox/vtex/orders`, { method: 'POST', body: { warehouseId } });
  const sources = [post, () => shop(pickAndPackStore), () => shop('store-1')];
  for (let turn = 0; !signal.aborted; turn += 1) {
    const source = sources[turn % sources.length] ?? post;
    await source().catch((error: unknown) => log.warn({ reason: describeError(error) }, 'trickle.refused'));
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
