import { styleText } from 'node:util';
import type { RunView } from '../ingress/views/run-view.ts';

const lineMs = 5_000;
const barCells = 24;
export const number = new Intl.NumberFormat('en');
const mebi = 1_048_576;

export const bar = (share: number): string => {
  const full = Math.floor(Math.min(1, share) * barCells);
  return `${'#'.repeat(full)}${'.'.repeat(barCells - full)}`;
};
export const percent = (share: number): string => `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`;

/** How far an upload is. */
export const describeUpload = (sentBytes: number, totalBytes: number | undefined): string =>
  totalBytes === undefined || totalBytes === 0
    ? `uploading ${(sentBytes / mebi).toFixed(1)} MiB`
    : `uploading ${bar(sentBytes / totalBytes)} ${percent(sentBytes / totalBytes)} of ${(totalBytes / mebi).toFixed(1)} MiB`;

/** How far a run is. */
export function describeRun({ status, counts, ratePerSecond, etaSeconds, retire }: RunView): string {
  const { received, accepted, unchanged, rejected, superseded } = counts;
  const decided = accepted + unchanged + rejected + superseded;
  const share = received === 0 ? 1 : decided / received;
  return [
    `${status} ${bar(share)} ${percent(share)} of ${number.format(received)} rows`,
    ...(ratePerSecond === null ? [] : [`${number.format(Math.round(ratePerSecond))} rows/s`]),
    ...(etaSeconds === null ? [] : [`${number.format(etaSeconds)} s left`]),
    ...(rejected === 0 ? [] : [`${number.format(rejected)} rejected`]),
    ...(retire === null || retire.phase === 'waiting' ? [] : [describeRetire(retire)]),
  ].join(', ');
}

/** How far a full snapshot is with what it does not have. */
function describeRetire({ phase, listed, wouldRetire, retired, runId }: NonNullable<RunView['retire']>): string {
  const found = `${number.format(wouldRetire)} of ${number.format(listed)} listed are absent`;
  switch (phase) {
    case 'waiting':
    case 'listing':
      return `listing: ${found}`;
    case 'held':
      return `${found}: nothing retired`;
    case 'sending':
    case 'done':
      return runId === null ? `${found}, ${number.format(retired)} retired` : `${found}, retired by ${runId}`;
  }
}

export interface ProgressLine {
  show(text: string): void;
  /** Nothing more is shown. */
  end(): void;
}

/** On a terminal one line that changes; elsewhere a line every five seconds. */
export function createProgressLine(stream: NodeJS.WriteStream, nowMs: () => number = Date.now): ProgressLine {
  let shownAt = -Infinity;
  const periodMs = stream.isTTY ? 100 : lineMs;
  return {
    show(text) {
      if (nowMs() - shownAt < periodMs) return;
      shownAt = nowMs();
      stream.write(stream.isTTY ? `\r\u001b[2K${text.slice(0, stream.columns - 1)}` : `${text}\n`);
    },
    end() {
      if (stream.isTTY && shownAt !== -Infinity) stream.write('\r\u001b[2K');
    },
  };
}

/** What became of a run, for people. */
export function printRun(run: RunView): void {
  const { id, kind, status, dryRun, counts, failure, requestsUsed, retire } = run;
  const color = status === 'completed' ? 'green' : status === 'completedWithRejects' ? 'yellow' : 'red';
  const { stdout } = process;
  const words = Object.entries(counts).map(([name, count]) => `${number.format(count)} ${name}`);
  stdout.write(`${id}  ${kind}${dryRun ? ' (dry run)' : ''}  ${styleText(color, status, { stream: stdout })}\n`);
  stdout.write(`  ${words.join(', ')}; ${number.format(requestsUsed)} requests\n`);
  if (retire !== null) stdout.write(`  full snapshot, ${describeRetire(retire)}\n`);
  if (retire?.phase === 'held') stdout.write(`  to retire it: packline runs confirm-retire ${id}\n`);
  if (failure !== null) stdout.write(`  ${failure.code}: ${failure.detail}\n`);
  if (counts.rejected > 0) stdout.write(`  why: GET /v1/runs/${id}/rejects.csv (or .ndjson)\n`);
}
