import { execFile } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';
import { cacheHome } from '../src/platform/config.ts';
import { createLog } from '../src/platform/log.ts';
import { findRedisBinary } from '../src/platform/redis-binary.ts';
import manifest from '../package.json' with { type: 'json' };
import type { Report } from './report.ts';

const run = promisify(execFile);

export const describeMachine = (): Report['machine'] => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGib: Math.round(totalmem() / 2 ** 30),
  loadAverage: loadavg().map((average) => Math.round(average * 100) / 100),
});

/** Of the Redis that the benchmarks start. */
export async function describeVersions(): Promise<Report['versions']> {
  const redis = await findRedisBinary(cacheHome(), createLog({ level: 'silent', name: 'bench' }));
  return {
    node: process.version.slice(1),
    redis: redis.version,
    packline: manifest.version,
    commit: await describeCommit(),
    os: `${type()} ${release()}`,
  };
}

async function describeCommit(): Promise<string | null> {
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', args, { cwd: new URL('..', import.meta.url).pathname })).stdout.trim();
  try {
    const commit = await git('rev-parse', '--short=12', 'HEAD');
    return (await git('status', '--porcelain', '--untracked-files=no')) === '' ? commit : `${commit}+`;
  } catch {
    return null;
  }
}
