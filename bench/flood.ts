import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setPriority, constants } from 'node:os';
import { createSandbox } from '../src/sandbox/sandbox.ts';
import { connectMerchant, type ConnectedMerchant } from '../test/support/connected-merchant.ts';
import { createSubscriber } from '../test/support/subscriber.ts';
import { postOrder } from './load.ts';
import { paced } from './paced.ts';

/**
 * The noisy merchants of noisy.ts, with their partner and their endpoints, in a process of their own: who measures must not
 * do their work. Started with the API's URL, its admin key, and how many orders shall wait before it says
 * whose they are; ends with its parent. Together they leave two processors a third of their time, or nobody could tell a
 * merchant that waits for another one from one that waits for a processor.
 *
 * - one posts as fast as its key may, and more, at a partner who takes ten calls a second and sends every hook three times
 * - one has an endpoint that takes every event and never answers
 */
// Merchants and partners have machines of their own: what they do here takes no processor from who is measured.
setPriority(constants.priority.PRIORITY_LOW);

const [, , baseUrl = '', adminKey = '', waiting = '0'] = process.argv;
const offeredPerSecond = 80;
const partnerCallsPerSecond = 10;
const deadOrdersPerSecond = 2;
/** A key may send so many at once; several keys of one merchant fill its lane in a moment. */
const burst = 200;

const sandbox = createSandbox({ speed: 0, picker: { stepMs: 20, outcome: 'exact' } });
sandbox.faults.add({
  match: { partner: 'nash', org: 'org_flood', event: '**' },
  fault: { kind: 'duplicate', copies: 3 },
});
const partner = await sandbox.listen(0);
const subscriber = await createSubscriber({ verifies: false });
const silent = createServer(() => undefined).listen(0, '127.0.0.1');
await once(silent, 'listening');
const silentPort = (silent.address() as AddressInfo).port;

const at = { baseUrl, adminKey, sandboxUrl: partner.url };
const flooding = await connectMerchant(
  { ...at, subscriber },
  { orgId: 'org_flood', ratePerSecond: partnerCallsPerSecond },
);
const dead = await connectMerchant(
  { ...at, subscriber: { ...subscriber, url: `http://127.0.0.1:${silentPort}/hooks` } },
  { orgId: 'org_dead' },
);

let posted = 0;
const answered: Record<string, number> = {};
const post = (key: string, perSecond: number, amount = Number.POSITIVE_INFINITY): Promise<void> =>
  paced({ amount, perSecond }, async () => {
    const status = await postOrder(baseUrl, key, `flood-${(posted += 1)}`);
    answered[status] = (answered[status] ?? 0) + 1;
  });

for (let left = Number(waiting); left > 0; left -= burst) {
  await post(await newKey(flooding), 1_000, Math.min(left, burst));
}
void post(flooding.merchantKey, offeredPerSecond);
void post(dead.merchantKey, deadOrdersPerSecond);
process.on('message', () => {
  const { requestsTotal, counts, violations } = sandbox.books.report('org_flood');
  process.send?.({ partnerCalls: requestsTotal, overLimit: violations.length, answered, ...counts });
});
process.on('disconnect', () => process.exit());
process.send?.(flooding.merchantId);

async function newKey({ merchantId }: ConnectedMerchant): Promise<string> {
  const reply = await fetch(`${baseUrl}/v1/merchants/${merchantId}/api-keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'flood', scopes: ['operate'] }),
  });
  return ((await reply.json()) as { key: string }).key;
}
