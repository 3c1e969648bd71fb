import type { Report, Row } from './report.ts';

export interface Change {
  benchmark: string;
  what: string;
  unit: string;
  /** Null where only the other report has it. */
  before: number | null;
  after: number | null;
  /** Change by the earlier figure; null where there is none, or it was nothing. */
  share: number | null;
  /** As far as two runs of the same code may lie apart. */
  noise: number;
  verdict: 'better' | 'worse' | 'same' | 'new' | 'gone' | 'other size';
}

/** Of figures that were measured only once: so far apart two runs have been on one machine. */
const noiseDefault = 0.15;
/** However little the rounds of one run scatter, the next run's lie a little elsewhere. */
const noiseMin = 0.05;

/** What became of every figure since an earlier report. Those that only one of them has are told too. */
export function compareReports(before: Report, after: Report): Change[] {
  const earlier = new Map(before.rows.map((row) => [nameOf(row), row]));
  const later = new Set(after.rows.map(nameOf));
  return [
    ...after.rows.map((row) => {
      const was = earlier.get(nameOf(row));
      if (was === undefined) return { ...of(row), before: null, after: row.figure, verdict: 'new' as const };
      return compareRows(was, row, isSameSize(before, after, row.benchmark));
    }),
    ...before.rows
      // What was not asked for this time is not gone.
      .filter((row) => row.benchmark in after.sizes && !later.has(nameOf(row)))
      .map((row) => ({ ...of(row), before: row.figure, after: null, verdict: 'gone' as const })),
  ];
}

const nameOf = ({ benchmark, what }: Row): string => `${benchmark}\n${what}`;
const of = ({ benchmark, what, unit }: Row) => ({ benchmark, what, unit, share: null, noise: noiseDefault });
const isSameSize = (before: Report, after: Report, benchmark: string): boolean => {
  const [was, is] = [before.sizes[benchmark] ?? {}, after.sizes[benchmark] ?? {}];
  return Object.keys({ ...was, ...is }).every((name) => was[name] === is[name]);
};

function compareRows(before: Row, after: Row, sameSize: boolean): Change {
  const share = toShare(before.figure, after.figure);
  const noise = noiseOf(before, after);
  const change = { ...of(after), before: before.figure, after: after.figure, share, noise };
  if (!sameSize) return { ...change, verdict: 'other size' };
  const isBeyond = share === null ? before.figure !== after.figure : Math.abs(share) > noise;
  if (!isBeyond) return { ...change, verdict: 'same' };
  const isUp = after.figure > before.figure;
  return { ...change, verdict: isUp === (after.better === 'higher') ? 'better' : 'worse' };
}

const toShare = (before: number, after: number): number | null =>
  before === 0 ? (after === 0 ? 0 : null) : (after - before) / Math.abs(before);

/** Beyond this the rounds of the two runs do not overlap. */
function noiseOf(before: Row, after: Row): number {
  const ranges = [before, after].map(({ samples, figure }) =>
    samples.length < 3 || figure === 0 ? null : (Math.max(...samples) - Math.min(...samples)) / Math.abs(figure),
  );
  const [one, other] = ranges;
  if (one === null || other === null || one === undefined || other === undefined) return noiseDefault;
  return Math.max(noiseMin, (one + other) / 2);
}

/** Why two reports may differ although the code does not. */
export function differencesOf(before: Report, after: Report): string[] {
  const facts = ({ machine, versions }: Report): Record<string, string> => ({
    processor: `${machine.cores} × ${machine.cpu}`,
    memory: `${machine.memoryGib} GiB`,
    node: versions.node,
    redis: versions.redis,
    os: versions.os,
  });
  const [was, is] = [facts(before), facts(after)];
  const loads = [before, after].map(({ machine }) => machine.loadAverage[0] ?? 0);
  return [
    ...Object.keys(is)
      .filter((name) => was[name] !== is[name])
      .map((name) => `${name}: ${was[name]} before, ${is[name]} now`),
    ...(Math.max(...loads) >= 1 ? [`load average before the run: ${loads[0]} before, ${loads[1]} now`] : []),
  ];
}
