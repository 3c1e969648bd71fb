import type { RowError, RowVerdict } from '../../domain/bulk-run.ts';
import { Failure } from '../../domain/failure.ts';
import type { Run } from '../../domain/run.ts';
import { toUnreadable } from '../../domain/unreadable-row.ts';
import type { Blobs } from '../../platform/blobs.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { readVerdicts, toVerdict, verdictByte } from '../../store/run-verdicts.ts';
import { listSegments, type RunSegment } from '../../store/runs.ts';
import { readSegment } from '../../store/spool.ts';
import { makeRefusal } from '../problem.ts';

/** A row of a run, and what became of it. */
export interface RunItem {
  /** Its number in the upload, from 1. */
  row: number;
  /** Null: it has not come to its end; in a run that was canceled it never will. */
  verdict: RowVerdict | null;
  /** Why it was rejected, or what is remarked about it. */
  errors: readonly RowError[];
  /** As it was sent, as JSON has it; undefined for what was none. */
  sent: unknown;
  /** The beginning of what was sent, where it was no row. */
  excerpt: string | undefined;
  /** It was not uploaded: the partner has it, and the full snapshot has not. */
  retires: boolean;
}

interface ItemReader {
  store: StoreDeps;
  blobs: Blobs;
  run: Run;
}

/** The rows of a segment from row number `from` on, with that verdict where one is named. Throws `run.rows_gone`. */
export async function* readItems(
  { store, blobs, run }: ItemReader,
  segment: RunSegment,
  { from = 1, verdict }: { from?: number; verdict?: RowVerdict | undefined } = {},
): AsyncGenerator<RunItem> {
  const { bytes, reasons } = await readVerdicts(store, blobs, run.id, segment);
  const wanted = verdict === undefined ? undefined : verdictByte(verdict);
  if (wanted !== undefined && bytes.indexOf(wanted, Math.max(0, from - segment.firstRow)) === -1) return;
  for (const { row, text } of await readRowsOf({ blobs, run }, segment)) {
    if (row < from) continue;
    const index = row - segment.firstRow;
    if (wanted !== undefined && bytes[index] !== wanted) continue;
    const unreadable = toUnreadable(text);
    yield {
      row,
      verdict: toVerdict(bytes[index]) ?? null,
      errors: reasons.get(index) ?? [],
      sent: unreadable === undefined ? parse(text) : undefined,
      excerpt: unreadable?.text,
      retires: segment.retire ?? false,
    };
  }
}

/** More parts than this are not looked through for one page: it is then shorter than it could be. */
const segmentsMax = 20;

/** The rows after row number `after`; what `nextCursor` says is the last row that was looked at. */
export async function pageItems(
  reader: ItemReader,
  { after, limit, verdict }: { after: number; limit: number; verdict: RowVerdict | undefined },
): Promise<{ items: RunItem[]; nextCursor: string | null }> {
  const items: RunItem[] = [];
  const segments = (await segmentsOf(reader)).filter(({ firstRow, rows }) => firstRow + rows - 1 > after);
  const looked = segments.slice(0, segmentsMax);
  for (const segment of looked) {
    for await (const item of readItems(reader, segment, { from: after + 1, verdict })) {
      if (items.length === limit) return { items, nextCursor: String(items.at(-1)?.row ?? after) };
      items.push(item);
    }
  }
  const last = looked.at(-1);
  const isAll = last === undefined || looked.length === segments.length;
  return { items, nextCursor: isAll ? null : String(last.firstRow + last.rows - 1) };
}

/** Every rejected row, in order. Throws `run.rows_gone` before the first one where they are. */
export async function* readRejects(reader: ItemReader): AsyncGenerator<RunItem> {
  for (const segment of await segmentsOf(reader)) yield* readItems(reader, segment, { verdict: 'rejected' });
}

/** Of an upload that did not come in whole nothing is kept. */
const segmentsOf = async ({ store, run }: ItemReader): Promise<RunSegment[]> =>
  run.status === 'interrupted' ? [] : listSegments(store, run.id);

async function readRowsOf({ blobs, run }: Pick<ItemReader, 'blobs' | 'run'>, segment: RunSegment) {
  try {
    return await readSegment(blobs, run.id, segment);
  } catch (error) {
    const isGone = error instanceof Failure && error.code === 'spool.lost' && run.endedAt !== null;
    throw isGone ? makeRefusal('run.rows_gone', 'the rows of this run are not kept any more', { cause: error }) : error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
