import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ReportSchema } from '../../bench/report.ts';
import { temporaryFolder } from '../support/own-redis.ts';
import { sampleReport } from './sample-report.ts';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));
const folder = await temporaryFolder();

describe('npm run bench', () => {
  // What it measures here is worth nothing; that it measures at all is.
  it('runs a benchmark, writes its report and its table, and compares it with an earlier one', async () => {
    const earlier = join(folder, 'earlier.json');
    const out = join(folder, 'reports', 'report.json');
    const markdown = join(folder, 'report.md');
    await writeFile(earlier, JSON.stringify(sampleReport([])));
    const files = ['--compare', earlier, '--out', out, '--markdown', markdown];
    const { stdout, stderr } = await run(process.execPath, [main, 'commit', '--quick', ...files]);
    const report = ReportSchema.parse(JSON.parse(stdout));
    expect(ReportSchema.parse(JSON.parse(await readFile(out, 'utf8')))).toEqual(report);
    expect(report).toMatchObject({ broken: {}, sizes: { commit: { rounds: 1, seconds: 1 } } });
    expect(report.rows.map(({ benchmark }) => benchmark)).toEqual(['commit', 'commit']);
    for (const { figure, ceiling } of report.rows) {
      expect(figure).toBeGreaterThan(0);
      expect(ceiling).toBeGreaterThan(0);
    }
    expect(await readFile(markdown, 'utf8')).toContain('| commit | orders accepted without HTTP, 50 at once |');
    expect(stderr).toMatch(/ orders accepted without HTTP, 50 at once \| +\| .* \| new \|$/m);
  }, 60_000);

  it('answers a name that it does not know with one line and exit code 2', async () => {
    await expect(run(process.execPath, [main, 'comit'])).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^bench: no such benchmark: comit \(there are .*commit.*\)\n$/),
    });
  }, 30_000);
});
