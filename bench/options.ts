import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { Failure } from '../src/domain/failure.ts';
import type { Benchmark, Size } from './benchmark.ts';
import { ReportSchema, type Report } from './report.ts';

export interface BenchOptions {
  /** In the order of the registry, each with the size that it is run in. */
  chosen: readonly { benchmark: Benchmark; size: Size }[];
  earlier: Report | null;
  outFile: string | undefined;
  markdownFile: string | undefined;
  failOnRegression: boolean;
}

/** What a command line asks for. Throws Failure `misconfigured` `bench.usage` with what is wrong with it. */
export function readOptions(args: readonly string[], benchmarks: readonly Benchmark[]): BenchOptions {
  const sizeNames = [...new Set(benchmarks.flatMap(({ size }) => Object.keys(size)))];
  const { values, positionals } = parse(args, sizeNames);
  const unknown = positionals.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) {
    throw misused(
      `no such benchmark: ${unknown.join(', ')} (there are ${benchmarks.map(({ name }) => name).join(', ')})`,
    );
  }
  const asked = benchmarks.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const given = sizeNames.flatMap((name) => {
    const value = values[name];
    return typeof value === 'string' ? [[name, readNumber(name, value)] as const] : [];
  });
  for (const [name] of given) {
    if (!asked.some(({ size }) => name in size)) throw misused(`none of these benchmarks has the size --${name}`);
  }
  return {
    chosen: asked.map((benchmark) => {
      const size = values['quick'] === true ? benchmark.quickSize : benchmark.size;
      return { benchmark, size: { ...size, ...Object.fromEntries(given.filter(([name]) => name in size)) } };
    }),
    earlier: typeof values['compare'] === 'string' ? readReport(values['compare']) : null,
    outFile: text(values['out']),
    markdownFile: text(values['markdown']),
    failOnRegression: values['fail-on-regression'] === true,
  };
}

function parse(
  args: readonly string[],
  sizeNames: readonly string[],
): { values: Readonly<Record<string, unknown>>; positionals: readonly string[] } {
  const word = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const own = { compare: word, out: word, markdown: word, quick: flag, 'fail-on-regression': flag };
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...own, ...Object.fromEntries(sizeNames.map((name) => [name, word])) },
    });
  } catch (error) {
    throw misused(error instanceof Error ? error.message : String(error));
  }
}

function readNumber(name: string, value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw misused(`--${name} must be a whole number above 0, not ${JSON.stringify(value)}`);
}

/** An earlier report. Read before anything is measured: a run of many minutes must not end with a typing error. */
function readReport(path: string): Report {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw misused(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const report = ReportSchema.safeParse(parsed);
  if (report.success) return report.data;
  throw misused(`${path} is no report of this benchmark: ${z.prettifyError(report.error).split('\n')[0] ?? ''}`);
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const misused = (message: string): Failure => new Failure('misconfigured', 'bench.usage', message);
