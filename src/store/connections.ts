import { randomBytes } from 'node:crypto';
import { runKinds } from '../domain/bulk-run.ts';
import { toInstant } from '../platform/clock.ts';
import { resolveFault } from './connection-faults.ts';
import { forgetDelta } from './delta.ts';
import { digest, newId, type StoreDeps } from './deps.ts';
import { globalKeys } from './keys.ts';
import { forgetCategories } from './product-categories.ts';
import { parseStored } from './stored-json.ts';
import { updateDoc } from './update-doc.ts';

/** Which orders a fulfilment connection takes. Each given list must contain the order's value; first match wins. */
export interface RoutingRule {
  storeLocationIds?: readonly string[] | undefined;
  channels?: readonly string[] | undefined;
  connections?: readonly string[] | undefined;
}

/** One merchant's account at one system. `sealed` holds the settings and the inbound token. */
export interface Connection {
  schema: 1;
  id: string;
  merchantId: string;
  connector: string;
  kind: 'oms' | 'fulfilment' | 'carrier' | 'lastMile';
  name: string;
  routing: readonly RoutingRule[];
  paused: boolean;
  sealed: string;
  createdAt: string;
  updatedAt: string;
}

export interface ConnectionSecrets {
  settings: unknown;
  /** The unguessable last part of this connection's inbound URL. */
  token: string;
}

/** Where a token leads. */
export interface TokenHolder {
  merchantId: string;
  connectionId: string;
  shard: number;
}

/** How long the old inbound URL goes on working after a rotation. */
export const tokenOverlapSeconds = 24 * 3600;

const sealContext = (connectionId: string): string => `connection:${connectionId}`;

export const openConnection = (deps: Pick<StoreDeps, 'keyring'>, connection: Connection): ConnectionSecrets =>
  parseStored<ConnectionSecrets>(deps.keyring.openText(connection.sealed, sealContext(connection.id)));

const seal = (deps: StoreDeps, id: string, secrets: ConnectionSecrets): string =>
  deps.keyring.seal(JSON.stringify(secrets), sealContext(id));

const newToken = (): string => randomBytes(24).toString('base64url');

async function writeToken(deps: StoreDeps, connection: Connection, token: string): Promise<void> {
  const holder: TokenHolder = {
    merchantId: connection.merchantId,
    connectionId: connection.id,
    shard: deps.keys.shard,
  };
  await deps.redis.set(globalKeys.token(digest(token)), JSON.stringify(holder));
}

export async function createConnection(
  deps: StoreDeps,
  merchantId: string,
  facts: Pick<Connection, 'connector' | 'kind' | 'name' | 'routing'> & { settings: unknown },
): Promise<Connection> {
  const { settings, ...rest } = facts;
  const id = newId('connection', deps.clock);
  const at = toInstant(deps.clock.now());
  const token = newToken();
  const sealed = seal(deps, id, { settings, token });
  const connection: Connection = {
    schema: 1,
    id,
    merchantId,
    ...rest,
    paused: false,
    sealed,
    createdAt: at,
    updatedAt: at,
  };
  // The token first: a crash between the two leaves a token that leads nowhere, never a connection without a door.
  await writeToken(deps, connection, token);
  await deps.redis.hset(deps.keys.connections(merchantId), id, JSON.stringify(connection));
  return connection;
}

export async function readConnection(deps: StoreDeps, merchantId: string, id: string): Promise<Connection | null> {
  const doc = await deps.redis.hget(deps.keys.connections(merchantId), id);
  return doc === null ? null : parseStored<Connection>(doc);
}

/** In the order they were made, which is the order in which routing asks them. */
export async function listConnections(deps: StoreDeps, merchantId: string): Promise<Connection[]> {
  const docs = await deps.redis.hvals(deps.keys.connections(merchantId));
  return docs.map((doc) => parseStored<Connection>(doc)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Null when it was deleted meanwhile. */
export const updateConnection = (
  deps: StoreDeps,
  { merchantId, id }: Connection,
  change: Partial<Pick<Connection, 'name' | 'routing' | 'paused'>> & { settings?: unknown },
): Promise<Connection | null> =>
  updateDoc<Connection>(deps, { key: deps.keys.connections(merchantId), field: id }, (connection) => {
    const { settings, ...rest } = change;
    const secrets = openConnection(deps, connection);
    const sealed = settings === undefined ? connection.sealed : seal(deps, id, { ...secrets, settings });
    return { ...connection, ...rest, sealed, updatedAt: toInstant(deps.clock.now()) };
  });

/** A new inbound URL; the old one goes on working for a day, so that nothing sent meanwhile is refused. */
export async function rotateToken(deps: StoreDeps, connection: Connection): Promise<Connection | null> {
  const token = newToken();
  await writeToken(deps, connection, token);
  let previous = '';
  const at = { key: deps.keys.connections(connection.merchantId), field: connection.id };
  const updated = await updateDoc<Connection>(deps, at, (current) => {
    const secrets = openConnection(deps, current);
    previous = secrets.token;
    const sealed = seal(deps, current.id, { ...secrets, token });
    return { ...current, sealed, updatedAt: toInstant(deps.clock.now()) };
  });
  if (updated === null) await deps.redis.del(globalKeys.token(digest(token)));
  else await deps.redis.expire(globalKeys.token(digest(previous)), tokenOverlapSeconds);
  return updated;
}

export async function deleteConnection(deps: StoreDeps, connection: Connection): Promise<void> {
  const { token } = openConnection(deps, connection);
  await deps.redis.del(globalKeys.token(digest(token)));
  await resolveFault(deps, connection);
  await deps.redis.hdel(deps.keys.connections(connection.merchantId), connection.id);
  const { health, pull, pullMarks, pullAgain, fullPull, positions, positionsState, fleetOwed, fleetTurn } = deps.keys;
  const kept = [health, pull, pullMarks, pullAgain, fullPull, positions, positionsState, fleetOwed, fleetTurn];
  await deps.redis.del(...kept.map((key) => key(connection.id)));
  for (const kind of runKinds) await forgetDelta(deps, { connectionId: connection.id, kind });
  await forgetCategories(deps, connection.id);
}

/** Whose inbound URL this is; null for a token that nobody has (any more). */
export async function findToken(redis: StoreDeps['redis'], token: string): Promise<TokenHolder | null> {
  const doc = await redis.get(globalKeys.token(digest(token)));
  return doc === null ? null : parseStored<TokenHolder>(doc);
}

/** How a connection has been doing; times are UTC instants. */
export interface ConnectionHealth {
  lastSuccessAt: string | null;
  lastFailureAt: string | null;
  lastFailureCode: string | null;
  /** Since when its credentials or settings are known to be wrong; null while they are believed right. */
  unhealthySince: string | null;
  /** When the partner last lent a token for its key; null where it lends none. */
  tokenAt: string | null;
}

export async function readHealth(deps: StoreDeps, connectionId: string): Promise<ConnectionHealth> {
  const health = await deps.redis.hgetall(deps.keys.health(connectionId));
  return {
    lastSuccessAt: health['lastSuccessAt'] ?? null,
    lastFailureAt: health['lastFailureAt'] ?? null,
    lastFailureCode: health['lastFailureCode'] ?? null,
    unhealthySince: health['unhealthySince'] ?? null,
    tokenAt: health['tokenAt'] ?? null,
  };
}

/** A token was lent now. Each process has its own: the newest is told of. */
export const noteToken = ({ redis, keys, clock }: StoreDeps, connectionId: string): void =>
  void redis.hset(keys.health(connectionId), 'tokenAt', toInstant(clock.now())).catch(() => undefined); // Redis away: said elsewhere.

/** For the commit of a job that reached the partner: a success clears what was wrong. */
export const successWrites = (deps: StoreDeps, connectionId: string): string[][] => [
  ['HSET', deps.keys.health(connectionId), 'lastSuccessAt', toInstant(deps.clock.now())],
  ['HDEL', deps.keys.health(connectionId), 'unhealthySince'],
];

export const failureWrites = (deps: StoreDeps, connectionId: string, code: string, broken: boolean): string[][] => {
  const at = toInstant(deps.clock.now());
  const key = deps.keys.health(connectionId);
  const writes = [['HSET', key, 'lastFailureAt', at, 'lastFailureCode', code]];
  if (broken) writes.push(['HSETNX', key, 'unhealthySince', at]);
  return writes;
};

/** When the partner was last asked to send us something, and when that was last seen to hold. */
export interface Registration {
  hookRegisteredAt: string | null;
  feedRegisteredAt: string | null;
  checkedAt: string | null;
  restoredAt: string | null;
}

const registrationFields = ['hookRegisteredAt', 'feedRegisteredAt', 'checkedAt', 'restoredAt'] as const;

export async function readRegistration(deps: StoreDeps, connectionId: string): Promise<Registration> {
  const values = await deps.redis.hmget(deps.keys.health(connectionId), ...registrationFields);
  const [hookRegisteredAt = null, feedRegisteredAt = null, checkedAt = null, restoredAt = null] = values;
  return { hookRegisteredAt, feedRegisteredAt, checkedAt, restoredAt };
}

/** What of it has just happened. */
export function registrationWrites(
  deps: StoreDeps,
  connectionId: string,
  happened: readonly (keyof Registration)[],
): string[][] {
  const at = toInstant(deps.clock.now());
  if (happened.length === 0) return [];
  return [['HSET', deps.keys.health(connectionId), ...happened.flatMap((field) => [field, at])]];
}

/** Its key is another one now: what was made for the earlier one is nothing to this connection. */
export const forgetRegistration = (deps: StoreDeps, connectionId: string): string[][] => [
  ['HDEL', deps.keys.health(connectionId), 'hookRegisteredAt', 'feedRegisteredAt'],
];
