import { readFile } from 'node:fs/promises';
import { Failure } from '../domain/failure.ts';
import { toInstant } from '../platform/clock.ts';
import { writePrivateFile } from '../platform/private-file.ts';
import type { RedisClient } from '../platform/redis.ts';
import { globalKeys, type Keys } from './keys.ts';
import { runReplicated, type Replicas } from './replicas.ts';
import { defineScript } from './script.ts';

/**
 * Until when Redis and this home were together, by Redis' own clock (ms): every running process says so to Redis every five
 * seconds, and then to a file. A Redis that says less than the file has gone back in time: it was restored from a backup, or
 * its disk from a snapshot. Nothing about it is empty or foreign, and yet it knows nothing of the newest orders.
 */
export interface HighWater {
  /**
   * At the start, before anything is served. `gap` says what was accepted: of the time between these instants this Redis knows
   * nothing. Throws Failure `misconfigured` `redis.rewound` where it is longer than a failover's and nobody accepts it.
   */
  claim(options: { acceptRestored: boolean }): Promise<{ gap: Gap | null }>;
  /** Looks, and changes nothing. */
  look(): Promise<{ gap: Gap | null; isFailover: boolean }>;
  /** Raises the mark from time to time, until stopped. */
  watch(told: HighWaterListener): { stop(): Promise<void> };
}

export interface HighWaterListener {
  /** Redis went back in time, and is not served any more; told once. */
  onRewound: (failure: Failure) => void;
  /** A failover took the last moments along; the watch goes on. */
  onSetBack: (gap: Gap) => Promise<void>;
}

/** Instants: what Redis knew last, and until when this home saw it know more. */
export interface Gap {
  from: string | null;
  to: string;
}

export interface HighWaterOptions {
  shards: readonly Keys[];
  generation: string;
  /** The file of this home. */
  path: string;
  /**
   * As far as a replica may have been behind when it was promoted: what is lost so is told of again by the systems around us
   * (their queues, their repeats, our reconciliation), and nobody has to be woken up for it. Nobody restores a backup as young.
   */
  failoverMaxMs: number;
  raiseEveryMs?: number;
}

const raiseScript = defineScript(`
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return false end
local before = tonumber(redis.call('GET', KEYS[3]) or '0')
if before < tonumber(ARGV[2]) then return '0' end
local t = redis.call('TIME')
local mark = string.format('%.0f', math.max(before, t[1] * 1000 + math.floor(t[2] / 1000)))
redis.call('SET', KEYS[3], mark)
return mark`);

export function createHighWater(
  deps: { redis: RedisClient; replicas?: Replicas | undefined },
  { shards, generation, path, failoverMaxMs, raiseEveryMs = 5_000 }: HighWaterOptions,
): HighWater {
  const tags = [globalKeys, ...shards];
  /** What is on disk for sure: one beat older than the newest, which Redis may lose when the power fails. */
  let known = 0;
  let raised = 0;

  const isOfFailover = ({ from, to }: Gap): boolean =>
    from !== null && Date.parse(to) - Date.parse(from) <= failoverMaxMs;

  /** The lowest of all parts; null for a Redis that is not ours (any more), which is another guard's matter. */
  async function read(): Promise<number | null> {
    const marks = await Promise.all(
      tags.map(async (keys) => {
        const [marker, mark] = await deps.redis.mget(keys.generation, keys.highWater);
        return marker === generation ? Number(mark ?? 0) : null;
      }),
    );
    const own = marks.filter((mark) => mark !== null);
    return own.length < marks.length ? null : Math.min(...own);
  }

  /** 0 where a part is not ours, or lower than `atLeast`: that part is left as it is. */
  async function raise(atLeast: number): Promise<number> {
    const marks = await Promise.all(
      tags.map(({ tag, ...keys }) =>
        // A mark that only a master has, which nobody else hears of any more, would make its replica look restored.
        runReplicated(deps, raiseScript, [tag, keys.generation, keys.highWater], [generation, atLeast]),
      ),
    );
    return Math.min(...marks.map((mark) => Number(mark ?? 0)));
  }

  return {
    async claim({ acceptRestored }) {
      known = await readMark(path);
      const gap = gapBetween(await read(), known);
      if (gap !== null && !acceptRestored && !isOfFailover(gap)) throw rewound(gap);
      raised = await raise(gap === null ? known : 0);
      return { gap };
    },
    async look() {
      const gap = gapBetween(await read(), await readMark(path));
      return { gap, isFailover: gap !== null && isOfFailover(gap) };
    },
    watch({ onRewound, onSetBack }) {
      let looking: Promise<void> | null = null;
      const beat = async (): Promise<void> => {
        // Others of this home may know more.
        known = Math.max(known, await readMark(path));
        const gap = gapBetween(await read(), known);
        if (gap !== null && !isOfFailover(gap)) {
          clearInterval(timer);
          onRewound(rewound(gap));
          return;
        }
        if (gap !== null) await onSetBack(gap);
        const next = await raise(gap === null ? known : 0);
        // Emptied, or restored in this very moment: the next look finds it.
        if (next === 0) return;
        known = Math.max(known, raised);
        raised = next;
        await writePrivateFile(path, `${known}\n`);
      };
      const timer = setInterval(() => {
        // Redis away, or a full disk: the mark stays where it is.
        looking ??= beat()
          .catch(() => undefined)
          .finally(() => (looking = null));
      }, raiseEveryMs);
      timer.unref();
      return {
        stop: async () => {
          clearInterval(timer);
          await looking;
        },
      };
    },
  };
}

function gapBetween(found: number | null, known: number): Gap | null {
  if (found === null || found >= known) return null;
  return { from: found === 0 ? null : toInstant(found), to: toInstant(known) };
}

/** 0 where there is none, or none that can be read. */
async function readMark(path: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const mark = Number(text.trim());
  return Number.isSafeInteger(mark) ? mark : 0;
}

const rewound = ({ from, to }: Gap): Failure =>
  new Failure(
    'misconfigured',
    'redis.rewound',
    `Redis has gone back in time: it knows nothing after ${from ?? 'a time before this was written down'}, and this home has seen it at ${to}. ` +
      'Was it restored from a backup? Then start once with --accept-restored; else stop, and find out which Redis this is',
    { detail: { from, to } },
  );
