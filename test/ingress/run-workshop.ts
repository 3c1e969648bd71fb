import type { WorkerDeps } from '../../src/fulfilment/deps.ts';
import { runSend as runSendJob } from '../../src/queues/run-send.ts';
import { beginEntries, leaseEntries } from '../../src/store/entries.ts';
import runSend from '../../workers/run-send.ts';
import { createBooksCatalog } from '../bulk/books-catalog.ts';
import { makeJobContext } from '../queues/job-context.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';

/** The API, a merchant whose fulfilment system takes products and stock, and a worker that works when told to. */
export async function openRunWorkshop(redisUrl: string, settings: Partial<TestIngress['deps']['settings']> = {}) {
  const ingress = await startIngress(redisUrl, { settings: { ratePerSecond: 1_000, rateBurst: 10_000, ...settings } });
  const partner = createBooksCatalog(1_000);
  const deps = {
    blobs: ingress.deps.blobs,
    random: () => 0.5,
    retirePercentMax: 10,
    openFulfilment: () => Promise.resolve({ connection: { catalog: partner } }),
  } as unknown as WorkerDeps;
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
    /** Does the work of runs that is due. */
    work: async (): Promise<void> => {
      for (;;) {
        const { entries } = await leaseEntries(ingress.store, { room: 10, leaseMs: 60_000 });
        if (entries.length === 0) return;
        const runs = entries.filter(({ job }) => job === runSendJob.name);
        for (const entry of await beginEntries(ingress.store, runs)) {
          const context = makeJobContext(ingress.store, deps, { entry });
          let isEnded = false;
          const finish: typeof context.finish = async (...args) => {
            isEnded = true;
            return context.finish(...args);
          };
          await runSend.handle(runSend.job.payload.parse(entry.payload), { ...context, finish });
          if (!isEnded) await context.finish({});
        }
      }
    },
  };
}
