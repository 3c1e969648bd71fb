import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { composeBase } from '../src/compose.ts';
import { mountedAt } from '../src/ops/page-host.ts';
import { pages } from '../src/ops/pages.ts';
import { loadConfig } from '../src/platform/config.ts';
import { createLog } from '../src/platform/log.ts';
import { readMerchant } from '../src/store/merchants.ts';
import { startSession } from '../src/store/sessions.ts';
import { createUser } from '../src/store/users.ts';
import { startProcesses, type PacklineProcesses } from '../test/support/packline-processes.ts';
import { sampleOrder } from '../test/support/sample-order.ts';
import { defineBenchmark } from './benchmark.ts';
import { measureViewers } from './console-viewers.ts';
import { withBareConsole } from './bare-pages.ts';
import { externalIdOf, partnerIdOf, storeOrders } from './store-orders.ts';
import { get, timeRequests, type Got, type Timed } from './time-requests.ts';

/** Answers "Redis is away" that are put up with, in all; their time counts. */
const awayMax = 50;
/** Who ask at once, when one has asked alone. */
const together = 4;
const orderOf = z.looseObject({ id: z.string(), status: z.string() });
const hitsOf = z.looseObject({ data: z.array(z.unknown()) });

/** What operators filter by: what there is plenty of, what is rare, and what there is none of. */
const filters = ['status=PICKING', 'status=RETURNED', 'store=store-1', 'store=nowhere', 'status=PICKING&store=nowhere', 'q=copied-7', 'q=nothing-like-this'] as const; // prettier-ignore

/**
 * An API process over a Redis with so many stored orders of one merchant: how long each page of the console takes, from the
 * request to its last byte over loopback, and the search; what the first page weighs; and what many who keep a page open cost
 * while orders come in. The orders are copies of one that went through Packline (store-orders.ts); Redis writes no
 * append-only file meanwhile.
 */
export const consolePages = defineBenchmark({
  name: 'console',
  shows: 'pages of the console, search and open pages over many stored orders',
  size: { orders: 1_000_000, turns: 40, viewers: 200, seconds: 10, rate: 20 },
  quickSize: { orders: 1_000, turns: 4, viewers: 10, seconds: 2, rate: 5 },
  async run({ orders, turns, viewers, seconds, rate }, say) {
    const packline = await startProcesses({
      sandbox: { speed: 0, picker: { stepMs: 20, outcome: 'exact' } },
      settings: { PACKLINE_RATE_PER_SECOND: '100000', PACKLINE_RATE_BURST: '100000', PACKLINE_LOG_LEVEL: 'error' },
    });
    const redis = new Redis(packline.redisUrl);
    const log = createLog({ level: 'silent', name: 'bench' });
    const base = await composeBase(loadConfig(packline.settings), { name: 'bench', profile: 'producer', log });
    try {
      const { merchantId, baseUrl, api } = packline;
      const model = await playOrder(packline);
      say(`the order that is copied is ${model.status}`);
      const store = base.stores[(await readMerchant(base, merchantId))?.shard ?? 0];
      if (store === undefined) throw new Error('the merchant has no shard');
      await redis.config('SET', 'appendonly', 'no');
      const beganMs = performance.now();
      const ids = await storeOrders({ ...store, redis }, { merchantId, orderId: model.id, count: orders }, say);
      const fillSeconds = (performance.now() - beganMs) / 1_000;
      say(`stored in ${fillSeconds.toFixed(0)} s`);
      const middle = Math.floor(orders / 2);
      const orderId = ids[middle] ?? model.id;
      const cookies: string[] = [];
      for (let n = 0; n < viewers; n += 1) {
        // Admins: every page is theirs.
        const user = await createUser(base, { name: `admin-${n}`, role: 'admin', password: null });
        if (user !== null) cookies.push(`packline=${await startSession(base, user)}`);
      }

      let turn = 0;
      let away = 0;
      /** On a machine that is busy with other work Redis takes more than a second now and then: the page is asked for again. */
      const getPatiently = async (url: string, given: Record<string, string>): Promise<Got> => {
        const reply = await get(url, given);
        if (reply.status !== 503 || away > awayMax) return reply;
        away += 1;
        return getPatiently(url, given);
      };
      const open = async (path: string): Promise<{ text: string; bytes: number }> => {
        turn += 1;
        const cookie = cookies[turn % cookies.length] ?? '';
        const reply = await getPatiently(`${baseUrl}${path}`, { cookie, 'accept-encoding': 'gzip' });
        // What only one order can be leads to it.
        if (reply.status !== 200 && reply.status !== 303) throw new Error(`${path} was answered ${reply.status}: ${reply.text.slice(-2_000)}`); // prettier-ignore
        return reply;
      };
      const toName = (path: string): string => path.replace(merchantId, ':merchant').replace(orderId, ':order');
      const ordersPath = `/ops/m/${merchantId}/orders`;
      // The sandbox' own page shows another program.
      const ours = pages.filter(({ ofSandbox }) => ofSandbox !== true);
      const places = ours.map((page) => mountedAt(page).replace(':merchantId', merchantId).replace(':orderId', orderId)); // prettier-ignore
      const shown = [...places.filter((path) => !path.includes(':')), ...filters.map((query) => `${ordersPath}?${query}`)]; // prettier-ignore
      const timed = new Map<string, Timed>();
      for (const path of shown) {
        const times = await timeRequests(api.pid, { turns, together }, () => open(path));
        timed.set(toName(path), times);
        say(`${toName(path)}: ${toWords(times)}`);
      }
      const [slowest = '', ofSlowest] = [...timed].toSorted(([, a], [, b]) => b.p95 - a.p95)[0] ?? [];
      const [dearest = '', ofDearest] = [...timed].toSorted(([, a], [, b]) => b.cpuMs - a.cpuMs)[0] ?? [];

      const asked = [orderId, externalIdOf(middle), partnerIdOf(middle), partnerIdOf(1).slice(0, 8), 'nothing-like-this']; // prettier-ignore
      const bySearch = new Map<string, Timed>();
      const headers = { authorization: `Bearer ${packline.merchantKey}` };
      for (const q of asked) {
        const times = await timeRequests(api.pid, { turns, together }, async () => {
          const { text } = await getPatiently(`${baseUrl}/v1/search?q=${encodeURIComponent(q)}`, headers);
          const { data } = hitsOf.parse(JSON.parse(text));
          if ((data.length === 0) !== q.startsWith('nothing')) throw new Error(`${q} found ${data.length}`);
        });
        bySearch.set(q, times);
        say(`search for ${q}: ${toWords(times)}`);
      }
      const ofSearch = [...bySearch.values()].toSorted((a, b) => b.p95 - a.p95)[0];
      const weight = await weigh(baseUrl, open);

      const { bareTimes, seen } = await withBareConsole(async (bare) => ({
        bareTimes: await timeRequests(bare.pid, { turns, together }, async () => get(`${bare.url}/page?bytes=${(await open(shown[0] ?? '')).bytes}`)), // prettier-ignore
        seen: await measureViewers(packline, bare, { cookies, seconds, rate, paths: ['/ops', ordersPath, `${ordersPath}/${orderId}`] }, say), // prettier-ignore
      }));
      const lower = 'lower' as const;
      const atMost = (is: number) => ({ of: 'figure' as const, is });
      return {
        rows: [
          { what: `slowest page over ${orders} orders (${slowest}), p95`, figure: ofSlowest?.p95 ?? Number.NaN, unit: 'ms', better: lower, ceiling: { is: bareTimes.p95, what: 'a bare route and one page of as many bytes' }, target: atMost(100) }, // prettier-ignore
          { what: `the same page, p95 of ${together} at once`, figure: ofSlowest?.p95Together ?? Number.NaN, unit: 'ms', better: lower, target: atMost(100) }, // prettier-ignore
          { what: `processor time of the API for the dearest page (${dearest})`, figure: ofDearest?.cpuMs ?? Number.NaN, unit: 'ms', better: lower, ceiling: { is: bareTimes.cpuMs, what: 'a bare route of as many bytes' } }, // prettier-ignore
          { what: `search by any id over ${orders} orders, p95 of the slowest kind`, figure: ofSearch?.p95 ?? Number.NaN, unit: 'ms', better: lower, ceiling: { is: bareTimes.p95, what: 'a bare route and one page' }, target: atMost(20) }, // prettier-ignore
          { what: 'first load, page and all it loads before charts, as served with gzip', figure: weight / 1_000, unit: 'kB', better: lower, target: atMost(60) }, // prettier-ignore
          ...seen.rows,
        ],
        details: {
          fillSeconds,
          away,
          skipped: places.filter((path) => path.includes(':')),
          pages: Object.fromEntries(timed),
          search: Object.fromEntries(bySearch),
          bare: bareTimes,
          viewers: seen.details,
        },
      };
    } finally {
      redis.disconnect();
      await base.close(1_000);
      await packline.close();
    }
  },
});

const toWords = ({ p50, p95, p95Together, cpuMs }: Timed): string =>
  `p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, at once ${p95Together.toFixed(1)} ms; processor ${cpuMs.toFixed(1)} ms`;

/** An order that went its way: through the fulfilment system of the sandbox, as far as that brings it. */
async function playOrder(packline: PacklineProcesses) {
  const worker = await packline.startWorker();
  const posted = await packline.call('POST', '/v1/orders', sampleOrder({ externalId: 'model' }), {
    'idempotency-key': 'model',
  });
  const { id } = orderOf.parse(posted.body);
  for (let waited = 0; waited < 600; waited += 1) {
    const order = orderOf.parse((await packline.call('GET', `/v1/orders/${id}`)).body);
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
  open: (path: string) => Promise<{ text: string; bytes: number }>,
): Promise<number> {
  const page = await open('/ops');
  const assets = [...page.text.matchAll(/(?:src|href)="(\/ops\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
  const sizes = await Promise.all(assets.map((path) => get(`${baseUrl}${path}`, { 'accept-encoding': 'gzip' })));
  return sizes.reduce((sum, { bytes }) => sum + bytes, page.bytes);
}
