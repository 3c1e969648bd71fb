import { setTimeout as delay } from 'node:timers/promises';
import type { Load } from '../load.ts';
import { conclude, type Scale, type Scenario } from '../scenario.ts';
import { canceledUnheard, makeTrade, readEnd, tradedOrders, untilStill, type Traded } from '../trade.ts';
import { startWorld, type World } from '../world.ts';

const lostShare = 0.05;
/** Beside these, the first of each: an order that nobody hears of, and ends that nobody hears of. */
const lostAnyway = ['hook.ready-for-handling', 'delivery.dropoff_complete', 'order.DELIVERED'];
const amounts = { short: 10, long: 600 };
const reportMaxMs = 120_000;

interface Report {
  status: string;
  orders: number;
  reads: number;
  listed: number;
  repaired: number;
  failed: number;
  found: Record<string, number>;
  requests: { system: string; requests: number }[];
}

/**
 * Nobody looks by himself: no feed, no look at quiet orders, and what comes round does so later than this lasts. Pick and Pack's
 * reads are never old, or it would have to last half a minute longer.
 */
const start = (scale: Scale): Promise<World> =>
  startWorld({
    ...scale,
    workerCount: 1,
    sandbox: { seed: scale.seed, speed: 1, picker: { mode: 'manual', stepMs: 20, outcome: 'exact' } },
    settings: { PACKLINE_QUIET_SECONDS: '86400' },
    vtex: {
      oms: { ingest: 'hook' },
      atVtex: { changes: { stepMs: 20 }, erp: { invoices: false } },
      atPickAndPack: { importDelayMs: 20, cacheMs: 0 },
    },
  });

/** Orders are made, some canceled, the others picked and delivered, and invoiced by Packline. */
async function live(world: World, trade: ReturnType<typeof makeTrade>): Promise<void> {
  await trade.place();
  await untilStill(world);
  await trade.cancelSome();
  await untilStill(world);
  await trade.pick();
  await untilStill(world);
}

const readEnds = async (world: World, orders: readonly Traded[]): Promise<Map<string, string>> => {
  const ends = new Map<string, string>();
  for (const order of orders) ends.set(order.externalId, await readEnd(world, order));
  return ends;
};

/** On an installation where every webhook comes. */
async function readUndisturbedEnds(scale: Scale, orders: readonly Traded[]): Promise<Map<string, string>> {
  const world = await start(scale);
  try {
    await live(world, makeTrade(world, orders));
    return await readEnds(world, orders);
  } finally {
    await world.close();
  }
}

async function reconcile({ packline }: World): Promise<Report> {
  const { body } = await packline.call('POST', '/v1/reconciliations');
  const endsMs = Date.now() + reportMaxMs;
  for (;;) {
    const report = (await packline.call('GET', `/v1/reconciliations/${String(body['id'])}`)).body as unknown as Report;
    if (report.status !== 'running' || Date.now() > endsMs) return report;
    await delay(100);
  }
}

export const reconciledHooks: Scenario = {
  name: 'reconciled hooks',
  promises: ['R1', 'R2'],
  what: `${lostShare * 100} % of all webhooks are never sent, of the OMS and of both fulfilment systems, and nobody looks by himself: after one reconciliation every order is where it is when none is lost.`,
  async run(scale) {
    const startedMs = Date.now();
    const orders = tradedOrders(scale.isShort ? amounts.short : amounts.long, scale.seed);
    // Beside it: both wait most of the time.
    const undisturbed = readUndisturbedEnds(scale, orders);
    // Whoever awaits it is told of its failure.
    undisturbed.catch(() => undefined);
    const world = await start(scale);
    const { packline } = world;
    try {
      const trade = makeTrade(world, orders);
      await packline.control('POST', '/faults', { probability: lostShare, fault: { kind: 'dropWebhook' } });
      for (const event of lostAnyway) {
        await packline.control('POST', '/faults', { match: { event }, times: 1, fault: { kind: 'dropWebhook' } });
      }
      await live(world, trade);
      await packline.control('DELETE', '/faults');
      const expected = await undisturbed;
      const lost = packline.sandbox.books.report().faults['dropWebhook'] ?? 0;
      const isHealed = (end: string | undefined, { externalId, end: wanted }: Traded): boolean =>
        end === expected.get(externalId) || (end === canceledUnheard && wanted === 'canceled by the shopper');
      const differing = (ends: ReadonlyMap<string, string>): string[] =>
        orders
          .map((order) => ({ order, end: ends.get(order.externalId) }))
          .filter(({ order, end }) => !isHealed(end, order))
          .map(({ order, end }) => `${order.externalId}: ${end} instead of ${expected.get(order.externalId)}`);
      const before = differing(await readEnds(world, orders));
      const beganMs = Date.now();
      const report = await reconcile(world);
      const tookMs = Date.now() - beganMs;
      // What was imported only now is picked by itself.
      await untilStill(world);
      const after = differing(await readEnds(world, orders));
      const finding = await conclude(reconciledHooks, scale, { world, load: asLoad(orders), startedMs }, {});
      const requests = report.requests.map(({ system, requests: made }) => `${system} ${made}`).join(', ');
      return {
        ...finding,
        figures: {
          ...finding.figures,
          orders: orders.length,
          hooksLost: lost,
          differedBefore: before.length,
          repaired: report.repaired,
          found: JSON.stringify(report.found),
          requests,
          reconciledWithinMs: tookMs,
        },
        broken: [
          ...finding.broken,
          ...after.map((what) => `not healed: ${what}`),
          ...(report.status === 'done' ? [] : [`the reconciliation is ${report.status}: ${JSON.stringify(report)}`]),
          ...(lost > 0 && before.length > 0 ? [] : ['no order differed before: nothing was shown']),
        ],
      };
    } finally {
      await Promise.allSettled([undisturbed, world.close()]);
    }
  },
};

/** All that was to be delivered, for the judge. */
const asLoad = (orders: readonly Traded[]): Load => ({
  accepted: orders
    .filter(({ end }) => end === 'delivered')
    .map(({ externalId, from }) => ({ externalId, source: from === 'vtex' ? 'vtex' : 'generic', acceptedMs: 0 })),
  wrongAnswers: [],
  repeats: 0,
  stop: () => Promise.resolve(),
});
