import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { systemClock } from '../../src/platform/clock.ts';
import { startEmbeddedRedis, type EmbeddedRedis } from '../../src/platform/embedded-redis.ts';
import { createLog } from '../../src/platform/log.ts';
import { createKeyring } from '../../src/platform/secrets.ts';
import { MasterKeySchema } from '../../src/platform/settings.ts';
import { makeEntry } from '../../src/queues/define-job.ts';
import { sweep } from '../../src/queues/sweep.ts';
import { commit } from '../../src/store/commit.ts';
import { freeLane } from '../../src/store/entries.ts';
import { createKeys } from '../../src/store/keys.ts';
import { whereOpened } from '../support/opened-redis.ts';
import type { PacklineProcesses } from '../support/packline-processes.ts';

const root = new URL('../../', import.meta.url).pathname;
const log = createLog({ level: 'silent', name: 'drill' });

/** What an operator does to an installation, and looks at, beside its API. */
export interface Operator {
  /** Where the commands of the guide find everything. */
  where: Readonly<Record<string, string>>;
  /** The disk is gone, this host's log of erasures with it, and an empty Redis comes up in its place. */
  loseDisk(): Promise<void>;
  stopRedis(): Promise<void>;
  startRedis(): Promise<void>;
  /** Starts the API as a service manager does; answers what it said when it refused, null when it did not. */
  refusal(): Promise<string | null>;
  /** Where in Redis these words can be read by somebody who has the master key. */
  whereOpened(words: readonly string[]): Promise<string[]>;
  /** Which files of a folder hold these words as they are. */
  filesWith(folder: string, words: readonly string[]): Promise<string[]>;
  /** Until when this home has seen Redis, as its file says (src/store/high-water.ts). */
  seenMs(): Promise<number>;
  /** What comes round every ten minutes: the fulfilment partner's own log of webhooks is read. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}

export function makeOperator(packline: PacklineProcesses): Operator {
  const { settings, redisHome, redisUrl } = packline;
  const { port } = packline.redis;
  const folder = join(redisHome, 'redis');
  const keys = createKeys(0);
  const keyring = createKeyring({ current: MasterKeySchema.parse(settings['PACKLINE_SECRET_KEY']) });
  let redis: EmbeddedRedis = packline.redis;
  const startRedis = async (): Promise<void> => {
    redis = await startEmbeddedRedis({ home: redisHome, port, log });
  };
  const withClient = async <T>(use: (client: Redis) => Promise<T>): Promise<T> => {
    const client = new Redis(redisUrl);
    try {
      return await use(client);
    } finally {
      client.disconnect();
    }
  };
  return {
    where: {
      PACKLINE_HOME: settings['PACKLINE_HOME'] ?? '',
      REDIS_DIR: folder,
      BACKUP: join(redisHome, 'backup'),
      ERASURES: join(redisHome, 'elsewhere'),
    },
    loseDisk: async () => {
      process.kill(redis.pid, 'SIGKILL');
      await redis.ended;
      await rm(join(folder, 'appendonlydir'), { recursive: true });
      await rm(join(settings['PACKLINE_HOME'] ?? '', 'erasures.log'));
      await startRedis();
    },
    stopRedis: () => redis.stop(1_000),
    startRedis,
    refusal: () =>
      promisify(execFile)(process.execPath, ['src/main.ts'], { env: settings, cwd: root, timeout: 20_000 }).then(
        () => null,
        (error: { stderr: string }) => error.stderr,
      ),
    whereOpened: (words) => withClient((client) => whereOpened(client, { keys, keyring }, words)),
    filesWith: async (inside, words) => {
      const found: string[] = [];
      for (const name of await readdir(inside)) {
        const bytes = await readFile(join(inside, name));
        if (words.some((word) => bytes.includes(word))) found.push(name);
      }
      return found;
    },
    seenMs: async () =>
      Number(await readFile(join(settings['PACKLINE_HOME'] ?? '', 'high-water'), 'utf8').catch(() => '0')),
    catchUp: () =>
      withClient(async (client) => {
        const { merchantId, connectionId } = packline;
        const generation = (await client.get(keys.generation)) ?? '';
        const work = makeEntry(
          sweep,
          { kind: 'catch-up', merchantId, connectionId },
          { lane: freeLane, cause: 'drill' },
        );
        await commit({ redis: client, keys, clock: systemClock, generation }, { entries: [work] });
      }),
    close: () => redis.stop(1_000),
  };
}

/** Waits until `look` answers something; what it waited for in vain is in the error. */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const endsMs = Date.now() + 90_000;
  while (Date.now() < endsMs) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await delay(50);
  }
  throw new Error(`waited in vain: ${what}`);
}
