import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../src/domain/failure.ts';
import { compareReports, differencesOf } from './compare.ts';
import { describeMachine, describeVersions } from './machine.ts';
import { readOptions, type BenchOptions } from './options.ts';
import { benchmarks } from './registry.ts';
import { toRow, type Report } from './report.ts';
import { toComparison, toMarkdown } from './table.ts';

const usage = `npm run bench -- [benchmark …] [--quick] [--compare FILE [--fail-on-regression]] [--out FILE] [--markdown FILE]

Measures, and prints one report as JSON to the standard output; progress and tables go to the other one. Sizes can be
given as numbers: --orders 4000.

${benchmarks.map(({ name, shows, size }) => `  ${name.padEnd(9)} ${shows}\n            ${Object.entries(size).map(([key, value]) => `--${key} ${value}`).join(' ')}`).join('\n')}

Exit code 1: a benchmark could not measure, or figures got worse and --fail-on-regression is given; 2: not understood.
`; // prettier-ignore

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

async function measure({ chosen }: BenchOptions): Promise<Report> {
  const startedAt = new Date();
  const report: Report = {
    startedAt: startedAt.toISOString(),
    seconds: 0,
    machine: describeMachine(),
    versions: await describeVersions(),
    sizes: Object.fromEntries(chosen.map(({ benchmark, size }) => [benchmark.name, { ...size }])),
    rows: [],
    broken: {},
    details: {},
  };
  for (const { benchmark, size } of chosen) {
    const { name } = benchmark;
    const beganMs = performance.now();
    say(`${name}: ${benchmark.shows}`);
    try {
      const { rows, details } = await benchmark.run(size, (progress) => say(`${name}: ${progress}`));
      report.rows.push(...rows.map((row) => toRow(name, row)));
      report.details[name] = { ...details, seconds: Math.round((performance.now() - beganMs) / 1_000) };
    } catch (error) {
      // The others' figures are worth as much as before.
      report.broken[name] = error instanceof Error ? error.message : String(error);
      say(`${name}: could not measure: ${report.broken[name]}`);
    }
  }
  report.seconds = Math.round((Date.now() - startedAt.getTime()) / 1_000);
  return report;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(usage);
    return 0;
  }
  const options = readOptions(args, benchmarks);
  // Before anything is measured: what takes many minutes must not be lost for want of a folder.
  for (const file of [options.outFile, options.markdownFile]) {
    if (file !== undefined) await mkdir(dirname(file), { recursive: true });
  }
  const report = await measure(options);
  const text = `${JSON.stringify(report, null, 2)}\n`;
  const markdown = toMarkdown(report);
  if (options.outFile !== undefined) await writeFile(options.outFile, text);
  if (options.markdownFile !== undefined) await writeFile(options.markdownFile, markdown);
  process.stdout.write(text);
  say(`\n${markdown}`);
  const changes = options.earlier === null ? [] : compareReports(options.earlier, report);
  if (options.earlier !== null) say(toComparison(changes, differencesOf(options.earlier, report)));
  const isWorse = options.failOnRegression && changes.some(({ verdict }) => verdict === 'worse' || verdict === 'gone');
  return isWorse || Object.keys(report.broken).length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Failure) || error.code !== 'bench.usage') throw error;
  say(`bench: ${error.message}`);
  process.exitCode = 2;
}
