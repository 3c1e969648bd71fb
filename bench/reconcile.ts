import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { BoundProcess } from '../src/platform/bound-process.ts';
import { createKeys } from '../src/store/keys.ts';
import { findWork } from '../test/faults/left-over.ts';
import { connectVtex } from '../test/support/connected-vtex.ts';
import { startProcesses, type PacklineProcesses } from '../test/support/packline-processes.ts';
import { sampleOrder } from '../test/support/sample-order.ts';
import { defineBenchmark } from './benchmark.ts';
import { paced } from './paced.ts';
import { residentMib } from './process-stats.ts';

/** The partners' documented limits, and Packline's own defaults below them. Orders are made beforehand, at higher ones. */
const limits = { nash: 20, vtexOrders: 6_000 / 60, pickAndPack: 500 };
const fast = { nash: 1_000, vtexOrdersPerMinute: 60_000 };
const madePerSecond = 100;
/** One of so many has moved on at its fulfilment system without a webhook. */
const movedEvery = 20;
const setUpMaxMs = 900_000;
const reportMaxMs = 900_000;

interface Report {
  id: string;
  status: string;
  reads: number;
  listed: number;
  repaired: number;
  failed: number;
  requests: { system: string; requests: number }[];
}

/**
 * So many open orders, half of them posted and at Nash, half of VTEX's OMS and in its Pick and Pack, are compared by one worker within
 * the partners' documented limits. The ceiling is the time that the partners' limits allow for the requests that were made, at
 * the partner that takes longest.
 */
export const reconcile = defineBenchmark({
  name: 'reconcile',
  shows: 'a reconciliation of open orders within the partners’ limits: time, requests, windows over a limit, memory',
  size: { orders: 10_000 },
  quickSize: { orders: 60 },
  async run({ orders }, say) {
    const packline = await startProcesses({
      sandbox: { speed: 0, picker: { mode: 'manual', outcome: 'exact' } },
      settings: {
        PACKLINE_LOG_LEVEL: 'fatal',
        PACKLINE_RATE_PER_SECOND: '100000',
        PACKLINE_RATE_BURST: '100000',
        PACKLINE_QUIET_SECONDS: '86400',
      },
    });
    const redis = new Redis(packline.redis.url);
    try {
      const worker = await packline.startWorker();
      const { vtex, nashIds, vtexIds } = await makeOrders(packline, redis, orders, say);
      await packline.control('POST', '/faults', { fault: { kind: 'dropWebhook' } });
      const moved = [nashIds, vtexIds].flatMap((ids) => ids.filter((_, n) => n % movedEvery === 0));
      for (const externalId of moved) await move(packline, externalId);
      await setLimits(packline, vtex);

      packline.sandbox.books.reset();
      const rssBefore = await residentMib(worker.pid);
      const { report, seconds, rssMib } = await watchReconciliation(packline, worker);
      if (report.status !== 'done') throw new Error(`the reconciliation is ${report.status}`);
      if (report.repaired !== moved.length) throw new Error(`${report.repaired} of ${moved.length} were repaired`);
      const seen = readPartners(packline, vtex.account);
      const used = (system: string): number => report.requests.find((one) => one.system === system)?.requests ?? 0;
      const boundSeconds = Math.max(
        used('nash') / limits.nash,
        used('vtex') / limits.vtexOrders,
        used('vtex-pick-and-pack') / limits.pickAndPack,
      );
      say(`${report.reads} looks in ${seconds.toFixed(1)} s: ${JSON.stringify(report.requests)}`);
      const total = report.requests.reduce((sum, { requests }) => sum + requests, 0);
      return {
        rows: [
          {
            what: 'a reconciliation of all open orders',
            figure: seconds,
            unit: 's',
            better: 'lower',
            ceiling: { is: boundSeconds, what: 'its requests at the partners’ limits' },
          },
          { what: 'requests for an open order', figure: total / orders, unit: '', better: 'lower' },
          {
            what: 'requests to Nash for an order that is there',
            figure: used('nash') / nashIds.length,
            unit: '',
            better: 'lower',
            ceiling: { is: 1, what: 'read one by one' },
          },
          {
            what: 'requests over a partner’s limit',
            figure: seen.violations,
            unit: '',
            better: 'lower',
            target: { of: 'figure', is: 0 },
          },
          {
            what: 'memory of the worker',
            figure: rssMib,
            unit: 'MiB',
            better: 'lower',
            ceiling: { is: rssBefore, what: 'before' },
          },
        ],
        details: {
          orders,
          moved: moved.length,
          looks: report.reads,
          listed: report.listed,
          repaired: report.repaired,
          requests: report.requests,
          requestsPerSecond: Object.fromEntries(
            report.requests.map(({ system, requests }) => [system, Math.round((requests / seconds) * 10) / 10]),
          ),
          atPartners: seen.partners,
          limits,
        },
      };
    } finally {
      redis.disconnect();
      await packline.close();
    }
  },
});

type Vtex = Awaited<ReturnType<typeof connectVtex>>;

/** All of them where they are handled, and nothing left to do. */
async function makeOrders(
  packline: PacklineProcesses,
  redis: Redis,
  orders: number,
  say: (progress: string) => void,
): Promise<{ vtex: Vtex; nashIds: string[]; vtexIds: string[] }> {
  const vtex = await connectVtex(packline, packline.sandboxUrl, {
    oms: { ingest: 'hook', requestsPerSecond: 500, orderReadsPerMinute: fast.vtexOrdersPerMinute, notes: false },
    atVtex: { limits: { orderReadsPerMinute: fast.vtexOrdersPerMinute } },
    atPickAndPack: { importDelayMs: 0, cacheMs: 0 },
  });
  const idsOf = (make: (n: number) => string, amount: number) => Array.from({ length: amount }, (_, n) => make(n));
  const nashIds = idsOf((n) => `posted-${n}`, Math.floor(orders / 2));
  const vtexIds = idsOf((n) => `v${String(n).padStart(8, '0')}demo-01`, Math.ceil(orders / 2));
  const startedMs = performance.now();
  await paced({ amount: vtexIds.length, perSecond: madePerSecond / 2 }, async (n) => {
    const [externalId = '', orderId = ''] = [nashIds[n], vtexIds[n]];
    packline.sandbox.vtex.find(vtex.account)?.make({ orderId, warehouseId: 'store-2' });
    if (nashIds[n] === undefined) return;
    const { status } = await packline.call('POST', '/v1/orders', sampleOrder({ externalId }), {
      'idempotency-key': externalId,
    });
    if (status !== 202) throw new Error(`an order was answered ${status}`);
  });
  const keys = createKeys(0);
  const left = async (): Promise<number> => {
    const work = await findWork(redis, 1, 1_000);
    return work.length + orders - (await redis.zcard(keys.open));
  };
  while ((await left()) > 0) {
    if (performance.now() - startedMs > setUpMaxMs)
      throw new Error('the orders were not where they are handled in time');
    await delay(500);
  }
  say(`${orders} orders are where they are handled, after ${Math.round((performance.now() - startedMs) / 1_000)} s`);
  return { vtex, nashIds, vtexIds };
}

const move = (packline: PacklineProcesses, externalId: string) =>
  externalId.startsWith('posted')
    ? packline.control('POST', `/nash/jobs/${externalId}/advance`, { to: 'items_pick_update' })
    : packline.control('POST', `/vtex-pick-and-pack/orders/${externalId}/status`, { status: 'PICKING' });

/** What the partners document, and what the connections keep to by default. */
async function setLimits(packline: PacklineProcesses, { account, omsId }: Vtex): Promise<void> {
  await packline.control('POST', '/nash/organisations', {
    orgId: 'org_demo',
    apiKey: 'nash_demo_key',
    stores: ['store-1'],
    limits: { default: limits.nash, catalog: 10 },
  });
  await packline.control('PATCH', `/vtex/accounts/${account}`, {
    limits: { orderReadsPerMinute: limits.vtexOrders * 60 },
  });
  const changes = [
    [packline.connectionId, { requestsPerSecond: limits.nash }],
    [omsId, { requestsPerSecond: 40, orderReadsPerMinute: limits.vtexOrders * 60 }],
  ] as const;
  for (const [id, settings] of changes) {
    const { status } = await packline.call('PATCH', `/v1/connections/${id}`, { settings });
    if (status >= 300) throw new Error(`a connection's settings were answered ${status}`);
  }
}

async function watchReconciliation(
  packline: PacklineProcesses,
  worker: BoundProcess,
): Promise<{ report: Report; seconds: number; rssMib: number }> {
  const startedMs = performance.now();
  const { body } = await packline.call('POST', '/v1/reconciliations');
  let report = body as unknown as Report;
  let rssMib = 0;
  while (report.status === 'running' && performance.now() - startedMs < reportMaxMs) {
    await delay(100);
    report = (await packline.call('GET', `/v1/reconciliations/${report.id}`)).body as unknown as Report;
    rssMib = Math.max(rssMib, await residentMib(worker.pid));
  }
  return { report, seconds: (performance.now() - startedMs) / 1_000, rssMib };
}

/** What the partners counted: theirs are the limits. */
function readPartners({ sandbox }: PacklineProcesses, account: string) {
  const { violations, rates, requestsTotal } = sandbox.books.report();
  return {
    violations: violations.length,
    partners: {
      requestsTotal,
      nash: rates['org_demo/default'],
      vtexOrderReads: rates[`${account}/vtex-order-reads`],
      pickAndPack: rates[`${account}/vtex-pick-and-pack`],
    },
  };
}
