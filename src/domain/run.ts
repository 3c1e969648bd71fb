import type { RowError, RunKind } from './bulk-run.ts';
import type { RetireCounts, RetireState } from './retire.ts';

/**
 * `spooling`: its rows are still coming in. `running`: all rows are here, and work on them goes on or waits for its turn.
 * `failed`: something other than a row stops it, and it can be resumed. The others are final: `interrupted` means that not
 * all rows came in, and none was sent.
 */
export const runStatuses = [
  'spooling',
  'running',
  'completed',
  'completedWithRejects',
  'canceled',
  'interrupted',
  'failed',
] as const;
export type RunStatus = (typeof runStatuses)[number];

/** `full`: what the upload does not have is to be retired. */
export const runModes = ['upsert', 'full'] as const;
export type RunMode = (typeof runModes)[number];

/** `pull`: we read the rows ourselves, where the merchant sells them. */
export const runSources = ['upload', 'pull'] as const;
export type RunSource = (typeof runSources)[number];

/** Of the rows received, those without a verdict are still to come; in a canceled run they were never sent. */
export interface RunCounts {
  received: number;
  accepted: number;
  unchanged: number;
  rejected: number;
  superseded: number;
}

/** One upload (or pull) of products or inventory, on its way to one connection. */
export interface Run {
  id: string;
  merchantId: string;
  connectionId: string;
  kind: RunKind;
  source: RunSource;
  mode: RunMode;
  /** Nothing is sent: `accepted` are the rows that would have been. */
  dryRun: boolean;
  status: RunStatus;
  counts: RunCounts;
  /** In the order in which the runs of its connection and kind were started; 0 before. */
  sequence: number;
  /** Parts in which its rows are spooled. */
  segments: number;
  /** Requests that the partner was sent. */
  requestsUsed: number;
  /** Rows that came to their verdict per second, lately; null until there is something to tell. */
  ratePerSecond: number | null;
  cancelAsked: boolean;
  /** The only store that a full snapshot of stock is of; null: of all of them. */
  storeLocationId: string | null;
  /** What becomes of what a full snapshot does not have; null in a run that only adds and changes. */
  retire: (RetireState & RetireCounts) | null;
  failure: Pick<RowError, 'code' | 'detail'> | null;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
}

export const isOver = ({ status }: Pick<Run, 'status'>): boolean =>
  status !== 'spooling' && status !== 'running' && status !== 'failed';

export const countDecided = ({ accepted, unchanged, rejected, superseded }: RunCounts): number =>
  accepted + unchanged + rejected + superseded;

/** Whole seconds until its rows have their verdicts, at the rate of lately; null when nobody can tell. */
export function etaSeconds({
  status,
  counts,
  ratePerSecond,
}: Pick<Run, 'status' | 'counts' | 'ratePerSecond'>): number | null {
  if (status !== 'running' || ratePerSecond === null || ratePerSecond === 0) return null;
  return Math.ceil((counts.received - countDecided(counts)) / ratePerSecond);
}
