import { createConnections } from './compose-connections.ts';
import { packageVersion, type Base } from './compose.ts';
import { connectors } from './connectors/registry.ts';
import { Failure } from './domain/failure.ts';
import type { IngressDeps } from './ingress/deps.ts';
import { createSandboxControl } from './ingress/sandbox-control.ts';
import { createBullQueues, type BullQueues } from './queues/bull-queues.ts';
import { digest } from './store/deps.ts';

/** What the HTTP side is made of. `draining` is told by main.ts when the process has to end. */
export function composeIngressDeps(
  base: Base,
  state: { draining: () => boolean; shedding: () => boolean },
): IngressDeps {
  const { config, log, clock, metrics, redis, egress, stores, erasureLog, blobs } = base;
  const {
    openFulfilment,
    openOms,
    openCarrier,
    openLastMile,
    lanesOf,
    dailyLimitOf,
    takesCatalog,
    pullPolicyOf,
    callsSomebody,
    vendorAccountOf,
    importsByItself,
  } = createConnections(base, base.config);
  const openers = { oms: openOms, fulfilment: openFulfilment, carrier: openCarrier, lastMile: openLastMile };
  let queues: readonly BullQueues[] | undefined;
  const evenPaused = { evenPaused: true };
  return {
    settings: {
      baseUrl: config.baseUrl,
      bodyBytesMax: config.bodyBytesMax,
      bodyDeadlineMs: 15_000,
      uploadIdleMs: 30_000,
      uploadBytesMax: 64 * 2 ** 30,
      ratePerSecond: config.ratePerSecond,
      rateBurst: config.rateBurst,
      shards: config.shards,
      version: packageVersion,
    },
    clock,
    log,
    metrics: metrics.registry,
    countUnmapped: (words) => metrics.unmappedWords.inc({ connector: 'api' }, words),
    adminKeyDigest: config.adminKey === undefined ? null : digest(config.adminKey),
    redis,
    generation: stores[0]?.generation ?? '',
    shard: (shard) => {
      const store = stores[shard];
      if (store === undefined) throw new Failure('misconfigured', 'config.shards', `there is no shard ${shard}`);
      return store;
    },
    queues: () => (queues ??= stores.map((store) => createBullQueues(store.redis, store.keys))),
    connectors,
    checkUrl: async (url) => {
      egress.check(url);
    },
    openTestable: (store, { kind, merchantId, id }, signal) =>
      openers[kind](store, merchantId, id, signal, { evenPaused: true, spendsReserve: true }),
    openOms: (store, merchantId, connectionId, signal) => openOms(store, merchantId, connectionId, signal, evenPaused),
    blobs,
    takesCatalog,
    pullPolicyOf,
    callsSomebody,
    lanesOf,
    dailyLimitOf,
    vendorAccountOf,
    importsByItself,
    sandbox: config.sandbox ? createSandboxControl(base.http, `http://127.0.0.1:${config.sandboxPort}`) : null,
    erasureLog,
    ...state,
  };
}
