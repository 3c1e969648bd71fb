import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import * as z from 'zod';
import { composeBase } from '../src/compose.ts';
import { mountedAt } from '../src/ops/page-host.ts';
import { pages } from '../src/ops/pages.ts';
import { loadConfig } from '../src/platform/config.ts';
import { createLog } from '../src/platform/log.ts';
import { readMerchant } from '../src/store/merchants.ts';
import { startSession } from '../src/store/sessions.ts';
import { createUser } from '../src/store/users.ts';
import { startProcesses } from '../test/support/packline-processes.ts';
import { sampleOrder } from '../test/support/sample-order.ts';
import { defineBenchmark } from './benchmark.ts';
import { watchCpu } from './process-stats.ts';
import { quantile, quantiles } from './statistics.ts';
import { externalIdOf, partnerIdOf, storeOrders } from './store-orders.ts';

/** Each page is asked for so often. */
const turns = 20;
const merchantOf = z.looseObject({ id: z.string(), status: z.string() });

/**
 * An API process over a Redis with so many stored orders of one merchant: how long each page of the console takes, from the
 * request to its last byte over loopback; the search; what the first page weighs; and what many who keep a page open cost. The
 * orders are copies of one that went through Packline (store-orders.ts).
 */
export const consolePages = defineBenchmark({
  name: 'console',
  shows: 'pages of the console, search and open pages over many stored orders',
  size: { orders: 1_000_000, viewers: 200, seconds: 30 },
  quickSize: { orders: 1_000, viewers: 10, seconds: 3 },
  async run({ orders, viewers, seconds }, say) {
    const packline = await startProcesses({
      sandbox: { speed: 0, picker: { stepMs: 20, outcome: 'exact' } },
      settings: { PACKLINE_RATE_PER_SECOND: '100000', PACKLINE_RATE_BURST: '100000', PACKLINE_LOG_LEVEL: 'error' },
    });
    const redis = new Redis(packline.redisUrl);
    const log = createLog({ level: 'silent', name: 'bench' });
    const base = await composeBase(loadConfig(packline.settings), { name: 'bench', profile: 'producer', log });
    try {
      const { merchantId, merchantKey, baseUrl } = packline;
      const model = await playOrder(packline);
      say(`the order that is copied is ${model.status}`);
      const shard = (await readMerchant(base, merchantId))?.shard ?? 0;
      const store = base.stores[shard];
      if (store === undefined) throw new Error(`there is no shard ${shard}`);
      // What loading takes is not what is measured; its connection waits as long as it has to.
      await redis.config('SET', 'appendonly', 'no');
      const ids = await storeOrders({ ...store, redis }, { merchantId, orderId: model.id, count: orders }, say);
      const middle = Math.floor(orders / 2);
      const orderId = ids[middle] ?? model.id;

      const cookies: string[] = [];
      for (let n = 0; n < viewers; n += 1) {
        const user = await createUser(base, { name: `admin-${n}`, role: 'admin', password: null });
        if (user !== null) cookies.push(`packline=${await startSession(base, user)}`);
      }
      let turn = 0;
      const open = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
        turn += 1;
        const reply = await fetch(`${baseUrl}${path}`, { headers: { cookie: cookies[turn % cookies.length] ?? '', ...headers } }); // prettier-ignore
        const text = await reply.text();
        if (!reply.ok) throw new Error(`${path} was answered ${reply.status}: ${text.slice(0, 300)}`);
        return text;
      };
      const time = async (act: () => Promise<unknown>): Promise<number[]> => {
        for (let n = 0; n < 3; n += 1) await act();
        const times: number[] = [];
        for (let n = 0; n < turns; n += 1) {
          const beganMs = performance.now();
          await act();
          times.push(performance.now() - beganMs);
        }
        return times;
      };

      const places = pages.map((page) =>
        mountedAt(page).replace(':merchantId', merchantId).replace(':orderId', orderId),
      );
      const ordersPath = `/ops/m/${merchantId}/orders`;
      const shown = [...places.filter((path) => !path.includes(':')), ...filters.map((query) => `${ordersPath}?${query}`)]; // prettier-ignore
      const byPage: Record<string, number[]> = {};
      for (const path of shown) byPage[path.replace(merchantId, ':merchant').replace(orderId, ':order')] = await time(() => open(path)); // prettier-ignore
      const p95s = Object.entries(byPage).map(([path, times]) => ({ path, p95: quantile(times, 0.95) }));
      for (const { path, p95 } of p95s) say(`${path}: p95 ${p95.toFixed(1)} ms`);
      const slowest = p95s.reduce((worst, one) => (one.p95 > worst.p95 ? one : worst));

      const asked = [ids[middle] ?? '', externalIdOf(middle), partnerIdOf(middle), partnerIdOf(1).slice(0, 8), 'nothing-like-this']; // prettier-ignore
      const bySearch: Record<string, number[]> = {};
      const headers = { authorization: `Bearer ${merchantKey}` };
      for (const q of asked) {
        bySearch[q] = await time(async () => {
          const reply = await fetch(`${baseUrl}/v1/search?q=${encodeURIComponent(q)}`, { headers });
          const { data } = z.looseObject({ data: z.array(z.unknown()) }).parse(await reply.json());
          if ((data.length === 0) !== q.startsWith('nothing')) throw new Error(`${q} found ${data.length}`);
        });
      }
      const searchP95 = Math.max(...Object.values(bySearch).map((times) => quantile(times, 0.95)));
      say(`search: p95 ${searchP95.toFixed(1)} ms`);

      const weight = await weigh(baseUrl, open);
      const paths = ['/ops', ordersPath, `${ordersPath}/${orderId}`];
      const shares: Record<string, number> = {};
      for (const path of paths) {
        const every = Number(/hx-trigger="every (\d+)s"/.exec(await open(path))?.[1] ?? 0);
        if (every === 0) continue;
        shares[path.replace(merchantId, ':merchant').replace(orderId, ':order')] = await watch(packline.api.pid, { open: () => open(path, { 'hx-request': 'true' }), viewers, every, seconds }); // prettier-ignore
      }
      say(`open pages of ${viewers} viewers take of one processor: ${JSON.stringify(shares)}`);
      return {
        rows: [
          { what: `slowest page over ${orders} orders (${slowest.path}), p95`, figure: slowest.p95, unit: 'ms', better: 'lower', target: { of: 'figure', is: 100 } }, // prettier-ignore
          { what: `search by any id over ${orders} orders, p95 of the slowest kind`, figure: searchP95, unit: 'ms', better: 'lower', target: { of: 'figure', is: 20 } }, // prettier-ignore
          { what: 'first load, compressed', figure: weight / 1_000, unit: 'kB', better: 'lower', target: { of: 'figure', is: 60 } }, // prettier-ignore
          { what: `${viewers} viewers with a page open, share of one processor`, figure: Math.max(...Object.values(shares)) * 100, unit: '%', better: 'lower', target: { of: 'figure', is: 5 } }, // prettier-ignore
        ],
        details: {
          skipped: places.filter((path) => path.includes(':')),
          pages: Object.fromEntries(Object.entries(byPage).map(([path, times]) => [path, quantiles(times)])),
          search: Object.fromEntries(Object.entries(bySearch).map(([q, times]) => [q, quantiles(times)])),
          shares,
        },
      };
    } finally {
      redis.disconnect();
      await base.close(1_000);
      await packline.close();
    }
  },
});

/** What operators filter by: what there is plenty of, what is rare, and what there is none of. */
const filters = ['status=PICKING', 'status=RETURNED', 'store=store-1', 'store=nowhere', 'q=copied-7', 'q=nothing-like-this'] as const; // prettier-ignore

/** An order that went its way: through the fulfilment system of the sandbox, as far as that brings it. */
async function playOrder(packline: Awaited<ReturnType<typeof startProcesses>>) {
  const { baseUrl, merchantKey } = packline;
  const worker = await packline.startWorker();
  const headers = { authorization: `Bearer ${merchantKey}`, 'content-type': 'application/json' };
  const posted = await fetch(`${baseUrl}/v1/orders`, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': 'model' },
    body: JSON.stringify(sampleOrder({ externalId: 'model' })),
  });
  const { id } = merchantOf.parse(await posted.json());
  for (let waited = 0; waited < 300; waited += 1) {
    const order = merchantOf.parse(await (await fetch(`${baseUrl}/v1/orders/${id}`, { headers })).json());
    if (order.status === 'DELIVERED') {
      await worker.stop(3_000);
      return order;
    }
    await delay(100);
  }
  throw new Error('the order that is to be copied did not come to its end');
}

/** Bytes of the first page and all that it loads, as they go over the wire. */
async function weigh(
  baseUrl: string,
  open: (path: string, headers?: Record<string, string>) => Promise<string>,
): Promise<number> {
  // prettier-ignore
  const text = await open('/ops');
  const assets = [...text.matchAll(/(?:src|href)="(\/ops\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
  let bytes = Buffer.byteLength(text);
  for (const path of assets) {
    const { headers } = await fetch(`${baseUrl}${path}`, { headers: { 'accept-encoding': 'gzip' } });
    bytes += Number(headers.get('content-length'));
  }
  return bytes;
}

/** So many keep a page open, which asks for itself every so many seconds, evenly spread: the API's share of one processor. */
async function watch(
  pid: number,
  { open, viewers, every, seconds }: { open: () => Promise<unknown>; viewers: number; every: number; seconds: number },
): Promise<number> {
  const stopWatching = await watchCpu({ api: pid });
  const beganMs = performance.now();
  const asked: Promise<unknown>[] = [];
  for (let n = 0; performance.now() - beganMs < seconds * 1_000; n += 1) {
    const dueMs = beganMs + (n * every * 1_000) / viewers;
    await delay(Math.max(0, dueMs - performance.now()));
    asked.push(open());
  }
  await Promise.all(asked);
  return (await stopWatching())['api'] ?? Number.NaN;
}
