import * as z from 'zod';

const RowSchema = z.strictObject({
  benchmark: z.string(),
  what: z.string(),
  figure: z.number(),
  unit: z.string(),
  better: z.enum(['higher', 'lower']),
  /** What the machine can do, or how it is without the load: measured in the same run. */
  ceiling: z.number().nullable(),
  ceilingWhat: z.string().nullable(),
  /** Figure by ceiling. */
  ratio: z.number().nullable(),
  /** What is wanted: a bound of the figure, or of the ratio. */
  target: z.strictObject({ of: z.enum(['figure', 'ratio']), is: z.number() }).nullable(),
  met: z.boolean().nullable(),
  /** The figure of each round, where there are several: what it scatters. */
  samples: z.array(z.number()),
});
export type Row = z.infer<typeof RowSchema>;

/** Everything that one run of `npm run bench` found out, and on what. */
export const ReportSchema = z.strictObject({
  startedAt: z.iso.datetime(),
  seconds: z.number(),
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.number(),
    memoryGib: z.number(),
    /** Of the last minute, five and fifteen, before the run began: what else the machine was doing. */
    loadAverage: z.array(z.number()),
  }),
  versions: z.strictObject({
    node: z.string(),
    redis: z.string(),
    packline: z.string(),
    /** `+` behind it: with changes that are not committed. Null outside a repository. */
    commit: z.string().nullable(),
    os: z.string(),
  }),
  /** Of each benchmark that was run; figures of other sizes are not the same figures. */
  sizes: z.record(z.string(), z.record(z.string(), z.number())),
  rows: z.array(RowSchema),
  /** Benchmarks that could not measure, and why. */
  broken: z.record(z.string(), z.string()),
  details: z.record(z.string(), z.unknown()),
});
export type Report = z.infer<typeof ReportSchema>;

/** What a benchmark says of one figure. */
export interface Measured {
  what: string;
  figure: number;
  unit: string;
  better: Row['better'];
  ceiling?: { is: number; what: string };
  target?: { of: 'figure' | 'ratio'; is: number };
  samples?: readonly number[];
}

/** Throws where nothing was measured: a figure that is no number must not look like one. */
export function toRow(benchmark: string, measured: Measured): Row {
  const { what, figure, unit, better, ceiling, target, samples = [] } = measured;
  for (const number of [figure, ...samples, ...(ceiling === undefined ? [] : [ceiling.is])]) {
    if (!Number.isFinite(number)) throw new TypeError(`${benchmark} measured nothing for "${what}"`);
  }
  const ratio = ceiling === undefined || ceiling.is === 0 ? null : toDigits(figure / ceiling.is);
  const judged = target?.of === 'ratio' ? ratio : figure;
  const isMet = (value: number, is: number): boolean => (better === 'higher' ? value >= is : value <= is);
  return {
    benchmark,
    what,
    figure: toDigits(figure),
    unit,
    better,
    ceiling: ceiling === undefined ? null : toDigits(ceiling.is),
    ceilingWhat: ceiling?.what ?? null,
    ratio,
    target: target ?? null,
    met: target === undefined || judged === null ? null : isMet(judged, target.is),
    samples: samples.map(toDigits),
  };
}

/** Four significant digits, and all of them before the point: more is not in the measurement. */
const toDigits = (value: number): number =>
  Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(4));
