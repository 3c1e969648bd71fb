import { once } from 'node:events';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { startBoundProcess } from '../src/platform/bound-process.ts';
import { connectMerchant, type ConnectedMerchant } from '../test/support/connected-merchant.ts';
import { startProcesses, type PacklineProcesses } from '../test/support/packline-processes.ts';
import { mostInWindow, watchArrivals } from './arrivals.ts';
import { defineBenchmark } from './benchmark.ts';
import { pushRun, type PushedRun } from './push-run.ts';
import { usedBytes } from './redis-info.ts';
import { measureStages } from './run-stages.ts';
import { productLines, stockLines, storesOf, toBody, type Stock } from './stock-rows.ts';
import { watchMemory, type MemoryWatched } from './watch-memory.ts';

/** Of what is enough to see how fast the sandbox itself is. */
const bareRowsMax = 500_000;
const stagedRowsMax = 100_000;
const mibMax = 512;
/** The partner's limit, and the most rows that a request of products has. */
const requestsPerSecond = 10;
const productsPerRequest = 1_000;
const rowsPlanned = 25_000_000;

/**
 * Products, and then a snapshot of stock, posted as NDJSON to the API and sent by one worker to the sandbox's socket, within
 * the partner's limit: all of it new, then the same again, then with a hundredth changed; and after that several accounts'
 * stock at the same time. Sandbox and load generator are this process. What the sandbox has in the end is counted.
 */
export const runs = defineBenchmark({
  name: 'runs',
  shows: 'products and stock uploaded and sent: rows per second from the first byte in, cost by process, memory',
  size: { rows: 5_000_000, products: 100_000, accounts: 3, accountRows: 300_000 },
  quickSize: { rows: 40_000, products: 2_000, accounts: 2, accountRows: 20_000 },
  async run({ rows, products, accounts, accountRows }, say) {
    const packline = await startProcesses({
      sandbox: { speed: 0 },
      settings: { PACKLINE_LOG_LEVEL: 'error', NODE_OPTIONS: process.env['NODE_OPTIONS'] ?? '' },
    });
    const redis = new Redis(packline.redis.url);
    try {
      const stock: Stock = { rows, products };
      const barePerSecond = await measureBare(packline, { products, rows: Math.min(rows, bareRowsMax) });
      say(`${barePerSecond} rows/s without Packline, ${load()}`);
      const stages = await measureStages(redis, { products, rows: Math.min(rows, stagedRowsMax) });
      say(`µs a row of each stage by itself: ${describeCosts(stages)}`);
      const worker = await packline.startWorker();
      const pids = {
        api: packline.api.pid,
        worker: worker.pid,
        redis: packline.redis.pid,
        sandboxAndLoad: process.pid,
      };
      const push = async (what: string, lines: Iterable<string>, kind: 'inventory' | 'products' = 'inventory') => {
        const memory = watchMemory({ api: pids.api, worker: pids.worker });
        const at = { url: packline.baseUrl, key: packline.merchantKey, pids };
        const run: PushedRun = await pushRun(at, `/v1/${kind}`, toBody(lines));
        const watched = { ...run, memory: memory(), load: load() };
        say(`${what}: ${describe(watched)}`);
        return watched;
      };

      const { arrivals, stop } = watchArrivals(packline.sandbox.books);
      await openStores(packline, stock);
      const catalog = await push('products', productLines(products), 'products');
      const before = await usedBytes(redis);
      const created = await push('all new', stockLines(stock));
      const bytesPerRow = ((await usedBytes(redis)) - before) / rows;
      const repeated = await push('unchanged', stockLines(stock));
      const changed = await push('1 % changed', stockLines({ ...stock, changedEvery: 100 }));
      const books = await packline.control('GET', '/nash/catalog');
      stop();
      const worst = mostInWindow(arrivals.filter(isUpload), 1_000);
      const seen = packline.sandbox.books.rateOf('org_demo', 'catalog');
      const few = Math.ceil(rows / 100);
      mustBe('rows that the sandbox has', books['inventoryRows'], rows);
      mustBe(
        'rows accepted',
        [created, repeated, changed].map(({ counts }) => counts.accepted).join(),
        `${rows},0,${few}`,
      );
      const beside = await pushBeside(packline, { accounts, stock: { rows: accountRows, products }, pids });
      say(`${accounts} accounts at once: ${beside.rowsPerSecond} rows/s, ${describeMemory(beside.memory)}`);

      const [busiest = ['nobody', Number.NaN] as const] = Object.entries(created.micros.send).toSorted(
        ([, a], [, b]) => b - a,
      );
      say(
        `most processor time for a new row has ${busiest[0]}: with a core of its own, ${Math.round(1e6 / busiest[1])} rows/s at most`,
      );

      const perSecond = (what: string, figure: number, target: number, ceiling?: number) => ({
        what,
        figure,
        unit: '/s',
        better: 'higher' as const,
        target: { of: 'figure' as const, is: target },
        ...(ceiling !== undefined && {
          ceiling: { is: ceiling, what: 'lines parsed and put to the sandbox, and nothing else, without a limit' },
        }),
      });
      const memoryRow = (what: string, { maxMib }: { maxMib: number }, beganMib: number) => ({
        what: `most memory of the ${what}`,
        figure: maxMib,
        unit: 'MiB',
        better: 'lower' as const,
        target: { of: 'figure' as const, is: mibMax },
        ceiling: { is: beganMib, what: 'when it began' },
      });
      const costRow = (what: string, micros: Record<string, number>, name: string) => ({
        what: `processor time of ${what} for a row that is new`,
        figure: micros[name] ?? Number.NaN,
        unit: 'µs',
        better: 'lower' as const,
      });
      const { api, worker: work } = created.memory;
      if (api === undefined || work === undefined) throw new Error('nobody watched the memory');
      const { spool, send } = created.micros;
      return {
        rows: [
          perSecond('rows of stock, all new, from the first byte in to the last one accepted', created.rowsPerSecond, 50_000, barePerSecond),
          perSecond('the same rows again, all unchanged', repeated.rowsPerSecond, 120_000),
          perSecond('the same rows, 1 % of them changed', changed.rowsPerSecond, 50_000),
          { what: `${products} products, from the first byte in to the last one accepted`, figure: catalog.totalMs / 1_000, unit: 's', better: 'lower' as const, target: { of: 'figure' as const, is: (11 * products) / 100_000 }, ceiling: { is: products / productsPerRequest / requestsPerSecond, what: 'its requests at the limit' } },
          { what: 'most requests in any second', figure: worst, unit: '', better: 'lower' as const, ceiling: { is: requestsPerSecond, what: 'the limit' }, target: { of: 'figure' as const, is: requestsPerSecond } },
          costRow('the API', spool, 'api'),
          costRow('the worker', send, 'worker'),
          costRow('Redis', send, 'redis'),
          costRow('the sandbox', send, 'sandboxAndLoad'),
          memoryRow('API during the upload', api, api.samples[0] ?? Number.NaN),
          memoryRow('worker during the upload', work, work.samples[0] ?? Number.NaN),
          memoryRow(`worker with ${accounts} accounts at once`, beside.memory['worker'] ?? { maxMib: Number.NaN }, beside.memory['worker']?.samples[0] ?? Number.NaN),
          { what: 'Redis for a row that the partner has', figure: bytesPerRow, unit: 'B', better: 'lower' as const, target: { of: 'figure' as const, is: 20 } },
          { what: `Redis for ${rowsPlanned / 1e6} million rows, at that`, figure: (bytesPerRow * rowsPlanned) / 2 ** 20, unit: 'MiB', better: 'lower' as const },
        ], // prettier-ignore
        details: { barePerSecond, stages, busiest, catalog, created, repeated, changed, beside, worst, seen },
      };
    } finally {
      redis.disconnect();
      await packline.close();
    }
  },
});

/** Of the one organisation that was there by then. */
const isUpload = ({ call }: { call: string }): boolean => /^POST \/v1\/(products|inventory)$/.test(call);

const load = (): string => `load ${(loadavg()[0] ?? 0).toFixed(1)}`;

/** Rows per second of the bare loop, at an organisation of its own without a limit worth the name; the sandbox forgets it all. */
async function measureBare(packline: PacklineProcesses, stock: Stock): Promise<number> {
  const [orgId, apiKey] = ['org_bare', 'nash_key_bare'];
  await packline.control('POST', '/nash/organisations', { orgId, apiKey, limits: { default: 1_000, catalog: 1_000 } });
  let products: object[] = [];
  const put = async (): Promise<void> => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ products });
    const reply = await fetch(`${packline.sandboxUrl}/nash/v1/products`, { method: 'POST', headers, body });
    if (!reply.ok) throw new Error(`the sandbox answered ${reply.status}`);
    await reply.arrayBuffer();
    products = [];
  };
  for (const line of productLines(stock.products)) {
    products.push(JSON.parse(line));
    if (products.length === productsPerRequest) await put();
  }
  if (products.length > 0) await put();
  const file = fileURLToPath(new URL('bare-upload.ts', import.meta.url));
  const args = [file, `${packline.sandboxUrl}/nash`, apiKey, String(stock.rows), String(stock.products)];
  const bare = await startBoundProcess(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const answer = once(bare.child, 'message');
  const [perSecond] = await Promise.race([answer, bare.ended.then(() => [Number.NaN])]);
  await bare.stop(1_000);
  packline.sandbox.reset();
  return Number(perSecond);
}

/** An organisation has the stores of the stock, and the partner's documented limit. */
const openStores = (packline: PacklineProcesses, stock: Stock, orgId = 'org_demo'): Promise<unknown> =>
  packline.control('POST', '/nash/organisations', {
    orgId,
    apiKey: orgId === 'org_demo' ? 'nash_demo_key' : `nash_key_${orgId}`,
    stores: storesOf(stock),
    limits: { default: 1_000, catalog: requestsPerSecond },
  });

/** The same stock for several accounts at the same time, each with its own products. */
async function pushBeside(
  packline: PacklineProcesses,
  { accounts, stock, pids }: { accounts: number; stock: Stock; pids: Record<string, number> & { worker: number } },
): Promise<{ rowsPerSecond: number; runs: PushedRun[]; memory: Record<string, MemoryWatched> }> {
  const { baseUrl, adminKey, sandboxUrl, subscriber } = packline;
  const merchants: ConnectedMerchant[] = [];
  for (let n = 0; n < accounts; n += 1) {
    const orgId = `org_beside_${n}`;
    const merchant = await connectMerchant({ baseUrl, adminKey, sandboxUrl, subscriber }, { orgId });
    await openStores(packline, stock, orgId);
    merchants.push(merchant);
  }
  const pushAll = (path: '/v1/products' | '/v1/inventory', make: () => Iterable<string>) =>
    Promise.all(merchants.map(({ merchantKey: key }) => pushRun({ url: baseUrl, key, pids }, path, toBody(make()))));
  await pushAll('/v1/products', () => productLines(stock.products));
  const memory = watchMemory({ worker: pids.worker });
  const pushed = await pushAll('/v1/inventory', () => stockLines(stock));
  for (const { counts } of pushed) mustBe('rows accepted beside each other', counts.accepted, stock.rows);
  const slowestMs = Math.max(...pushed.map(({ totalMs }) => totalMs));
  const rowsPerSecond = Math.round((accounts * stock.rows * 1_000) / slowestMs);
  return { rowsPerSecond, runs: pushed, memory: memory() };
}

function mustBe(what: string, is: unknown, wanted: unknown): void {
  if (is !== wanted) throw new Error(`${what}: ${String(is)}, and not ${String(wanted)}`);
}

const describe = (run: PushedRun & { memory: Record<string, MemoryWatched>; load: string }): string =>
  `${run.rowsPerSecond} rows/s (${run.sentPerSecond}/s after the upload of ${run.spoolMs} ms), ${run.requests} requests, ` +
  `µs a row ${describeCosts(run.micros.spool)} while it came in, ${describeCosts(run.micros.send)} then, ` +
  `${describeMemory(run.memory)}, ${run.load}`;

const describeCosts = (micros: Record<string, number>): string =>
  Object.entries(micros)
    .map(([name, cost]) => `${name} ${cost}`)
    .join(' ');

const describeMemory = (memory: Record<string, MemoryWatched>): string =>
  Object.entries(memory)
    .map(([name, { maxMib, driftMib }]) => `${name} ${maxMib} MiB (drift ${driftMib})`)
    .join(', ');
