import type { Measured } from './report.ts';

/** The numbers that say how much is measured: seconds, rounds, orders. Each can be given on the command line. */
export type Size = Readonly<Record<string, number>>;

export interface Outcome {
  rows: readonly Measured[];
  /** Everything else that was seen, for whoever wants to know why. */
  details: Readonly<Record<string, unknown>>;
}

export interface Benchmark {
  name: string;
  /** One line: what its figures show. */
  shows: string;
  size: Size;
  /** Proves in seconds that it runs; its figures mean little. */
  quickSize: Size;
  /** Starts what it needs, measures, ends what it started. Throws when it could not measure. */
  run(size: Size, say: (progress: string) => void): Promise<Outcome>;
}

/** One benchmark, one file; `registry.ts` lists them. */
export const defineBenchmark = <S extends Size>(definition: {
  name: string;
  shows: string;
  size: S;
  quickSize: { [K in keyof S]: number };
  run(size: { [K in keyof S]: number }, say: (progress: string) => void): Promise<Outcome>;
}): Benchmark => definition;
