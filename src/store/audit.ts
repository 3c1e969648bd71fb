import { toInstant } from '../platform/clock.ts';
import { globalKeys } from './keys.ts';
import { parseStored } from './stored-json.ts';
import type { GlobalStore } from './users.ts';

/** By which door somebody came. `cli` is what a caller says of itself. */
export const auditDoors = ['console', 'api', 'cli'] as const;

/** One act: who did what, to what, and how it ended. Ids and codes only: no personal data, no secrets. */
export interface AuditLine {
  /** Its place in the log. */
  id: string;
  at: string;
  /** A user's or a key's id; `admin` is the key of the configuration, `nobody` whom nobody knows (a login that failed). */
  actor: string;
  through: (typeof auditDoors)[number];
  /** Method and route, without its ids. */
  operation: string;
  /** The ids that it was about, and what it made. */
  on: readonly string[];
  merchantId: string | null;
  /** As it was answered over HTTP: below 400 it was done. */
  status: number;
  /** Why not. */
  code: string | null;
  requestId: string;
}

/** About 35 MB in Redis; the oldest go first. Who has to keep more exports it. */
const linesMax = 100_000;
export const auditDays = 400;
const walkedMax = 10_000;
const pageLines = 500;

/** Adds a line at the end. There is no way to change or remove one, but for age and number. */
export async function writeAudit({ redis, clock }: GlobalStore, line: Omit<AuditLine, 'id' | 'at'>): Promise<void> {
  const doc = JSON.stringify({ ...line, at: toInstant(clock.now()) });
  await redis.xadd(globalKeys.audit, 'MAXLEN', '~', linesMax, '*', 'line', doc);
}

/** What is too old goes; called by the sweep. */
export async function trimAudit({ redis, clock }: GlobalStore): Promise<void> {
  await redis.xtrim(globalKeys.audit, 'MINID', '~', clock.now() - auditDays * 24 * 3600 * 1000);
}

export interface AuditFilter {
  actor?: string | undefined;
  merchantId?: string | undefined;
  /** One of the ids that it was about. */
  on?: string | undefined;
}

const isWanted = (line: AuditLine, { actor, merchantId, on }: AuditFilter): boolean =>
  (actor === undefined || line.actor === actor) &&
  (merchantId === undefined || line.merchantId === merchantId) &&
  (on === undefined || line.on.includes(on));

/** Newest first. `cursor` is the id of the last line that was looked at; a page may be short, and go on. */
export async function listAudit(
  store: GlobalStore,
  filter: AuditFilter,
  page: { cursor?: string | undefined; limit: number },
): Promise<{ lines: AuditLine[]; nextCursor: string | null }> {
  const lines: AuditLine[] = [];
  let { cursor } = page;
  for (let walked = 0; walked < walkedMax;) {
    const read = await store.redis.xrevrange(globalKeys.audit, cursor === undefined ? '+' : `(${cursor}`, '-', 'COUNT', pageLines); // prettier-ignore
    for (const [id, [, doc = '']] of read) {
      cursor = id;
      walked += 1;
      const line = { ...parseStored<Omit<AuditLine, 'id'>>(doc), id };
      if (isWanted(line, filter)) lines.push(line);
      if (lines.length === page.limit) return { lines, nextCursor: id };
    }
    if (read.length < pageLines) return { lines, nextCursor: null };
  }
  return { lines, nextCursor: cursor ?? null };
}
