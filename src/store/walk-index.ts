import { idPrefixes, makeId, type IdKind } from '../domain/ids.ts';
import type { StoreDeps } from './deps.ts';

/** What of a list is asked for. Ids hold the moment at which they were made, which is what `since` and `until` mean. */
export interface LogPage<T> {
  /** The last id of the page before. */
  cursor?: string | undefined;
  limit: number;
  /** Not before this moment (ms), and before that one. */
  sinceMs?: number | undefined;
  untilMs?: number | undefined;
  keep?: ((item: T) => boolean) | undefined;
}

/** So many documents are looked at for one page: then it is as long as it is, and its cursor goes on from there. */
const lookedMax = 2_000;
const noRandom = new Uint8Array(10);

/** The range of a sorted set of ids that were made in this time, the first one included: what `ZRANGE … BYLEX` takes. */
export const idRange = (
  kind: IdKind,
  { sinceMs, untilMs }: Pick<LogPage<never>, 'sinceMs' | 'untilMs'>,
): { min: string; max: string } => ({
  min: sinceMs === undefined ? `[${idPrefixes[kind]}_` : `[${firstId(kind, sinceMs)}`,
  // Nothing in an id sorts behind a tilde.
  max: untilMs === undefined ? `(${idPrefixes[kind]}_~` : `(${firstId(kind, untilMs)}`,
});

/** No id begins before 1970. */
const firstId = (kind: IdKind, ms: number): string => makeId(kind, Math.max(0, ms), noRandom);

/**
 * Newest first, of several sorted sets of ids of one kind. Ids whose documents are past their retention are passed over. What
 * moves between the sets meanwhile is found once if it moves to one that stands behind.
 */
export async function walkNewest<T>(
  { redis }: StoreDeps,
  { kind, indexes }: { kind: IdKind; indexes: readonly string[] },
  read: (ids: readonly string[]) => Promise<readonly (T | null)[]>,
  page: LogPage<T>,
): Promise<{ items: T[]; nextCursor: string | null }> {
  const items: T[] = [];
  const { min, max } = idRange(kind, page);
  const stepMax = indexes.length > 20 ? 20 : 100;
  let cursor = page.cursor;
  for (let looked = 0; looked < lookedMax;) {
    const from = cursor === undefined || cursor >= max.slice(1) ? max : `(${cursor}`;
    const found = await Promise.all(
      indexes.map((index) => redis.zrange(index, from, min, 'BYLEX', 'REV', 'LIMIT', 0, stepMax)),
    );
    const ids = [...new Set(found.flat())].toSorted().reverse().slice(0, stepMax);
    const docs = ids.length === 0 ? [] : await read(ids);
    for (const [position, item] of docs.entries()) {
      cursor = ids[position];
      if (item === null || page.keep?.(item) === false) continue;
      items.push(item);
      if (items.length === page.limit) return { items, nextCursor: cursor ?? null };
    }
    if (ids.length < stepMax) return { items, nextCursor: null };
    looked += ids.length;
  }
  return { items, nextCursor: cursor ?? null };
}
