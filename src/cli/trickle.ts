import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { callJson } from './demo-api.ts';
import { makeDemoOrder } from './demo-order.ts';
import { readCredentials } from './seed-demo.ts';
import type { DemoContext } from './up.ts';
import { describeError } from './describe-error.ts';

/** Enough to see things move, little enough to follow one of them. */
const everyMs = 5_000;

/** Posts a demo order now and then until `signal` aborts; what is refused or lost is told and tried no more. */
export async function trickle({ home, log }: DemoContext, signal: AbortSignal): Promise<void> {
  const { baseUrl, merchantKey } = await readCredentials(home);
  while (!signal.aborted) {
    const externalId = `demo-${randomBytes(4).toString('hex')}`;
    await callJson(`${baseUrl}/v1/orders`, {
      method: 'POST',
      key: merchantKey,
      headers: { 'idempotency-key': externalId },
      body: makeDemoOrder(externalId, Date.now(), Math.random),
    }).catch((error: unknown) => log.warn({ reason: describeError(error) }, 'trickle.refused'));
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
