import { setTimeout as delay } from 'node:timers/promises';
import { describeOrder } from './describe-order.ts';
import type { Load, Placed } from './load.ts';
import type { World } from './world.ts';

interface Book {
  doc: { value: number };
  effects: Record<string, number>;
}

/** How many are compared at once: each asks the installation, which is small. */
const atOnce = 8;
const triesMax = 120;

/**
 * Orders bought at VTEX and picked by Nash whose sum at VTEX, or whose invoice there, is not what was picked, as `id why`.
 * Where the picks are held, the OMS must not have been told anything.
 */
export async function findWrongSums(world: World, { accepted }: Load): Promise<string[]> {
  let wrong = new Map(accepted.filter(({ source }) => source === 'vtex').map((placed) => [placed, '']));
  // An order is delivered before the OMS is done with the change: the rest is waited for.
  for (let tries = 0; wrong.size > 0 && tries < triesMax; tries += 1) {
    if (tries > 0) await delay(500);
    wrong = await judgeAll(world, [...wrong.keys()]);
  }
  return Promise.all(
    [...wrong].map(async ([{ externalId }, why]) => `${await describeOrder(world, externalId)} ${why}`),
  );
}

async function judgeAll(world: World, waiting: Placed[]): Promise<Map<Placed, string>> {
  const wrong = new Map<Placed, string>();
  const look = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const why = await judgeSum(world, next);
      if (why !== null) wrong.set(next, why);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, look));
  return wrong;
}

async function judgeSum({ packline, vtex }: World, { externalId }: Placed): Promise<string | null> {
  const [order] = (await packline.call('GET', `/v1/orders?externalId=${externalId}`)).body['data'] as {
    id: string;
    status: string;
    totals: { grandTotalMinor: number };
    connections: { fulfilment: { connector: string } | null };
    settlement: { state: string } | null;
  }[];
  if (order?.connections.fulfilment?.connector !== 'nash' || order.status !== 'DELIVERED') return null;
  const { doc, effects } = (await vtex.atOms(externalId)) as unknown as Book;
  if (order.settlement === null) return 'was delivered, and its picks are not settled';
  if (order.settlement.state === 'held') {
    return effects['oms.modified'] === undefined && effects['oms.invoiced'] === undefined
      ? null
      : 'was told though held';
  }
  const { settlement } = (await packline.call('GET', `/v1/orders/${order.id}/picked-items`)).body as {
    settlement: { totals: { differenceMinor: number } };
  };
  const due = order.totals.grandTotalMinor + settlement.totals.differenceMinor;
  if (doc.value !== due) return `is ${doc.value} at the OMS, and ${due} were due`;
  return effects['oms.invoiced'] === 1 ? null : `was invoiced ${effects['oms.invoiced'] ?? 0} times`;
}
