import type { Change } from './compare.ts';
import type { Report, Row } from './report.ts';

const number = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const show = (value: number): string => (Math.abs(value) >= 1_000 ? whole : number).format(value);
const withUnit = (value: number, unit: string): string =>
  unit === '' ? show(value) : `${show(value)}${/^[/%]/.test(unit) ? '' : ' '}${unit}`;
const percent = (share: number): string =>
  `${share > 0 ? '+' : ''}${(share * 100).toFixed(Math.abs(share) < 0.1 ? 1 : 0)} %`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The report for people: machine and versions in a sentence, the figures in a table. */
export function toMarkdown(report: Report): string {
  const { machine, versions, startedAt, seconds, broken } = report;
  const load = machine.loadAverage.map((average) => average.toFixed(2)).join(', ');
  return [
    `Measured ${startedAt} in ${Math.round(seconds)} s on ${machine.cores} cores (${machine.cpu}) and ${machine.memoryGib} GiB; ` +
      `load average before: ${load}. Packline ${versions.packline} at ${versions.commit ?? 'an unknown commit'}, ` +
      `Node ${versions.node}, Redis ${versions.redis}, ${versions.os}.`,
    '',
    table(['benchmark', 'what', 'figure', 'beside it', 'ratio', 'wanted'], report.rows.map(toCells)),
    ...Object.entries(broken).flatMap(([name, why]) => ['', `**${name} could not measure:** ${why}`]),
    '',
  ].join('\n');
}

const toCells = (row: Row): string[] => [
  row.benchmark,
  row.what,
  withUnit(row.figure, row.unit) + scatter(row),
  row.ceiling === null ? '' : `${withUnit(row.ceiling, row.unit)}: ${row.ceilingWhat ?? ''}`,
  row.ratio === null ? '' : show(Math.round(row.ratio * 100) / 100),
  toWanted(row),
];

const scatter = ({ samples }: Row): string =>
  samples.length < 2 ? '' : ` (${show(Math.min(...samples))} to ${show(Math.max(...samples))})`;

function toWanted({ target, met, better, unit }: Row): string {
  if (target === null) return '';
  const bound = target.of === 'ratio' ? `ratio ${show(target.is)}` : withUnit(target.is, unit);
  return `${better === 'higher' ? '≥' : '≤'} ${bound}: ${met === true ? 'yes' : met === null ? 'unknown' : '**no**'}`;
}

/** Before and after, and which changes are more than chance. */
export const toComparison = (changes: readonly Change[], differences: readonly string[]): string =>
  [
    ...differences.map((difference) => `Not the same: ${difference}.`),
    table(
      ['benchmark', 'what', 'before', 'after', 'change', 'noise', ''],
      changes.map((change) => [
        change.benchmark,
        change.what,
        change.before === null ? '' : withUnit(change.before, change.unit),
        change.after === null ? '' : withUnit(change.after, change.unit),
        change.share === null ? '' : percent(change.share),
        `± ${(change.noise * 100).toFixed(0)} %`,
        change.verdict === 'same' ? '' : change.verdict === 'worse' ? '**worse**' : change.verdict,
      ]),
    ),
    '',
  ].join('\n');
