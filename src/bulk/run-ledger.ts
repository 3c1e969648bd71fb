import type { RowError, RowVerdict } from '../domain/bulk-run.ts';
import type { Fingerprint } from '../domain/fingerprint.ts';
import type { Blobs } from '../platform/blobs.ts';
import { growDelta } from '../store/delta.ts';
import type { StoreDeps } from '../store/deps.ts';
import { growCategories, type CategorizedProduct } from '../store/product-categories.ts';
import {
  commitRows,
  finishSegment,
  type CountName,
  type DecidedRows,
  type OwnedRun,
  type RunTurn,
} from '../store/run-progress.ts';
import { readWorkVerdicts, storeVerdicts, verdictByte } from '../store/run-verdicts.ts';
import type { RunSegment } from '../store/runs.ts';
import { packFingerprints, packKeys } from './run-row.ts';

/** A segment in work. */
export interface OpenSegment extends RunSegment {
  /** A byte for each row: 0 is none yet. */
  verdicts: Buffer;
  /** Rows without a verdict. */
  open: number;
  /** What was decided since the last commit lies between these. */
  changed: { from: number; to: number } | undefined;
}

/** A row's place in its run. */
export interface Place {
  segment: OpenSegment;
  /** In its segment, from 0. */
  index: number;
}
export const rowNumberOf = ({ segment, index }: Place): number => segment.firstRow + index;

/** What is written of a run, by its owner alone. */
export interface RunLedger {
  open(segment: RunSegment): Promise<OpenSegment>;
  /** `errors`: why it was rejected, or what is remarked about it. `fingerprint`: of a valid row. */
  decide(
    place: Place,
    verdict: RowVerdict,
    about?: { errors?: readonly RowError[]; fingerprint?: Fingerprint; categories?: readonly string[] | undefined },
  ): void;
  countRequest(): void;
  /** So much is decided that it should be committed. */
  isFull(): boolean;
  /** Commits what is decided, and puts segments away whose rows all have their verdict. */
  flush(): Promise<RunTurn>;
}

const decidedMax = 20_000;
const reasonsMax = 1_000;

const noCounts = (): Record<CountName, number> => ({
  accepted: 0,
  unchanged: 0,
  rejected: 0,
  superseded: 0,
  'retire:accepted': 0,
  'retire:unchanged': 0,
  'retire:rejected': 0,
  'retire:superseded': 0,
});
const emptyPage = () => ({
  counts: noCounts(),
  decided: 0,
  requests: 0,
  accepted: [] as { fingerprint: Fingerprint }[],
  categorized: [] as CategorizedProduct[],
  overtaking: [] as { fingerprint: Fingerprint }[],
  reasons: [] as { segment: number; index: number; errors: readonly RowError[] }[],
});

/** `older`: unfinished runs that this one's rows overtake. In a dry run the partner has accepted nothing. */
export function createRunLedger(
  store: StoreDeps,
  blobs: Blobs,
  run: OwnedRun,
  {
    older,
    dryRun,
    counted,
  }: { older: readonly string[]; dryRun: boolean; counted?: ((counts: DecidedRows['counts']) => void) | undefined },
): RunLedger {
  const segments = new Map<number, OpenSegment>();
  let page = emptyPage();
  let commits = 0;
  let turn: RunTurn = { cancelAsked: false, isOvertaken: false, isFull: false };
  let writing = Promise.resolve();
  let next: Promise<void> | undefined;

  async function write(): Promise<void> {
    const { counts, requests, accepted, categorized, overtaking, reasons } = page;
    const verdicts = [...segments.values()].flatMap((segment) => {
      if (segment.changed === undefined) return [];
      const { from, to } = segment.changed;
      segment.changed = undefined;
      return [{ segment: segment.number, offset: from, bytes: Buffer.from(segment.verdicts.subarray(from, to)) }];
    });
    const ended = [...segments.values()].filter(({ open }) => open === 0);
    page = emptyPage();
    commits += 1;
    turn = await commitRows(store, run, {
      counts,
      requests,
      number: commits,
      accepted: packFingerprints(accepted),
      categorized,
      overtaking: { older, keys: packKeys(overtaking) },
      verdicts,
      reasons,
    });
    if (!dryRun) counted?.(counts);
    if (turn.isFull) await growDelta(store, run);
    if (categorized.length > 0) await growCategories(store, run.connectionId);
    for (const segment of ended) await putAway(segment);
  }

  async function putAway(segment: OpenSegment): Promise<void> {
    segments.delete(segment.number);
    await storeVerdicts(blobs, run.runId, segment.number, await readWorkVerdicts(store, run.runId, segment));
    turn = await finishSegment(store, run, segment);
  }

  return {
    async open(segment) {
      const { bytes: verdicts } = await readWorkVerdicts(store, run.runId, segment);
      let open = 0;
      for (const byte of verdicts) if (byte === 0) open += 1;
      const opened = { ...segment, verdicts, open, changed: undefined };
      segments.set(segment.number, opened);
      return opened;
    },
    decide({ segment, index }, verdict, { errors = [], fingerprint, categories } = {}) {
      segment.verdicts[index] = verdictByte(verdict);
      segment.open -= 1;
      const { from, to } = segment.changed ?? { from: index, to: index + 1 };
      segment.changed = { from: Math.min(from, index), to: Math.max(to, index + 1) };
      page.counts[segment.retire === true ? (`retire:${verdict}` as const) : verdict] += 1;
      page.decided += 1;
      if (errors.length > 0) page.reasons.push({ segment: segment.number, index, errors });
      if (fingerprint === undefined || dryRun) return;
      if (verdict === 'accepted') page.accepted.push({ fingerprint });
      if (verdict === 'accepted' && categories) page.categorized.push({ key: fingerprint.key, categories });
      if (older.length > 0) page.overtaking.push({ fingerprint });
    },
    countRequest() {
      page.requests += 1;
    },
    isFull: () => page.decided >= decidedMax || page.reasons.length >= reasonsMax,
    async flush() {
      // What one commit lost must not be half in the next: after a failure nothing more is written. Whoever comes while
      // one is written is served by the next, with all others.
      next ??= writing.then(() => {
        next = undefined;
        return write();
      });
      writing = next;
      await writing;
      return turn;
    },
  };
}
