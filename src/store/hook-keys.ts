import { noHookKeys, type HookKeys } from '../domain/hook-keys.ts';
import type { StoreDeps } from './deps.ts';
import { parseStored } from './stored-json.ts';

/** The public keys of a connection's hooks, as its carrier listed them. They are public: nothing here is sealed. */
export async function readHookKeys({ redis, keys }: StoreDeps, connectionId: string): Promise<HookKeys> {
  const doc = await redis.get(keys.hookKeys(connectionId));
  return doc === null ? noHookKeys : parseStored<HookKeys>(doc);
}

export const hookKeysWrites = ({ keys }: StoreDeps, connectionId: string, known: HookKeys): string[][] => [
  ['SET', keys.hookKeys(connectionId), JSON.stringify(known)],
];
