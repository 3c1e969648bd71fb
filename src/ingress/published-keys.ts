import { carrierConnectors } from '../connectors/carriers/registry.ts';
import { believedKeys, isFresh, type HookKeys } from '../domain/hook-keys.ts';
import { hookKeysWork } from '../queues/hook-keys-read.ts';
import { commit } from '../store/commit.ts';
import type { Connection } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';
import { readHookKeys } from '../store/hook-keys.ts';
import type { Inbound } from './find-inbound.ts';
import { makeRefusal } from './problem.ts';

const retryAfterMs = 30_000;

/** The settings with the keys that the carrier publishes; `known` is null for those that publish none. */
export async function withPublishedKeys(
  store: StoreDeps,
  { connection, connector, settings }: Pick<Inbound, 'connection' | 'connector' | 'settings'>,
  nowMs: number,
): Promise<{ known: HookKeys | null; keyed: unknown }> {
  const webhook = carrierConnectors.get(connector.id)?.webhook;
  if (webhook?.withKeys === undefined) return { known: null, keyed: settings };
  const known = await readHookKeys(store, connection.id);
  return { known, keyed: webhook.withKeys(settings, believedKeys(known, nowMs)) };
}

/**
 * A hook is signed with a key that we have not seen. Unless the list was read a moment ago, it is read now, and the sender asked
 * to come again.
 * @throws Failure `transient` `webhook.keys_unread`
 */
export async function awaitKeys(
  store: StoreDeps,
  { merchantId, id }: Connection,
  known: HookKeys,
  nowMs: number,
): Promise<void> {
  if (isFresh(known, nowMs)) return;
  await commit(store, { entries: [hookKeysWork(merchantId, id, nowMs)] });
  throw makeRefusal('webhook.keys_unread', 'the keys that this hook is signed with are being read', { retryAfterMs });
}
