import type { StoreDeps } from './deps.ts';
import type { Issue } from './issues.ts';

/** What was told of an issue, and how much was told of its merchant's within this minute. */
export interface Told {
  status: Issue['status'] | null;
  /** When it was last told that it is open (ms). */
  openedMs: number | null;
  inMinute: number;
}

const heldKey = ({ keys }: StoreDeps, merchantId: string): string => `${keys.issueDigest(merchantId)}:held`;

export async function readTold(
  { redis, keys }: StoreDeps,
  { id, merchantId }: Pick<Issue, 'id' | 'merchantId'>,
  minute: number,
): Promise<Told> {
  const [[status, openedMs], inMinute] = await Promise.all([
    redis.hmget(keys.issue(id), 'toldStatus', 'toldOpenedMs'),
    redis.hget(keys.issueDigest(merchantId), String(minute)),
  ]);
  return {
    status: status === 'open' || status === 'resolved' ? status : null,
    openedMs: openedMs ? Number(openedMs) : null,
    inMinute: Number(inMinute ?? 0),
  };
}

const statusTold = ({ keys, clock }: StoreDeps, { id, status }: Pick<Issue, 'id' | 'status'>): string[] => [
  'HSET',
  keys.issue(id),
  'toldStatus',
  status,
  ...(status === 'open' ? ['toldOpenedMs', String(clock.now())] : []),
];

/** For the commit that tells of it by itself. */
export function toldWrites(
  store: StoreDeps,
  issue: Pick<Issue, 'id' | 'merchantId' | 'status'>,
  minute: number,
): string[][] {
  const counts = store.keys.issueDigest(issue.merchantId);
  return [statusTold(store, issue), ['HINCRBY', counts, String(minute), '1'], ['EXPIRE', counts, '120']];
}

/** For the commit that leaves it to the minute's end, when those that were too many are told of together. */
export const heldWrites = (store: StoreDeps, issue: Pick<Issue, 'id' | 'merchantId' | 'status'>): string[][] => [
  statusTold(store, issue),
  ['SADD', heldKey(store, issue.merchantId), issue.id],
];

export const heldForDigest = (store: StoreDeps, merchantId: string): Promise<string[]> =>
  store.redis.smembers(heldKey(store, merchantId));

export const releasedWrites = (store: StoreDeps, merchantId: string, ids: readonly string[]): string[][] =>
  ids.length === 0 ? [] : [['SREM', heldKey(store, merchantId), ...ids]];
