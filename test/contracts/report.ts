import type { Departure } from './departures.ts';
import { isGood, type Finding, type OperationRow, type Verdict } from './judge.ts';
import { nameOf } from './operations.ts';

/** The verdict for people. */
export function toText(verdict: Verdict): string {
  const { documents, operations, hooks, violations, accepted, stale, missed } = verdict;
  const checked = operations.filter(({ unchecked }) => unchecked === null);
  const unchecked = operations.filter((row) => row.unchecked !== null);
  return [
    section(
      'Documents',
      documents.map(
        ({ title, version, file, operations: all, neverCalled }) =>
          `${title} ${version}: ${all} operations, ${neverCalled} of them never called\n    ${file}`,
      ),
    ),
    section('Operations (violations: all, and of them listed departures)', toTable(checked, verdict)),
    section(
      'Webhooks of the sandbox',
      hooks.map(({ connector, schema, received }) => `${connector}: ${received} compared with ${schema}`),
    ),
    section(
      'Without a document',
      unchecked.map((row) => `${nameOf(row)}, called ${row.calls} times: ${row.unchecked ?? ''}`),
    ),
    section(
      'Listed departures',
      accepted.map(
        ({ departure, findings }) => `${timesOf(findings)} × ${describe(departure)}\n    ${departure.reason}`,
      ),
    ),
    section('VIOLATIONS', violations.map(toLine)),
    section('STALE departures: they do not occur any more, and are to be deleted', stale.map(describe)),
    section('MISSED: not exercised, though a document has them', missed),
    isGood(verdict) ? 'The contract holds, but for the listed departures.' : 'The contract does not hold.',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The verdict for programs: regular expressions as they are written. */
export const toJson = (verdict: Verdict): string =>
  JSON.stringify(
    { holds: isGood(verdict), ...verdict },
    (_key, value: unknown) => (value instanceof RegExp ? String(value) : value),
    2,
  );

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : [title, ...lines.map((line) => `  ${line}`)].join('\n');

const timesOf = (findings: readonly Finding[]): number => findings.reduce((sum, { times }) => sum + times, 0);

const describe = ({ operation, direction, at }: Departure): string => `${String(operation)} ${direction} ${String(at)}`;

const toLine = ({ operation, direction, at, message, times }: Finding): string =>
  `${times} × ${operation} ${direction} ${at}: ${message}`;

function toTable(rows: readonly OperationRow[], { violations, accepted }: Verdict): string[] {
  const listed = accepted.flatMap(({ findings }) => findings);
  const count = (row: OperationRow, direction: Finding['direction']): string => {
    const isOf = (finding: Finding): boolean => finding.operation === nameOf(row) && finding.direction === direction;
    const [known, fresh] = [timesOf(listed.filter(isOf)), timesOf(violations.filter(isOf))];
    return known + fresh === 0 ? '0' : `${known + fresh} (${known})`;
  };
  const cells = rows.map((row) => [
    nameOf(row),
    String(row.calls),
    count(row, 'request'),
    count(row, 'response'),
    String(row.answers.length),
    count(row, 'answer'),
  ]);
  const table = [['', 'calls', 'our requests', 'sandbox answers', 'their answers', 'not understood'], ...cells];
  const widths = table.reduce<number[]>((max, row) => row.map((cell, at) => Math.max(cell.length, max[at] ?? 0)), []);
  return table.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  );
}
