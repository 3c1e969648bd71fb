import type { WorkerDeps } from '../../src/fulfilment/deps.ts';
import type { Blobs } from '../../src/platform/blobs.ts';
import { runSend as runSendJob } from '../../src/queues/run-send.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { beginEntries, leaseEntries } from '../../src/store/entries.ts';
import runSend from '../../workers/run-send.ts';
import { createBooksCatalog } from '../bulk/books-catalog.ts';
import { makeJobContext } from '../queues/job-context.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';

/** The API, a merchant whose fulfilment system takes products and stock, and a worker that works when told to. */
export async function openRunWorkshop(redisUrl: string, settings: Partial<TestIngress['deps']['settings']> = {}) {
  const ingress = await startIngress(redisUrl, { settings: { ratePerSecond: 1_000, rateBurst: 10_000, ...settings } });
  const partner = createBooksCatalog(1_000);
  const deps = makeRunWorkerDeps(ingress.deps.blobs, partner);
  return {
    ingress,
    partner,
    /** A merchant with a connection, and what it posts. */
    merchant: async ({ connections = 1 } = {}) => {
      const { key, merchantId } = await ingress.tenant();
      const ids: string[] = [];
      for (let at = 0; at < connections; at += 1) {
        const json = { connector: 'nash', name: `Nash ${at}`, settings: { apiKey: 'nash_key' } };
        const made = await ingress.request('POST', '/v1/connections', { key, json });
        ids.push((made.body as { id: string }).id);
      }
      const upload = (path: string, raw: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
        ingress.request('POST', path, { key, raw, headers: { 'Content-Type': 'application/x-ndjson', ...headers } });
      const get = (path: string) => ingress.request('GET', path, { key });
      return { key, merchantId, connectionIds: ids, upload, get };
    },
    work: () => workRuns(ingress.store, deps),
  };
}

/** What a worker of runs works with: `partner` takes the rows. */
export const makeRunWorkerDeps = (blobs: Blobs, partner: ReturnType<typeof createBooksCatalog>): WorkerDeps =>
  ({
    blobs,
    random: () => 0.5,
    retirePercentMax: 10,
    countItems: () => undefined,
    openFulfilment: () => Promise.resolve({ connection: { catalog: partner } }),
  }) as unknown as WorkerDeps;

/** Does the work of runs that is due. */
export async function workRuns(store: StoreDeps, deps: WorkerDeps): Promise<void> {
  for (;;) {
    const { entries } = await leaseEntries(store, { room: 10, leaseMs: 60_000 });
    if (entries.length === 0) return;
    const runs = entries.filter(({ job }) => job === runSendJob.name);
    for (const entry of await beginEntries(store, runs)) {
      const context = makeJobContext(store, deps, { entry });
      let isEnded = false;
      const finish: typeof context.finish = async (...args) => {
        isEnded = true;
        return context.finish(...args);
      };
      await runSend.handle(runSend.job.payload.parse(entry.payload), { ...context, finish });
      if (!isEnded) await context.finish({});
    }
  }
}
