import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** A test file or folder that shows a promise, and how its tests went. */
export interface Proof {
  path: string;
  passed: number;
  failed: number;
}

const root = new URL('../../', import.meta.url).pathname;

interface VitestReport {
  testResults: { name: string; status: string; assertionResults: { status: string }[] }[];
}

/** Runs the tests under these paths. A file that cannot be loaded, or a path without tests, has failed. */
export async function runProofs(paths: readonly string[]): Promise<Proof[]> {
  const folder = await mkdtemp(join(tmpdir(), 'packline-proofs-'));
  const outputFile = join(folder, 'report.json');
  try {
    const vitest = spawn(
      join(root, 'node_modules/.bin/vitest'),
      ['run', ...paths, '--reporter=json', `--outputFile=${outputFile}`],
      { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PACKLINE_LONG_TESTS: 'true' } },
    );
    await once(vitest, 'exit');
    const report = JSON.parse(await readFile(outputFile, 'utf8')) as VitestReport;
    return paths.map((path) => {
      const files = report.testResults.filter(({ name }) => relative(root, name).startsWith(path));
      const tests = files.flatMap(({ assertionResults }) => assertionResults);
      const unloaded = files.filter(
        ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
      );
      return {
        path,
        passed: tests.filter(({ status }) => status === 'passed').length,
        failed:
          tests.filter(({ status }) => status === 'failed').length + unloaded.length + (files.length === 0 ? 1 : 0),
      };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
