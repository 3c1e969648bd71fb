import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { RunKind } from '../domain/bulk-run.ts';
import type { Failure } from '../domain/failure.ts';
import { toInstant } from '../platform/clock.ts';
import type { LastSent } from './delta-listed.ts';
import { digest, type StoreDeps } from './deps.ts';
import { parseStored } from './stored-json.ts';

/** A row as the partner lists it, beside what it is to what we sent last. */
export interface KeptRow {
  partnerId: string;
  row: Readonly<Record<string, unknown>>;
  lastSent: LastSent;
}

export interface KeptPage {
  rows: readonly KeptRow[];
  total: number;
}

/** Which page of which list. */
export interface PageRef {
  connectionId: string;
  kind: RunKind;
  /** Filters and page, by their names at the partner. */
  query: Readonly<Record<string, string | number>>;
}

/** What is known of a page: when it was first asked for, last read, and last tried, and why a try came to nothing. */
export interface PageState {
  askedAt: string;
  fetchedAt: string | null;
  triedAt: string | null;
  failure: Pick<Failure, 'code' | 'kind'> | null;
}

/** So long after it was last read, or tried, is a page kept. The partner's budget bounds how many that can be. */
const keptSeconds = 300;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** One word for a page, whoever asks for it. */
export function pageIdOf({ kind, query }: PageRef): string {
  const members = Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1));
  return digest(JSON.stringify([kind, members])).replaceAll(/[-_]/g, '');
}

const keyOf = ({ keys }: StoreDeps, ref: PageRef): string => keys.listedPage(ref.connectionId, pageIdOf(ref));

/** What is kept of a page. Of all who ask for one that nobody has asked for lately, each is told the same first moment. */
export async function askForPage(store: StoreDeps, ref: PageRef): Promise<PageState> {
  const { redis, clock } = store;
  const key = keyOf(store, ref);
  const isFirst = await redis.hsetnx(key, 'askedAt', toInstant(clock.now()));
  if (isFirst === 1) await redis.expire(key, keptSeconds);
  return readPageState(store, ref);
}

export async function readPageState(store: StoreDeps, ref: PageRef): Promise<PageState> {
  const names = ['askedAt', 'fetchedAt', 'triedAt', 'failure'] as const;
  const [askedAt, fetchedAt, triedAt, failure] = await store.redis.hmget(keyOf(store, ref), ...names);
  return {
    askedAt: askedAt ?? '',
    fetchedAt: fetchedAt ?? null,
    triedAt: triedAt ?? null,
    failure: failure ? parseStored<NonNullable<PageState['failure']>>(failure) : null,
  };
}

/** The page as it was last read; null when it never was, or is past its time. */
export async function readKeptPage(
  store: StoreDeps,
  ref: PageRef,
): Promise<{ page: KeptPage; fetchedAt: string } | null> {
  const [packed, fetchedAt] = await store.redis.hmgetBuffer(keyOf(store, ref), 'page', 'fetchedAt');
  if (!packed || !fetchedAt) return null;
  const text = (await decompress(packed)).toString('utf8');
  return { page: parseStored<KeptPage>(text), fetchedAt: fetchedAt.toString() };
}

/** The writes of a read that succeeded. */
export async function keptPageWrites(
  store: StoreDeps,
  ref: PageRef,
  page: KeptPage,
): Promise<(string | number | Buffer)[][]> {
  const key = keyOf(store, ref);
  const at = toInstant(store.clock.now());
  const packed = await compress(JSON.stringify(page));
  return [
    ['HSET', key, 'askedAt', at, 'page', packed, 'fetchedAt', at, 'triedAt', at],
    ['HDEL', key, 'failure'],
    ['EXPIRE', key, keptSeconds],
  ];
}

/** The writes of one that did not: what was read before stays. */
export const triedPageWrites = (store: StoreDeps, ref: PageRef, { code, kind }: Failure): (string | number)[][] => [
  ['HSET', keyOf(store, ref), 'triedAt', toInstant(store.clock.now()), 'failure', JSON.stringify({ code, kind })],
  ['EXPIRE', keyOf(store, ref), keptSeconds],
];
