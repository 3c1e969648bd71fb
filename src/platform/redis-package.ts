import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../domain/failure.ts';
import type { Log } from './log.ts';

const run = promisify(execFile);
const aptTimeoutMs = 120_000;

/** How to run an unpacked Redis: its libraries lie beside it, not where the loader looks. */
export interface UnpackedRedis {
  command: string;
  libraryPath: string;
}

/**
 * Redis from the Debian or Ubuntu package, unpacked into `cacheHome` without root and without installing anything: apt
 * runs on state and cache folders of its own and verifies signatures as always; about 3 seconds, once per machine. Two
 * processes may do it at once: each unpacks beside the target, the first rename wins.
 *
 * Undefined where there is no apt; a Failure (`redis.package_unavailable`) when apt cannot deliver.
 */
export async function unpackRedisPackage(cacheHome: string, log: Log): Promise<UnpackedRedis | undefined> {
  const distribution = await debianName();
  if (distribution === undefined) return undefined;
  const target = join(cacheHome, `redis-${distribution}-${process.arch}`);
  const cached = await locate(target);
  if (cached !== undefined) return cached;

  await mkdir(cacheHome, { recursive: true });
  const draft = await mkdtemp(`${target}.`);
  try {
    log.info({ into: target }, 'redisPackage.requested');
    await download(draft);
    await unpack(draft);
    await rename(join(draft, 'root'), target).catch(async (thrown: unknown) => {
      if ((await locate(target)) === undefined) throw thrown;
    });
  } catch (thrown) {
    throw new Failure('misconfigured', 'redis.package_unavailable', 'the Redis package could not be fetched with apt', {
      cause: thrown,
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return await locate(target);
}

/** Forgets an unpacked Redis that does not run here (its system libraries were upgraded or removed). */
export async function discardRedisPackage(unpacked: UnpackedRedis): Promise<void> {
  await rm(join(unpacked.command, '..', '..', '..'), { recursive: true, force: true });
}

async function debianName(): Promise<string | undefined> {
  try {
    await run('apt-get', ['--version']);
    const release = await readFile('/etc/os-release', 'utf8');
    const field = (name: string) => new RegExp(`^${name}="?([\\w.]+)`, 'm').exec(release)?.[1];
    return `${field('ID') ?? 'debian'}-${field('VERSION_ID') ?? field('VERSION_CODENAME') ?? 'unknown'}`;
  } catch {
    return undefined;
  }
}

async function download(draft: string): Promise<void> {
  await mkdir(join(draft, 'state/lists/partial'), { recursive: true });
  await mkdir(join(draft, 'cache/archives/partial'), { recursive: true });
  const options = [
    ['Dir::State', join(draft, 'state')],
    ['Dir::State::status', '/var/lib/dpkg/status'],
    ['Dir::Cache', join(draft, 'cache')],
    // apt would drop to the user _apt, who cannot write below a home folder.
    ['APT::Sandbox::User', 'root'],
    // Only dpkg's own lock would need root, and nothing is installed.
    ['Debug::NoLocking', '1'],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const apt = (...args: string[]) => run('apt-get', [...options, '-qq', ...args], { timeout: aptTimeoutMs });

  // A third party's broken source makes the update fail while Debian's own lists arrived: the download decides.
  const updated = await apt('update').then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  // redis-tools carries the server binary (as redis-check-rdb); `--reinstall` fetches it although it may be installed,
  // and of the libraries it needs only those that the system lacks.
  await apt('install', '-y', '--no-install-recommends', '--reinstall', '--download-only', 'redis-tools').catch(
    (thrown: unknown) => {
      throw new Error(String(thrown), { cause: updated ?? thrown });
    },
  );
}

async function unpack(draft: string): Promise<void> {
  const archives = join(draft, 'cache/archives');
  const root = join(draft, 'root');
  for (const name of await readdir(archives)) {
    if (name.endsWith('.deb')) await run('dpkg-deb', ['-x', join(archives, name), root]);
  }
  // The binary is the server, the cluster tool and the checkers in one and decides by the name it is run under.
  await symlink('redis-check-rdb', join(root, 'usr/bin/redis-server'));
}

async function locate(root: string): Promise<UnpackedRedis | undefined> {
  const entries: string[] = await readdir(join(root, 'usr/bin')).catch(() => []);
  if (!entries.includes('redis-server')) return undefined;
  const libraries = join(root, 'usr/lib');
  const folders: string[] = await readdir(libraries).catch(() => []);
  return {
    command: join(root, 'usr/bin/redis-server'),
    libraryPath: [libraries, ...folders.map((name) => join(libraries, name))].join(':'),
  };
}
