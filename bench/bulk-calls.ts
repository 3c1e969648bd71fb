import { composeBase, composeWorkerDeps } from '../src/compose.ts';
import { loadConfig } from '../src/platform/config.ts';

/**
 * Bulk work beside the orders of limit.ts, in a process of its own: of each connection it is told of (merchant and connection,
 * joined by a slash) as many calls as its budget gives to a lower class, several at once; failed ones again. Ends with its
 * parent.
 */
const atOnce = 6;
const base = await composeBase(loadConfig(), { name: 'bulk', profile: 'worker' });
const deps = composeWorkerDeps(base);
const ending = new AbortController();
const [store] = base.stores;

async function callOnAndOn(merchantId: string, connectionId: string): Promise<void> {
  if (store === undefined) return;
  const options = { class: 'inventory', waitMaxMs: 10_000 } as const;
  const { connection } = await deps.openFulfilment(store, merchantId, connectionId, ending.signal, options);
  while (!ending.signal.aborted) await connection.test().catch(() => undefined);
}

for (const target of process.argv.slice(2)) {
  const [merchantId = '', connectionId = ''] = target.split('/');
  for (let n = 0; n < atOnce; n += 1) void callOnAndOn(merchantId, connectionId);
}
process.on('disconnect', () => process.exit());
process.send?.('ready');
