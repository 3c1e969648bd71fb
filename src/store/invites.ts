import { randomBytes } from 'node:crypto';
import { digest } from './deps.ts';
import { globalKeys } from './keys.ts';
import { parseStored } from './stored-json.ts';
import { readUser, type GlobalStore, type User } from './users.ts';

/** A link by which somebody sets a password: the first admin (`userId` null), or a user who has none (any more). */
interface Invite {
  userId: string | null;
  /** Of the user when it was made: it is past as soon as a password was set. */
  version: number;
}

export const inviteSeconds = 3 * 24 * 3600;
/** Printed to a log: shorter. Each start of an installation without users prints another. */
export const firstLoginSeconds = 24 * 3600;

/** A new link's token; only its digest is kept. */
export async function makeInvite({ redis }: GlobalStore, user: Pick<User, 'id' | 'version'> | null): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const invite: Invite = { userId: user?.id ?? null, version: user?.version ?? 0 };
  const seconds = user === null ? firstLoginSeconds : inviteSeconds;
  await redis.set(globalKeys.invite(digest(token)), JSON.stringify(invite), 'EX', seconds);
  return token;
}

/** Whom a link is for: a user, `'first'`, or null when it is past. */
export async function readInvite(store: GlobalStore, token: string): Promise<User | 'first' | null> {
  const doc = await store.redis.get(globalKeys.invite(digest(token)));
  if (doc === null) return null;
  const { userId, version } = parseStored<Invite>(doc);
  if (userId === null) return 'first';
  const user = await readUser(store, userId);
  return user?.version === version ? user : null;
}

/** True for one caller only. */
export const takeInvite = async ({ redis }: GlobalStore, token: string): Promise<boolean> =>
  (await redis.getdel(globalKeys.invite(digest(token)))) !== null;
