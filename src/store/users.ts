import { toInstant, type Clock } from '../platform/clock.ts';
import type { RedisClient } from '../platform/redis.ts';
import { newId } from './deps.ts';
import { globalKeys } from './keys.ts';
import { defineScript, runScript } from './script.ts';
import { parseStored } from './stored-json.ts';

/** What a person may do in the console: look; act as well; decide who may (and everything else). */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];
export const holdsRole = (held: Role, wanted: Role): boolean => roles.indexOf(held) >= roles.indexOf(wanted);

/** A person who may use the console. Belongs to the installation and sees every merchant. */
export interface User {
  schema: 1;
  id: string;
  /** What is typed at login; unique whatever its case. */
  name: string;
  role: Role;
  /** Hashed; null until an invitation was used. */
  password: string | null;
  /** Rises with every change of password or role: sessions and invitations of before end. */
  version: number;
  createdAt: string;
  updatedAt: string;
}

export interface GlobalStore {
  redis: RedisClient;
  clock: Clock;
}

const foldName = (name: string): string => name.normalize('NFKC').toLowerCase();

/** KEYS users, names. ARGV id, doc, folded name, `first` when nobody may be there yet. */
const createScript = defineScript(`
if ARGV[4] == 'first' and redis.call('HLEN', KEYS[1]) > 0 then return 'taken' end
if redis.call('HSETNX', KEYS[2], ARGV[3], ARGV[1]) == 0 then return 'exists' end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 'done'`);

/** KEYS users, names. ARGV id, doc as it was read, doc as it shall be ('' removes), folded name. Never without an admin. */
const replaceScript = defineScript(`
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 'changed' end
local stays = ARGV[3] ~= '' and cjson.decode(ARGV[3]).role == 'admin'
if cjson.decode(ARGV[2]).role == 'admin' and not stays then
  local others = 0
  for _, doc in ipairs(redis.call('HVALS', KEYS[1])) do
    if cjson.decode(doc).role == 'admin' then others = others + 1 end
  end
  if others < 2 then return 'last' end
end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[2], ARGV[4])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return 'done'`);

export const hasUsers = async ({ redis }: GlobalStore): Promise<boolean> => (await redis.hlen(globalKeys.users)) > 0;

/** Null when the name is taken, or with `first` when somebody is there already. */
export async function createUser(
  { redis, clock }: GlobalStore,
  { first = false, ...facts }: Pick<User, 'name' | 'role' | 'password'> & { first?: boolean },
): Promise<User | null> {
  const at = toInstant(clock.now());
  const user: User = { schema: 1, id: newId('user', clock), ...facts, version: 1, createdAt: at, updatedAt: at };
  const args = [user.id, JSON.stringify(user), foldName(user.name), first ? 'first' : ''];
  const outcome = await runScript(redis, createScript, [globalKeys.users, globalKeys.userNames], args);
  return outcome === 'done' ? user : null;
}

export async function readUser({ redis }: GlobalStore, userId: string): Promise<User | null> {
  const doc = await redis.hget(globalKeys.users, userId);
  return doc === null ? null : parseStored<User>(doc);
}

export async function findUser(store: GlobalStore, name: string): Promise<User | null> {
  const id = await store.redis.hget(globalKeys.userNames, foldName(name));
  return id === null ? null : readUser(store, id);
}

/** In the order they were made. */
export async function listUsers({ redis }: GlobalStore): Promise<User[]> {
  const docs = await redis.hvals(globalKeys.users);
  return docs.map((doc) => parseStored<User>(doc)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

export type UserChange = { outcome: 'done'; user: User } | { outcome: 'missing' | 'last' };

/** Changes a user, whose sessions and invitations end with it. `last`: nobody would be left who may manage users. */
export async function changeUser(
  store: GlobalStore,
  userId: string,
  change: Partial<Pick<User, 'role' | 'password'>>,
): Promise<UserChange> {
  return replace(store, userId, (user) => ({
    ...user,
    ...change,
    version: user.version + 1,
    updatedAt: toInstant(store.clock.now()),
  }));
}

/** Removes a user, whose sessions end with it. */
export const removeUser = (store: GlobalStore, userId: string): Promise<UserChange> =>
  replace(store, userId, () => null);

/** Reads and writes until nobody has written in between. */
async function replace(store: GlobalStore, userId: string, make: (user: User) => User | null): Promise<UserChange> {
  for (;;) {
    const before = await store.redis.hget(globalKeys.users, userId);
    if (before === null) return { outcome: 'missing' };
    const user = parseStored<User>(before);
    const after = make(user);
    const args = [userId, before, after === null ? '' : JSON.stringify(after), foldName(user.name)];
    const outcome = await runScript(store.redis, replaceScript, [globalKeys.users, globalKeys.userNames], args);
    if (outcome === 'last') return { outcome };
    if (outcome === 'done') return { outcome, user: after ?? user };
  }
}
