import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { connectMerchant } from '../test/support/connected-merchant.ts';
import { connectVtex, type ConnectedVtex } from '../test/support/connected-vtex.ts';
import type { Books } from '../src/sandbox/books.ts';
import { newOrderSchema } from '../src/sandbox/vtex-oms/order-doc.ts';
import { startProcesses } from '../test/support/packline-processes.ts';
import { createSubscriber, type Subscriber } from '../test/support/subscriber.ts';
import { defineBenchmark } from './benchmark.ts';
import { countFlow } from './flow-counts.ts';
import { paced } from './paced.ts';
import { quantiles } from './statistics.ts';

const merchants = 10;
const stores = ['store-1', 'store-2'] as const;

/** Offered more than it can do for the pace, and less for the latency. */
export const vtex = defineBenchmark({
  name: 'vtex',
  shows: 'orders of ten VTEX accounts from the hook to delivered, by one worker: pace, cost and latency',
  size: { orders: 3_000, rate: 64, pacedOrders: 1_500, pacedRate: 50 },
  quickSize: { orders: 60, rate: 30, pacedOrders: 40, pacedRate: 20 },
  async run({ orders, rate, pacedOrders, pacedRate }, say) {
    const full = await runFlow({ orders, ratePerSecond: rate });
    say(`${full.finishedPerSecond}/s finished of ${rate}/s offered`);
    const steady = await runFlow({ orders: pacedOrders, ratePerSecond: pacedRate });
    for (const { finished, orders: wanted } of [full, steady]) {
      if (finished < wanted) throw new Error(`only ${finished} of ${wanted} orders were delivered`);
    }
    return {
      rows: [
        {
          what: `orders finished of ${rate}/s offered, one worker`,
          figure: full.finishedPerSecond,
          unit: '/s',
          better: 'higher',
          ceiling: { is: full.ceilingPerSecond, what: 'if no processor ever waited' },
        },
        { what: 'processor time of all for an order', figure: full.perOrder.cpuMs, unit: 'ms', better: 'lower' },
        {
          what: `from the hook to the partner at ${pacedRate}/s, p95`,
          figure: steady.hookToPartnerMs['p95'] ?? Number.NaN,
          unit: 'ms',
          better: 'lower',
          target: { of: 'figure', is: 1_000 },
        },
      ],
      details: { full, steady },
    };
  },
});

/**
 * The whole flow from VTEX: orders bought at ten accounts at a steady rate; hook, read, accepted, half of them handled by
 * Nash and half by VTEX Pick and Pack, handling started and noted in the OMS, every status announced to an endpoint; by one
 * worker process, with sandbox, subscribers and load in this one. The ceiling is what all processors could do if nobody
 * ever waited: their time divided by what an order costs all processes together.
 */
async function runFlow(options: { orders: number; ratePerSecond: number }) {
  const packline = await startProcesses({
    sandbox: { speed: 0, picker: { stepMs: 20, outcome: 'exact' } },
    settings: {
      PACKLINE_LOG_LEVEL: 'error',
      PACKLINE_EGRESS_ALLOW: '127.0.0.0/8',
      NODE_OPTIONS: process.env['NODE_OPTIONS'] ?? '',
    },
  });
  const redis = new Redis(packline.redis.url);
  const subscribers: Subscriber[] = [];
  try {
    const worker = await packline.startWorker();
    const markets: ConnectedVtex[] = [];

    for (let n = 0; n < merchants; n += 1) {
      const subscriber = await createSubscriber({ verifies: false });
      subscribers.push(subscriber);
      const merchant = await connectMerchant({ ...packline, subscriber }, { orgId: `org_market_${n}` });
      const account = `market${n}`;
      // The demo's limits would be the bottleneck of a single machine's bench, not ours.
      const oms = { requestsPerSecond: 500 };
      markets.push(await connectVtex(merchant, packline.sandboxUrl, { account, oms }));
    }
    const pids = { api: packline.api.pid, worker: worker.pid, redis: packline.redis.pid, sandboxAndLoad: process.pid };
    const before = await countFlow(redis, pids);
    const requestsBefore = packline.sandbox.books.report().requestsTotal;
    const boughtAtMs = new Map<string, number>();
    const waitsMs = watchFirstCalls(packline.sandbox.books, boughtAtMs);
    const startedMs = Date.now();
    await paced({ amount: options.orders, perSecond: options.ratePerSecond }, async (n) => {
      const account = packline.sandbox.vtex.find(markets[n % merchants]?.account);
      const warehouseId = stores[Math.floor(n / merchants) % stores.length];
      const orderId = `v${n}${account?.port.name ?? ''}-01`;
      boughtAtMs.set(orderId, Date.now());
      account?.make(newOrderSchema.parse({ orderId, warehouseId, lines }));
    });
    const boughtMs = Date.now() - startedMs;
    const finished = new Set<unknown>();
    const seen = new Map<Subscriber, number>();
    while (finished.size < options.orders && Date.now() - startedMs < boughtMs + 120_000) {
      for (const subscriber of subscribers) {
        for (const { data } of subscriber.received.slice(seen.get(subscriber) ?? 0)) {
          if (data['newStatus'] === 'DELIVERED') finished.add(data['orderId']);
        }
        seen.set(subscriber, subscriber.received.length);
      }
      await delay(20);
    }
    const totalMs = Date.now() - startedMs;
    // What is still on its way (notes in the OMS) belongs to the orders too.
    await delay(500);
    const after = await countFlow(redis, pids);
    const costOf = (name: string): number => (after[name] ?? 0) - (before[name] ?? 0);
    const { requestsTotal } = packline.sandbox.books.report();
    const cpuMs = Object.keys(pids).reduce((sum, name) => sum + costOf(`${name}CpuMs`), 0);
    const perOrder = (amount: number): number => Math.round((amount / options.orders) * 100) / 100;
    return {
      orders: options.orders,
      offeredPerSecond: options.ratePerSecond,
      finished: finished.size,
      finishedPerSecond: Math.round((finished.size / totalMs) * 1_000),
      hookToPartnerMs: quantiles([...waitsMs.values()]),
      ceilingPerSecond: Math.round((cpus().length * 1_000 * options.orders) / cpuMs),
      perOrder: {
        partnerCalls: perOrder(requestsTotal - requestsBefore),
        events: perOrder(subscribers.reduce((sum, { received }) => sum + received.length, 0)),
        cpuMs: perOrder(cpuMs),
        ...Object.fromEntries(Object.keys(after).map((name) => [name, perOrder(costOf(name))])),
      },
    };
  } finally {
    redis.disconnect();
    await packline.close();
    await Promise.all(subscribers.map((subscriber) => subscriber.close()));
  }
}

const lines = [{ sku: '18', quantity: 1, price: 990 }];

/** From the purchase (its hook leaves at once) until the fulfilment partner's socket first hears of the order from us. */
function watchFirstCalls(books: Books, boughtAtMs: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const waits = new Map<string, number>();
  const addRequest = books.addRequest.bind(books);
  books.addRequest = (entry) => {
    addRequest(entry);
    const orderId = entry.partner === 'vtex' ? undefined : /v\d+market\d-01/.exec(entry.path)?.[0];
    const bought = orderId === undefined ? undefined : boughtAtMs.get(orderId);
    if (orderId !== undefined && bought !== undefined && !waits.has(orderId))
      waits.set(orderId, entry.arrivedAt - bought);
  };
  return waits;
}
