import { createOpener, laneOf, packageVersion, type Base } from './compose.ts';
import { fulfilmentConnectors } from './connectors/fulfilment/registry.ts';
import { connectors } from './connectors/registry.ts';
import { Failure } from './domain/failure.ts';
import type { IngressDeps } from './ingress/deps.ts';
import { openConnection } from './store/connections.ts';
import { digest } from './store/deps.ts';

/** What the HTTP side is made of. `draining` is told by main.ts when the process has to end. */
export function composeIngressDeps(
  base: Base,
  state: { draining: () => boolean; shedding: () => boolean },
): IngressDeps {
  const { config, log, clock, metrics, redis, egress, stores } = base;
  const open = createOpener(base);
  return {
    settings: {
      baseUrl: config.baseUrl,
      bodyBytesMax: config.bodyBytesMax,
      bodyDeadlineMs: 15_000,
      ratePerSecond: config.ratePerSecond,
      rateBurst: config.rateBurst,
      shards: config.shards,
      version: packageVersion,
    },
    clock,
    log,
    metrics: metrics.registry,
    adminKeyDigest: config.adminKey === undefined ? null : digest(config.adminKey),
    redis,
    generation: stores[0]?.generation ?? '',
    shard: (shard) => {
      const store = stores[shard];
      if (store === undefined) throw new Failure('misconfigured', 'config.shards', `there is no shard ${shard}`);
      return store;
    },
    connectors,
    checkUrl: async (url) => {
      egress.check(url);
    },
    openFulfilment: (store, merchantId, connectionId, signal) =>
      open(store, merchantId, connectionId, signal, { evenPaused: true }),
    lanesOf: (store, connection) => {
      const connector = fulfilmentConnectors.get(connection.connector);
      if (connector === undefined) return {};
      const settings = connector.settings.parse(openConnection(store, connection).settings);
      const budgets = Object.keys(connector.budgets(settings));
      return Object.fromEntries(budgets.map((budget) => [budget, laneOf(connector, settings, budget)]));
    },
    ...state,
  };
}
