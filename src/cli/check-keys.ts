import { existsSync } from 'node:fs';
import type { Config } from '../platform/config.ts';
import type { RedisClient } from '../platform/redis.ts';
import { secretKeyPath } from '../platform/secret-key.ts';
import { createKeyring } from '../platform/secrets.ts';
import { openConnection, type Connection } from '../store/connections.ts';
import { createKeys } from '../store/keys.ts';
import { listMerchants } from '../store/merchants.ts';
import { parseStored } from '../store/stored-json.ts';
import type { Check } from './check.ts';

/** `packline up` made a key for its sandbox here, so nobody has to set one. */
export const hasSandboxKey = (home: string): boolean => existsSync(secretKeyPath(home));

/** Whether there is a master key. */
export function checkSecretKey({ secretKey, sandbox, home }: Config): Check {
  const name = 'secret key';
  if (secretKey !== undefined) return { name, status: 'ok', message: `configured, its id is ${secretKey.id}` };
  if (hasSandboxKey(home))
    return { name, status: 'ok', message: `made by \`packline up\` for its sandbox, in ${home}` };
  if (sandbox) return { name, status: 'ok', message: 'made for the sandbox when needed' };
  return {
    name,
    status: 'wrong',
    message: 'PACKLINE_SECRET_KEY is not set: only `packline up` with its sandbox runs without',
    fix: 'PACKLINE_SECRET_KEY=$(openssl rand -base64 32), kept where a backup of Redis is not',
  };
}

/** Whether the master keys open what lies in this Redis; nothing to say where nothing was sealed yet, or no key is known. */
export async function checkSealed(redis: RedisClient, { secretKey, previousSecretKeys }: Config): Promise<Check[]> {
  if (secretKey === undefined) return [];
  const keyring = createKeyring({ current: secretKey, previous: previousSecretKeys });
  const merchants = await listMerchants({ redis });
  const docs = await Promise.all(merchants.map(({ id, shard }) => redis.hvals(createKeys(shard).connections(id))));
  const connections = docs.flat().map((doc) => parseStored<Connection>(doc));
  if (connections.length === 0) return [];
  const name = 'sealed data';
  const closed = connections.find((connection) => !opens(() => openConnection({ keyring }, connection)));
  if (closed === undefined) return [{ name, status: 'ok', message: 'opens with the keys that are set' }];
  const [, keyId = '?'] = closed.sealed.split('.');
  return [
    {
      name,
      status: 'wrong',
      message: `${closed.id} was sealed with the key ${keyId}, which none of those that are set opens`,
      fix: 'set PACKLINE_SECRET_KEY to that key, or add it to PACKLINE_SECRET_KEYS_PREVIOUS',
    },
  ];
}

function opens(open: () => unknown): boolean {
  try {
    open();
    return true;
  } catch {
    return false;
  }
}
