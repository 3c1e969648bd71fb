import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { connectMerchant, type ConnectedMerchant } from '../test/support/connected-merchant.ts';
import type { PacklineProcesses } from '../test/support/packline-processes.ts';
import { postOrders } from './load.ts';
import { untilRouted } from './until-routed.ts';

/** A merchant whose partner answers 503 to everything. */
export interface Away {
  orgId: string;
  merchant: ConnectedMerchant;
}

/** More than a worker can make of it. */
const callsPerSecond = 1_000;
/** The rate of a lane climbs with each call, and code that runs for the first time is slow. */
const climb = 100;

/** While it is away, its partner is asked once a second whether it is back. */
export async function connectAway(packline: PacklineProcesses, orgId: string): Promise<Away> {
  const merchant = await connectMerchant(packline, { orgId, ratePerSecond: 1 });
  packline.sandbox.faults.add({ match: { org: orgId }, fault: { kind: 'status', status: 503 } });
  return { orgId, merchant };
}

/** Posts so many orders at full speed, and waits until all of them wait for the partner. */
export async function postAway(
  packline: PacklineProcesses,
  redis: Redis,
  { merchant: { merchantId, merchantKey: key } }: Away,
  amount: number,
): Promise<void> {
  const { non2xx } = await postOrders(packline.baseUrl, { key, connections: 50, seconds: 3_600, amount });
  if (non2xx > 0) throw new Error(`${non2xx} of ${amount} orders were not accepted`);
  await untilRouted(redis, [merchantId]);
}

/** All partners are back, and this one takes as much as we can send: orders a second, over so many, that it is sent. */
export async function drain(packline: PacklineProcesses, { orgId, merchant }: Away, amount: number): Promise<number> {
  const dispatched = countDispatches(packline, orgId);
  packline.sandbox.faults.clear();
  await merchant.control('POST', '/nash/organisations', {
    orgId,
    apiKey: `nash_key_${orgId}`,
    stores: ['store-1'],
    limits: { default: callsPerSecond, catalog: 10 },
  });
  const settings = { requestsPerSecond: callsPerSecond };
  const changed = await merchant.call('PATCH', `/v1/connections/${merchant.connectionId}`, { settings });
  if (changed.status >= 300) throw new Error(`the limit could not be raised: ${changed.status}`);
  const reaches = async (count: number): Promise<number> => {
    for (const endsMs = performance.now() + 300_000; performance.now() < endsMs; await delay(10)) {
      if (dispatched() >= count) return performance.now();
    }
    throw new Error(`only ${dispatched()} of ${count} orders left within five minutes`);
  };
  const fromMs = await reaches(climb);
  return Math.round((amount / ((await reaches(climb + amount)) - fromMs)) * 1_000);
}

/** How many of this organisation's orders have been dispatched since. */
function countDispatches({ sandbox: { books } }: PacklineProcesses, wanted: string): () => number {
  let count = 0;
  const addEffect = books.addEffect.bind(books);
  books.addEffect = (org, key, effect) => {
    addEffect(org, key, effect);
    if (org === wanted && effect === 'order.dispatched') count += 1;
  };
  return () => count;
}
