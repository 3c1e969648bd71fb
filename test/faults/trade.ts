import { setTimeout as delay } from 'node:timers/promises';
import { sampleOrder } from '../support/sample-order.ts';
import { findWork } from './left-over.ts';
import { withRedis, type World } from './world.ts';

/** Of ten orders: where they come from, who picks them, and what becomes of them. */
const kinds = [
  { from: 'merchant', store: 'store-1', end: 'delivered' },
  { from: 'vtex', store: 'store-1', end: 'delivered' },
  { from: 'vtex', store: 'store-2', end: 'delivered' },
  { from: 'vtex', store: 'store-1', end: 'delivered' },
  { from: 'vtex', store: 'store-2', end: 'delivered' },
  { from: 'vtex', store: 'store-1', end: 'canceled by the shopper' },
  { from: 'merchant', store: 'store-1', end: 'delivered' },
  { from: 'vtex', store: 'store-1', end: 'delivered' },
  { from: 'vtex', store: 'store-2', end: 'canceled by the shopper' },
  { from: 'merchant', store: 'store-1', end: 'canceled by the picker' },
] as const;

export type Traded = (typeof kinds)[number] & { externalId: string };

/** Two of two milks are one, bread is another bread, and apples weigh what they weigh. */
const lines = [
  { sku: '101', name: 'Milk', quantity: 2, price: 200 },
  { sku: '102', name: 'Bread', quantity: 1, price: 500 },
  { sku: '103', name: 'Apples', quantity: 1, price: 400, unit: 'kg', unitMultiplier: 0.5 },
];
const picks = {
  '101': { outcome: 'short', quantity: 1 },
  '102': { outcome: 'substitute', sku: '202', name: 'Rye bread', priceCents: 510 },
  '103': { outcome: 'weighed', weightKg: 0.52, priceCents: 416 },
};

/** The same orders of every kind, whatever else happens: what differs between two runs is what was done to them. */
export const tradedOrders = (amount: number, seed: number): Traded[] =>
  Array.from({ length: amount }, (_, n) => {
    const kind = kinds[n % kinds.length] ?? kinds[0];
    const number = String(n).padStart(6, '0');
    return { ...kind, externalId: kind.from === 'vtex' ? `v${seed}${number}demo-01` : `posted-${seed}-${n}` };
  });

/** Nothing has come, gone or been told for so long, and no work is due for longer than anybody looks again at a change. */
const stillMs = 1_500;
const dueWithinMs = 10_000;

export const untilStill = ({ packline, shards }: World): Promise<void> =>
  withRedis(packline.redisUrl, async (redis) => {
    const look = (): string => {
      const { requestsTotal, counts, effects } = packline.sandbox.books.report();
      return JSON.stringify([requestsTotal, counts, effects, packline.subscriber.received.length]);
    };
    const endsMs = Date.now() + 120_000;
    for (let [seen, sinceMs] = [look(), Date.now()]; Date.now() - sinceMs < stillMs; await delay(100)) {
      const now = look();
      const work = await findWork(redis, shards, dueWithinMs);
      if (now !== seen || work.length > 0) [seen, sinceMs] = [now, Date.now()];
      if (Date.now() > endsMs) throw new Error(`it never became still: ${work.join(', ')}`);
    }
  });

/** A merchant's day at the partners, a part at a time; what has been done already is not done again. */
export function makeTrade(world: World, orders: readonly Traded[]) {
  const { packline, vtex } = world;
  const control: typeof packline.control = (...sent) => packline.control(...sent);
  const canceled = new Set<string>();
  return {
    async place(): Promise<void> {
      for (const { externalId, from, store } of orders) {
        if (from === 'vtex') {
          if (store === 'store-1') await control('POST', '/nash/picks', { externalId, lines: picks });
          await vtex.shop({ orderId: externalId, warehouseId: store, lines });
          continue;
        }
        const headers = { 'idempotency-key': externalId };
        const { status, body } = await packline.call('POST', '/v1/orders', sampleOrder({ externalId }), headers);
        if (status !== 202) throw new Error(`posted, and answered ${status}: ${JSON.stringify(body)}`);
      }
    },
    /** Where the order is already: a picker can call off only what he has. */
    async cancelSome(): Promise<void> {
      for (const { externalId, end } of orders) {
        if (end === 'delivered' || canceled.has(externalId)) continue;
        if (end === 'canceled by the shopper') await control('POST', `/vtex/orders/${externalId}/cancel`, {});
        else await control('POST', `/nash/jobs/${externalId}/advance`, { to: 'canceled_by_merchant', direct: true });
        canceled.add(externalId);
      }
    },
    /** Every order that has arrived at its picker, and still waits there, goes all the way; what arrives later, does so by itself. */
    async pick(): Promise<void> {
      await control('POST', '/picker', { mode: 'walk' });
      for (const { externalId, store, end } of orders) {
        if (end !== 'delivered') continue;
        const [path, body] =
          store === 'store-1'
            ? [`/nash/jobs/${externalId}/advance`, { to: 'assigned_driver' }]
            : [`/vtex-pick-and-pack/orders/${externalId}/status`, { status: 'READY_FOR_PICKING' }];
        await control('POST', path, body).catch(() => undefined);
      }
    },
  };
}

/** Bought and called off while nobody told us: there is nothing to be imported, and nobody to be told. */
export const canceledUnheard = 'canceled before anybody heard of it';

/** A machine so busy that Redis was not heard within its second has it answered 503: asked again, as any client does. */
async function read(packline: World['packline'], path: string): Promise<Record<string, unknown>> {
  let answer = await packline.call('GET', path);
  for (let tries = 0; answer.status === 503 && tries < 10; tries += 1) {
    await delay(500);
    answer = await packline.call('GET', path);
  }
  return answer.body;
}

/** How an order stands in the end: here, in its OMS's books, and as its merchant was told. */
export async function readEnd({ packline, vtex }: World, { externalId, from }: Traded): Promise<string> {
  const found = await read(packline, `/v1/orders?externalId=${externalId}`);
  const [order] = found['data'] as Record<string, unknown>[];
  const told = packline.subscriber.received.filter(({ data }) => data['externalId'] === externalId);
  const picked = order === undefined ? null : await read(packline, `/v1/orders/${String(order['id'])}/picked-items`);
  const { totals } = (picked?.['settlement'] ?? {}) as { totals?: unknown };
  const atOms = packline.sandbox.vtex.find(vtex.account)?.orders.get(externalId);
  if (order === undefined && atOms?.doc.status === 'canceled') return canceledUnheard;
  return JSON.stringify({
    status: order?.['status'],
    invoiceStatus: order?.['invoiceStatus'],
    problems: (order?.['problems'] as { code: string }[] | undefined)?.map(({ code }) => code),
    totals,
    oms: from === 'vtex' ? [atOms?.doc.status, atOms?.doc.value] : undefined,
    // Steps on the way that nobody told of are not made up afterwards; where it ended, and what was found out, is.
    events: [...new Set(told.map(({ type }) => type))].sort(),
    lastStatus: told.findLast(({ type }) => type === 'order.status_changed')?.data['newStatus'],
  });
}
