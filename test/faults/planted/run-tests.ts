import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { NamedTest } from './defects.ts';
import { runChild } from './run-child.ts';

export interface TestResult extends NamedTest {
  status: 'passed' | 'failed';
  /** What the first failure said; empty where there was none. */
  failure: string;
}

interface VitestReport {
  testResults: {
    name: string;
    assertionResults: { ancestorTitles: string[]; title: string; status: string; failureMessages: string[] }[];
  }[];
}

/**
 * Runs tests in a copy of the project, and unless it is `onlyNamed` the others in their files. Answers what became of each
 * test that ran; a file that does not load has none.
 * @throws Error where vitest made no report.
 */
export async function runTests(
  folder: string,
  { named, onlyNamed }: { named: readonly NamedTest[]; onlyNamed: boolean },
  signal: AbortSignal,
): Promise<TestResult[]> {
  const outputFile = join(folder, 'report.json');
  const files = new Set(named.map(({ file }) => file));
  const pattern = onlyNamed ? ['-t', `^(${named.map(({ test }) => toPattern(test)).join('|')})$`] : [];
  const options = [
    '--reporter=json',
    `--outputFile=${outputFile}`,
    // The caches lie with the packages, which the project shares: it must not find planted code in them.
    '--cache=false',
    '--fsModuleCache=false',
    // Worlds of the fault suite measure times; something else runs beside them already.
    '--no-file-parallelism',
  ];
  const vitest = 'node_modules/vitest/vitest.mjs';
  const { printed } = await runChild(folder, [vitest, 'run', ...files, ...pattern, ...options], signal);
  const text = await readFile(outputFile, 'utf8').catch((cause: unknown) => {
    throw new Error(`vitest made no report:\n${printed.slice(-1_000)}`, { cause });
  });
  return toResults(folder, JSON.parse(text) as VitestReport);
}

const toPattern = (test: string): string => test.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

const toResults = (folder: string, report: VitestReport): TestResult[] =>
  report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.flatMap(({ ancestorTitles, title, status, failureMessages }) =>
      status === 'passed' || status === 'failed'
        ? [
            {
              file: relative(folder, name),
              test: [...ancestorTitles, title].join(' > '),
              status,
              failure: failureMessages[0] ?? '',
            },
          ]
        : [],
    ),
  );
