import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startEmbeddedRedis, type EmbeddedRedis } from '../../src/platform/embedded-redis.ts';
import { freePort } from '../../src/platform/free-port.ts';
import { createLog } from '../../src/platform/log.ts';
import { readOrCreatePrivateFile } from '../../src/platform/private-file.ts';

const log = createLog({ level: 'silent', name: 'test' });
export const loopback = '127.0.0.1';

/** One server of a topology: it can be killed, and started again on the same data and port. */
export interface RedisNode {
  readonly port: number;
  /** For the topology's own commands; reconnects by itself. */
  readonly client: Redis;
  /** Neither killed nor frozen. */
  isUp(): boolean;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** As a machine that hangs: its connections stay, and nothing on them is answered. */
  freeze(): void;
  /** Thaws it, or starts it again; nothing where it is up. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Durable like every Redis of ours (AOF, fsync always, noeviction), all of one topology behind one password. */
export interface RedisNodes {
  readonly password: string;
  start(name: string, options: { port?: number; directives?: Record<string, string> }): Promise<RedisNode>;
  stop(): Promise<void>;
}

export function createRedisNodes(home: string): RedisNodes {
  const password = randomBytes(24).toString('hex');
  const nodes: RedisNode[] = [];
  return {
    password,
    start: async (name, options) => {
      const node = await startNode(join(home, name), password, options);
      nodes.push(node);
      return node;
    },
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

async function startNode(
  home: string,
  password: string,
  { port: wanted, directives = {} }: { port?: number; directives?: Record<string, string> },
): Promise<RedisNode> {
  await readOrCreatePrivateFile(join(home, 'redis', 'password'), () => password);
  const port = wanted ?? (await freePort(loopback));
  const start = (): Promise<EmbeddedRedis> =>
    startEmbeddedRedis({
      home,
      port,
      maxmemoryBytes: 256 * 1024 * 1024,
      directives: { masterauth: password, ...directives },
      log,
    });
  let server = await start();
  let running = true;
  let frozen = false;
  const watch = (): void => {
    const watched = server;
    running = true;
    void watched.ended.then(() => {
      if (server === watched) running = false;
    });
  };
  watch();
  const client = new Redis({ host: loopback, port, password, maxRetriesPerRequest: 3, retryStrategy: () => 100 });
  client.on('error', () => undefined);
  return {
    port,
    client,
    isUp: () => running && !frozen,
    kill: () => server.stop(0),
    freeze: () => {
      frozen = true;
      process.kill(server.pid, 'SIGSTOP');
    },
    restart: async () => {
      if (frozen) process.kill(server.pid, 'SIGCONT');
      frozen = false;
      if (running) return;
      server = await start();
      watch();
    },
    stop: async () => {
      client.disconnect();
      await server.stop(0);
    },
  };
}

/** Sentinels that each wanted to lead vote again after six seconds, and may do so more than once on a busy machine. */
const patienceMs = 60_000;

/** Looks every 50 ms whether something of the topology holds; a look that fails says that it does not (yet). */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const endsMs = Date.now() + patienceMs;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > endsMs) throw new Error(`waited in vain until ${what}`);
    await delay(50);
  }
}
