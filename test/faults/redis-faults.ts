import { startEmbeddedRedis, type EmbeddedRedis } from '../../src/platform/embedded-redis.ts';
import { createLog } from '../../src/platform/log.ts';
import { withRedis, type World } from './world.ts';

/** One way in which Redis can be away or refuse to write, and how it comes back. */
export interface RedisFault {
  name: string;
  begin(redis: MortalRedis): Promise<void>;
  end(redis: MortalRedis): Promise<void>;
  /** Whether the API has to say so at `/readyz` while it lasts. */
  isVisible: boolean;
}

/** The world's single Redis, which may be killed and started again on the same port and data; it ends with the world. */
export interface MortalRedis {
  url: string;
  kill(signal: NodeJS.Signals): void;
  restart(): Promise<void>;
}

export function mortalRedis(world: World): MortalRedis {
  const { packline } = world;
  const { port } = packline.redis;
  let current: EmbeddedRedis = packline.redis;
  world.endAfter(() => current.stop(1_000));
  return {
    url: packline.redisUrl,
    kill: (signal) => process.kill(current.pid, signal),
    restart: async () => {
      await current.ended;
      const log = createLog({ level: 'silent', name: 'faults' });
      current = await startEmbeddedRedis({ home: packline.redisHome, port, log });
    },
  };
}

const config = (url: string, name: string, value: string): Promise<void> =>
  withRedis(url, async (redis) => {
    await redis.config('SET', name, value);
  });

/** A limit that was met: nothing more is written until somebody raises it. */
async function fill(url: string): Promise<void> {
  await withRedis(url, async (redis) => {
    const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
    await redis.config('SET', 'maxmemory', String(Math.floor(used / 2)));
  });
}

/** `CLIENT PAUSE` of the longest that a fault lasts; ended sooner by `CLIENT UNPAUSE`. */
const pauseMs = 60_000;

export const redisFaults: readonly RedisFault[] = [
  {
    name: 'killed',
    begin: async (redis) => redis.kill('SIGKILL'),
    end: (redis) => redis.restart(),
    isVisible: true,
  },
  {
    name: 'frozen',
    begin: async (redis) => redis.kill('SIGSTOP'),
    end: async (redis) => redis.kill('SIGCONT'),
    isVisible: true,
  },
  {
    name: 'full',
    begin: (redis) => fill(redis.url),
    end: (redis) => config(redis.url, 'maxmemory', String(1024 ** 3)),
    isVisible: true,
  },
  {
    name: 'read-only',
    // A replica of nobody: it keeps its data and answers every write with READONLY, as a master does after a failover.
    begin: (redis) => withRedis(redis.url, async (client) => void (await client.call('REPLICAOF', '127.0.0.1', '1'))),
    end: (redis) => withRedis(redis.url, async (client) => void (await client.call('REPLICAOF', 'NO', 'ONE'))),
    isVisible: true,
  },
  {
    name: 'paused',
    begin: (redis) =>
      withRedis(redis.url, async (client) => void (await client.call('CLIENT', 'PAUSE', pauseMs, 'ALL'))),
    end: (redis) => withRedis(redis.url, async (client) => void (await client.call('CLIENT', 'UNPAUSE'))),
    isVisible: true,
  },
  {
    name: 'connections cut',
    begin: async (redis) => {
      for (const type of ['normal', 'pubsub']) {
        await withRedis(
          redis.url,
          async (client) => void (await client.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes')),
        );
      }
    },
    end: async () => undefined,
    isVisible: false,
  },
];
