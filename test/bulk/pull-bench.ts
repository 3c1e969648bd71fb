import type { Redis } from 'ioredis';
import type { CatalogSource, PullPolicy } from '../../src/connectors/oms/catalog-source.ts';
import type { WorkerDeps } from '../../src/fulfilment/deps.ts';
import { pullFlags } from '../../src/domain/pull-flags.ts';
import type { Run } from '../../src/domain/run.ts';
import { catalogPullWork } from '../../src/queues/catalog-pull.ts';
import { pullReadWork } from '../../src/queues/pull-read.ts';
import type { JobContext, WorkerDefinition } from '../../src/queues/run-worker.ts';
import { createConnection } from '../../src/store/connections.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { beginEntries, leaseEntries } from '../../src/store/entries.ts';
import { beginFullPull, readFullPull, type FullPull } from '../../src/store/full-pulls.ts';
import { markSku } from '../../src/store/pull-marks.ts';
import { listRuns } from '../../src/store/runs.ts';
import catalogPull from '../../workers/catalog-pull.ts';
import pullRead from '../../workers/pull-read.ts';
import runSend from '../../workers/run-send.ts';
import { makeJobContext } from '../queues/job-context.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { createMemoryBlobs } from '../support/memory-blobs.ts';
import { createTestStore } from '../support/test-store.ts';
import { createBooksCatalog, type BooksCatalog } from './books-catalog.ts';
import { mortal, type Life } from './run-bench.ts';

export const pullMerchantId = `mer_${'0'.repeat(26)}`;
export const omsConnectionId = `con_${'1'.repeat(26)}`;

type RunJob = (payload: unknown, context: JobContext<WorkerDeps>) => Promise<void>;
const prepare =
  <P extends Record<string, unknown>>({ job, handle }: WorkerDefinition<WorkerDeps, P>): RunJob =>
  (payload, context) =>
    handle(job.payload.parse(payload), context);
const handlers: Readonly<Record<string, RunJob>> = {
  'catalog-pull': prepare(catalogPull),
  'pull-read': prepare(pullRead),
  'run-send': prepare(runSend),
};

/** An OMS with a catalogue: what each SKU has in stock; null is one that is not sold any more. */
export interface PullBench {
  store: StoreDeps;
  clock: FakeClock;
  policy: PullPolicy;
  skus: Map<string, number | null>;
  /** Ids in the order in which they were read. */
  reads: string[];
  /** Asked before each read: throws to make it fail. */
  beforeRead: { hook?: (skuId: string) => void | Promise<void> };
  pageSize: number;
  /** It knows no stock of a product that it does not know. */
  partner: BooksCatalog;
  mark(skuId: string, ...what: (keyof typeof pullFlags)[]): Promise<void>;
  begin(): Promise<FullPull | null>;
  full(): Promise<FullPull | null>;
  runs(): Promise<Run[]>;
  /** Does what is due, once. Answers how many entries there were. */
  work(life?: Life): Promise<number>;
  /** … until nothing is left to do. */
  workAll(): Promise<void>;
  /** What the partner has in stock. */
  quantityOf(skuId: string): unknown;
}

export async function openPullBench(client: Redis): Promise<PullBench> {
  await client.flushdb();
  const clock = createFakeClock();
  const store = await createTestStore(client, clock);
  const partner = createBooksCatalog(10);
  const facts = { connector: 'nash', kind: 'fulfilment', name: 'Partner', routing: [], settings: {} } as const;
  const { id: targetId } = await createConnection(store, pullMerchantId, facts);
  const skus = new Map<string, number | null>();
  const reads: string[] = [];
  const beforeRead: PullBench['beforeRead'] = {};
  partner.hooks.before = (keys) => {
    for (const [store1, skuId = ''] of keys.map((key) => key.split('/'))) {
      if (store1 === 'store-1' && !partner.books.has(skuId)) partner.orphans.add(skuId);
      else partner.orphans.delete(skuId);
    }
  };

  const stock = (skuId: string, quantity: number) => ({
    row: { externalProductId: skuId, externalStoreLocationId: 'store-1', available: quantity > 0, quantity },
  });
  const source: CatalogSource = {
    listSkuIds: (page) => {
      const from = (page - 1) * bench.pageSize;
      return Promise.resolve([...skus.keys()].slice(from, from + bench.pageSize));
    },
    async readItem(skuId, { removed }) {
      reads.push(skuId);
      const quantity = skus.get(skuId);
      await beforeRead.hook?.(skuId);
      if (removed || quantity === null || quantity === undefined) {
        return { state: 'gone', inventory: [stock(skuId, 0)] };
      }
      const product = {
        row: {
          externalIdentifier: skuId,
          name: skuId,
          categories: [],
          weight: 1,
          dimensions: {},
          identifiers: [],
        },
      };
      return { state: 'sold', product, inventory: [stock(skuId, quantity)] };
    },
  };
  const policy: PullPolicy = { targetId, fullEveryMs: null, pauseMs: 1_000 };
  const deps = {
    blobs: createMemoryBlobs(),
    random: () => 0.5,
    openFulfilment: () => Promise.resolve({ connection: { catalog: partner } }),
    openOms: () =>
      Promise.resolve({ connector: { pull: () => policy }, connection: { catalog: source }, settings: {} }),
    takesCatalog: () => true,
    countItems: () => undefined,
  } as unknown as WorkerDeps;

  async function work(life?: Life): Promise<number> {
    const { entries } = await leaseEntries(store, { room: 10, leaseMs: 8_000 });
    for (const entry of await beginEntries(store, entries)) {
      const mine = life === undefined ? store : { ...store, redis: mortal(client, life) };
      const made = makeJobContext(mine, deps, { entry });
      let ended = false;
      const finish: typeof made.finish = async (plan, ending) => {
        const outcome = await made.finish(plan, ending);
        ended ||= outcome !== 'conflict';
        return outcome;
      };
      try {
        await handlers[entry.id.split('.')[0] ?? '']?.(entry.payload, { ...made, finish });
        if (!ended) await made.finish({});
      } catch (error) {
        // Its lease runs out, and the next one takes it up.
        clock.advance(8_001);
        if (life?.dead !== true && beforeRead.hook === undefined) throw error;
      }
    }
    return entries.length;
  }
  const bench: PullBench = {
    store,
    clock,
    policy,
    skus,
    reads,
    beforeRead,
    pageSize: 1_000,
    partner,
    mark: (skuId, ...what) => {
      const flags = what.reduce((bits, name) => bits | pullFlags[name], 0);
      return markSku(store, omsConnectionId, { skuId, flags }, catalogPullWork(pullMerchantId, omsConnectionId));
    },
    begin: () =>
      beginFullPull(
        store,
        { merchantId: pullMerchantId, connectionId: omsConnectionId, targetId },
        'request',
        (pullId) => pullReadWork(pullMerchantId, omsConnectionId, pullId),
      ),
    full: () => readFullPull(store, omsConnectionId),
    runs: async () => (await listRuns(store, pullMerchantId, { limit: 100 })).runs,
    work,
    async workAll() {
      // The longest pause between two turns of anything is a second.
      for (let idle = 0; idle < 3; clock.advance(1_001)) idle = (await work()) > 0 ? 0 : idle + 1;
    },
    quantityOf: (skuId) => {
      const row: unknown = JSON.parse(partner.books.get(`store-1/${skuId}`) ?? '{}');
      return Object(row).quantity;
    },
  };
  return bench;
}
