import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Failure } from '../domain/failure.ts';
import { childEnvironment } from './config.ts';
import type { Log } from './log.ts';
import { discardRedisPackage, unpackRedisPackage } from './redis-package.ts';

const run = promisify(execFile);

/** A Redis or Valkey server that runs on this machine. */
export interface RedisBinary {
  command: string;
  env: NodeJS.ProcessEnv;
  /** `7.0.15`; Valkey's own version where it is Valkey. */
  version: string;
}

/** BullMQ and our scripts need commands of 6.2. */
const isSupported = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 6 || (major === 6 && minor >= 2);
};

/**
 * A server to start: `redis-server` or `valkey-server` on the PATH, else the Debian or Ubuntu package unpacked into
 * `cacheHome`. Throws `redis.not_installed` with the line that says what to install.
 */
export async function findRedisBinary(cacheHome: string, log: Log): Promise<RedisBinary> {
  for (const command of ['redis-server', 'valkey-server']) {
    const found = await probe(command, childEnvironment({}));
    if (found !== undefined) return found;
  }
  let cause: unknown;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const unpacked = await unpackRedisPackage(cacheHome, log);
      if (unpacked === undefined) break;
      const found = await probe(unpacked.command, childEnvironment({ LD_LIBRARY_PATH: unpacked.libraryPath }));
      if (found !== undefined) return found;
      await discardRedisPackage(unpacked);
    } catch (thrown) {
      cause = thrown;
      break;
    }
  }
  throw new Failure('misconfigured', 'redis.not_installed', `no Redis 6.2 or newer to start: ${remedy()}`, { cause });
}

async function probe(command: string, env: NodeJS.ProcessEnv): Promise<RedisBinary | undefined> {
  try {
    const { stdout } = await run(command, ['--version'], { env });
    const version = /v=(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
    return version !== undefined && isSupported(version) ? { command, env, version } : undefined;
  } catch {
    return undefined;
  }
}

function remedy(): string {
  const elsewhere = 'or set REDIS_URL to one that runs elsewhere';
  if (process.platform === 'darwin') return `run \`brew install redis\`, ${elsewhere}`;
  if (process.platform === 'linux') return `install the package redis-server or valkey-server, ${elsewhere}`;
  return `Redis does not run on ${process.platform}; set REDIS_URL to one that runs elsewhere`;
}
