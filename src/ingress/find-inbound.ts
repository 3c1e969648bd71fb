import type { Connector } from '../connectors/connector.ts';
import type { InboundRequest } from '../connectors/webhook.ts';
import { findToken, openConnection, readConnection, type Connection } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';
import { rememberByText } from '../platform/remember.ts';
import { checkGeneration } from './check-generation.ts';
import type { RawCall } from './define-route.ts';
import type { IngressDeps } from './deps.ts';
import { makeRefusal } from './problem.ts';
import { createTokenBuckets } from './token-buckets.ts';

/** Requests that were not believed which one address may send to one connection; after them nothing of it is even verified. */
const refusedPerSecond = 1;
const refusedBurst = 50;

export interface Inbound {
  store: StoreDeps;
  connection: Connection;
  connector: Connector & Required<Pick<Connector, 'webhook'>>;
  settings: unknown;
  /** It was not believed: once too often, and its sender is not listened to for a while. */
  readonly refuse: () => void;
}

/**
 * Finds whose inbound URL a request came to. Throws `webhook.token_unknown`, or `webhook.throttled` where too much that came
 * from this address was not believed.
 */
export function createInboundFinder(deps: IngressDeps): (token: string, address: string) => Promise<Inbound> {
  const refusals = createTokenBuckets(deps.clock, { perSecond: refusedPerSecond, burst: refusedBurst });
  const settingsOf = rememberByText<unknown>();

  return async (token, address) => {
    const holder = await findToken(deps.redis, token);
    const store = holder === null ? null : deps.shard(holder.shard);
    const connection =
      holder === null || store === null ? null : await readConnection(store, holder.merchantId, holder.connectionId);
    const connector = connection === null ? undefined : deps.connectors.get(connection.connector);
    if (store === null || connection === null || connector?.webhook === undefined) {
      await checkGeneration(deps);
      throw makeRefusal('webhook.token_unknown', 'no connection has this URL');
    }
    // By address and connection: a partner sends for all merchants from the same few addresses.
    const sender = `${address}\n${connection.id}`;
    const allowed = refusals.peek(sender);
    if (!allowed.taken) {
      const retryAfterMs = allowed.resetSeconds * 1000;
      throw makeRefusal('webhook.throttled', 'too many badly signed webhooks came from this address', { retryAfterMs });
    }
    return {
      store,
      connection,
      connector: { ...connector, webhook: connector.webhook },
      settings: settingsOf(connection.sealed, () => openConnection(store, connection).settings),
      refuse: () => void refusals.take(sender),
    };
  };
}

export const textHeaders = (headers: RawCall['headers']): InboundRequest['headers'] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
