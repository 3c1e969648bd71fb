import { promises, type Promised } from './promises.ts';
import type { Proof } from './proofs.ts';
import type { Finding } from './scenario.ts';

/** A figure of `npm run bench` that shows a promise. */
export interface BenchFigure {
  benchmark: string;
  what: string;
  figure: number;
  unit: string;
  target: string | null;
  met: boolean | null;
}

/** One run of the suite: what docs/reliability.json holds, and docs/reliability.md shows. */
export interface Report {
  startedAt: string;
  seconds: number;
  command: string;
  machine: { cpu: string; cores: number; memoryGib: number };
  versions: { node: string; redis: string; packline: string };
  findings: readonly Finding[];
  proofs: readonly Proof[];
  benchmarks: readonly BenchFigure[];
}

export const isBroken = (report: Pick<Report, 'findings' | 'proofs'>): boolean =>
  report.findings.some(({ broken, slow }) => broken.length + slow.length > 0) ||
  report.proofs.some(({ failed }) => failed > 0);

/** Of an earlier report, what this run has not looked at. */
export function keptFindings(earlier: Report | null, findings: readonly Finding[]): Finding[] {
  const looked = new Set(findings.map(({ scenario }) => scenario));
  return (earlier?.findings ?? [])
    .filter(({ scenario }) => !looked.has(scenario))
    .map((finding) => ({ ranAt: earlier?.startedAt ?? '', ...finding }));
}

const toMinute = (instant: string): string => `${instant.slice(0, 16).replace('T', ' ')} UTC`;

/** Which findings are not of this run. */
function toKeptLine({ findings }: Report): string[] {
  const byRun = Map.groupBy(findings, ({ ranAt }) => ranAt);
  return [...byRun].flatMap(([ranAt, kept]) =>
    ranAt === undefined
      ? []
      : [
          `Found by the run of ${toMinute(ranAt)}, and not looked at again: ${kept.map(({ scenario }) => scenario).join('; ')}.`,
          '',
        ],
  );
}

/** The reliability page, made of nothing but the report. */
export function toMarkdown(report: Report): string {
  const { machine, versions } = report;
  return [
    '# What is promised, and what a run of the fault suite found',
    '',
    `Written by \`${report.command}\`; not by hand. ${toMinute(report.startedAt)}, ${report.seconds} s,`,
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGib} GiB, shared by Packline, Redis, the partners and the load. Node ${versions.node},`,
    `Redis ${versions.redis}, Packline ${versions.packline}. The same as JSON: [reliability.json](reliability.json). How the suite works:`,
    '[test/faults/main.ts](../test/faults/main.ts).',
    '',
    '| | promise | holds | shown by |',
    '|---|---|---|---|',
    ...promises.map((promised) => toPromiseRow(promised, report)),
    '',
    '## What was done, and what became of it',
    '',
    '| scenario | seed | accepted | lost | doubled | wrong sums | out of order | left over | metrics wrong | repeated events | in flight at the end after | memory at the end, API and worker |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...report.findings.map(toFindingRow),
    '',
    'Lost: accepted, and neither at its end nor named by an issue. Doubled: an effect that a partner’s books have more than once. Wrong',
    'sums: bought at VTEX and picked by Nash, and the OMS’s sum or invoice is not what was picked. Left',
    'over: work under way or due when every order is at its end. Repeated events are allowed: delivery is at least once, and the merchant',
    'knows a repeat by its `webhook-id`. In flight: from the end of the fault until the last order accepted before it was at its end',
    '(an undisturbed order takes about four seconds).',
    '',
    ...toKeptLine(report),
    ...report.findings.flatMap(toDetail),
  ].join('\n');
}

function toPromiseRow({ id, promise, proofs, benchmarks }: Promised, report: Report): string {
  const scenarios = report.findings.filter((finding) => finding.promises.includes(id));
  const tests = report.proofs.filter(({ path }) => proofs.includes(path));
  const figures = report.benchmarks.filter(({ benchmark }) => benchmarks.includes(benchmark));
  const shownBy = [
    ...new Set(scenarios.map(({ scenario }) => scenario)),
    ...tests.map(({ path, passed, failed }) => `${path} (${passed} passed, ${failed} failed)`),
    ...figures.map(
      ({ what, figure, unit, target }) => `${what}: ${figure} ${unit}${target === null ? '' : ` (wanted ${target})`}`,
    ),
  ];
  const isKept =
    scenarios.every(({ broken, slow }) => broken.length + slow.length === 0) &&
    tests.every(({ failed }) => failed === 0) &&
    figures.every(({ met }) => met !== false);
  const verdict = shownBy.length === 0 ? 'not measured' : isKept ? 'yes' : 'no';
  return `| ${id} | ${promise} | ${verdict} | ${shownBy.join('; ')} |`;
}

function toFindingRow({ scenario, seed, verdict }: Finding): string {
  if (verdict === null) return `| ${scenario} | ${seed} | ${Array.from({ length: 10 }, () => ' – ').join('|')} |`;
  const {
    accepted,
    lost,
    shownAsIssues,
    doubled,
    wrongSums,
    disordered,
    leftOver,
    metricsLied,
    repeatedEvents,
    inFlightMs,
    memoryMib,
  } = verdict;
  const lostText = shownAsIssues.length === 0 ? lost.length : `${lost.length} (${shownAsIssues.length} as issues)`;
  const inFlight = inFlightMs === null ? '–' : `${(inFlightMs / 1000).toFixed(1)} s`;
  return `| ${scenario} | ${seed} | ${accepted} | ${lostText} | ${doubled.length} | ${wrongSums?.length ?? '–'} | ${disordered.length} | ${leftOver.length} | ${metricsLied.length} | ${repeatedEvents} | ${inFlight} | ${memoryMib.api} and ${memoryMib.worker} MiB |`;
}

function toDetail({ scenario, what, seed, seconds, figures, broken, slow }: Finding): string[] {
  return [
    `### ${scenario}, seed ${seed}`,
    '',
    `${what} ${seconds} s.`,
    '',
    ...Object.entries(figures).map(([name, figure]) => `- ${name}: ${figure}`),
    ...broken.map((text) => `- **broken**: ${text}`),
    ...slow.map((text) => `- **slow**: ${text}`),
    '',
  ];
}
