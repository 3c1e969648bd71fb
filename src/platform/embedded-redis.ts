import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../domain/failure.ts';
import { startBoundProcess, type BoundProcess, type ProcessEnd } from './bound-process.ts';
import { cacheHome } from './config.ts';
import { freePort } from './free-port.ts';
import type { Log } from './log.ts';
import { claimRecord, endOrphan, recordChild } from './orphan.ts';
import { readOrCreatePrivateFile } from './private-file.ts';
import { findRedisBinary } from './redis-binary.ts';

const host = '127.0.0.1';
const megabyte = 1024 * 1024;
/** Writing the last of the AOF takes well under a second; a rewrite in progress may take longer. */
const stopGraceMs = 10_000;
/** A server that has not even opened its port by then will not. Loading data does not count: that is waited for. */
const silentStartMs = 15_000;

export interface EmbeddedRedisOptions {
  /** PACKLINE_HOME; data, configuration and password lie in its folder `redis`. */
  home: string;
  /** Free one when absent. */
  port?: number;
  /** Default: a quarter of the memory we may use, at least 256 MiB. */
  maxmemoryBytes?: number;
  /** Redis directives that differ from the durable defaults (tests trade durability for speed). */
  directives?: Readonly<Record<string, string>>;
  /** Where an unpacked server is kept for the next start; default: the user's cache folder. */
  cacheHome?: string;
  /** Gives the start up: loading a large data set may take minutes. */
  signal?: AbortSignal;
  log: Log;
}

export interface EmbeddedRedis {
  /** With its password, which is made once and kept in the home folder: same home and port, same URL. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Settles when the server is gone, asked or not; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  stop(graceMs?: number): Promise<void>;
}

/**
 * A private, durable Redis as our child: loopback only, behind a password, AOF with `appendfsync always`, `noeviction`
 * under a memory limit. Resolves when it answers PONG, however long its data takes to load. A server that an earlier,
 * killed Packline left on this home is ended first; one whose Packline still lives is a Failure (`process.in_use`).
 */
export async function startEmbeddedRedis(options: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  const folder = resolve(options.home, 'redis');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const configPath = join(folder, 'redis.conf');
  const recordPath = join(folder, 'process.json');
  const binary = await findRedisBinary(options.cacheHome ?? cacheHome(), options.log);
  await endOrphan({ recordPath, mark: configPath, graceMs: stopGraceMs, log: options.log });
  await claimRecord(recordPath);

  const password = await readOrCreatePrivateFile(join(folder, 'password'), () => randomBytes(24).toString('hex'));
  const port = options.port ?? (await freePort(host));
  await writeFile(
    configPath,
    toConfig({ ...durableDirectives(options, folder), port: String(port), requirepass: password }),
    {
      mode: 0o600,
    },
  );

  const server = await startBoundProcess(binary.command, [configPath], {
    env: binary.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // First of all: a server that ends at once has its unread output thrown away.
  const output = followOutput(server, options.log);
  await recordChild(recordPath, server.pid);
  try {
    await waitUntilReady(server, port, password, options);
  } catch (thrown) {
    await server.stop(0);
    const lastLines = await output;
    throw new Failure('misconfigured', 'redis.not_started', `Redis did not start: ${lastLines.join(' | ')}`, {
      cause: thrown,
    });
  }
  options.log.info({ pid: server.pid, port, version: binary.version, home: folder }, 'embeddedRedis.started');
  return {
    url: `redis://:${password}@${host}:${port}`,
    port,
    pid: server.pid,
    ended: server.ended,
    stop: async (graceMs = stopGraceMs) => {
      await server.stop(graceMs);
    },
  };
}

/** Our durable defaults; every one of them is what `inspectDurability` asks of a Redis that is not ours. */
function durableDirectives(
  { maxmemoryBytes, directives }: EmbeddedRedisOptions,
  folder: string,
): Record<string, string> {
  return {
    bind: host,
    'protected-mode': 'yes',
    dir: folder,
    // Keeps the path of the configuration on the command line, by which a later start knows its own orphan.
    'set-proc-title': 'no',
    daemonize: 'no',
    appendonly: 'yes',
    appendfsync: 'always',
    // Each rewrite is a fork that takes a core for seconds: at 64 MB, the default, a large upload has one after the other.
    'auto-aof-rewrite-min-size': '256mb',
    save: '',
    maxmemory: String(maxmemoryBytes ?? defaultMaxmemoryBytes()),
    'maxmemory-policy': 'noeviction',
    // Delayed jobs are late by up to a server tick: 8 ms at 100, 50 to 95 ms at Redis's default of 10.
    hz: '100',
    ...directives,
  };
}

const toConfig = (directives: Record<string, string>): string =>
  Object.entries(directives)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}\n`)
    .join('');

function defaultMaxmemoryBytes(): number {
  const limit = process.constrainedMemory();
  const available = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.max(Math.floor(available / 4), 256 * megabyte);
}

/** The server's output goes to our log at debug; resolves at its end to the last lines, which say why a start failed. */
async function followOutput({ child }: BoundProcess, log: Log): Promise<string[]> {
  const lines: string[] = [];
  const follow = async (stream: Readable | null) => {
    if (stream === null) return;
    for await (const line of createInterface({ input: stream })) {
      lines.push(line);
      if (lines.length > 5) lines.shift();
      log.debug({ line }, 'embeddedRedis.spoke');
    }
  };
  await Promise.all([follow(child.stdout), follow(child.stderr)]);
  return lines;
}

async function waitUntilReady(
  server: BoundProcess,
  port: number,
  password: string,
  { log, signal }: EmbeddedRedisOptions,
): Promise<void> {
  const startedAt = Date.now();
  let heard = false;
  while (!server.hasEnded()) {
    signal?.throwIfAborted();
    const answer = await ask(port, `AUTH ${password}\r\nPING\r\n`);
    if (answer?.includes('+PONG')) return;
    if (answer !== undefined && !heard) log.info({ pid: server.pid }, 'embeddedRedis.loading');
    heard ||= answer !== undefined;
    if (!heard && Date.now() - startedAt > silentStartMs) throw new Error('no answer on its port');
    await delay(heard ? 100 : 10);
  }
  throw new Error('it ended at once');
}

/** The two replies to an inline AUTH and PING; undefined when nobody answers. */
async function ask(port: number, commands: string): Promise<string | undefined> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    socket.write(commands);
    let text = '';
    while (text.split('\r\n').length < 3) {
      const [chunk]: unknown[] = await once(socket, 'data', { signal: AbortSignal.timeout(1_000) });
      text += String(chunk);
    }
    return text;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
