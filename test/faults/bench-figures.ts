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

/** The rows of reports of `npm run bench -- --out FILE` that show a promise and have a target. A later report counts. */
export async function readBenchFigures(paths: readonly string[]): Promise<BenchFigure[]> {
  const byBenchmark = new Map<string, BenchReport['rows']>();
  for (const path of paths) {
    const { rows } = JSON.parse(await readFile(path, 'utf8')) as BenchReport;
    for (const [name, of] of Map.groupBy(rows, ({ benchmark }) => benchmark)) byBenchmark.set(name, of);
  }
  const wanted = new Set(promises.flatMap(({ benchmarks }) => benchmarks));
  return [...byBenchmark.values()]
    .flat()
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
