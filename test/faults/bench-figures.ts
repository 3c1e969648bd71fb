import { readFile } from 'node:fs/promises';
import { promises } from './promises.ts';
import type { BenchFigure } from './report.ts';

interface BenchReport {
  rows: {
    benchmark: string;
    what: string;
    figure: number;
    unit: string;
    better: 'higher' | 'lower';
    ratio: number | null;
    target: { of: 'figure' | 'ratio'; is: number } | null;
    met: boolean | null;
  }[];
}

/** The rows of a report of `npm run bench -- --out FILE` that show a promise and have a target. */
export async function readBenchFigures(path: string): Promise<BenchFigure[]> {
  const report = JSON.parse(await readFile(path, 'utf8')) as BenchReport;
  const wanted = new Set(promises.flatMap(({ benchmarks }) => benchmarks));
  return report.rows
    .filter(({ benchmark, target }) => wanted.has(benchmark) && target !== null)
    .map(({ benchmark, what, figure, unit, better, ratio, target, met }) => ({
      benchmark,
      what,
      figure: target?.of === 'ratio' && ratio !== null ? ratio : figure,
      unit: target?.of === 'ratio' ? '×' : unit,
      target: target === null ? null : `${better === 'lower' ? '≤' : '≥'} ${target.is}`,
      met,
    }));
}
