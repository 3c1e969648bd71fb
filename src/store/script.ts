import { createHash } from 'node:crypto';
import { Failure } from '../domain/failure.ts';
import type { RedisClient } from '../platform/redis.ts';

export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export const defineScript = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') });

/** EVALSHA, and EVAL where this Redis has not seen the script (a restart forgets them). */
export async function runScript(
  redis: RedisClient,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return redis.eval(script.lua, keys.length, ...keys, ...args);
  }
}

/** On how many replicas a write has to lie before anybody is told of it. */
export interface ReplicaWait {
  count: number;
  /** A connection of its own: what is sent after a WAIT waits with it. */
  redis: RedisClient;
}

const replicaWaitMs = 500;
/** A cluster may point to the master twice: where the slot was, and where it is now. */
const movesMax = 3;

/**
 * `runScript`, answered only when as many replicas as asked for have what it wrote. Throws Failure `transient`
 * `redis.not_replicated` where they have not in half a second: it is done all the same, so whoever sends it again sends the
 * same id.
 */
export async function runReplicated(
  deps: { redis: RedisClient; replicas?: ReplicaWait | undefined },
  script: Script,
  keys: readonly [tag: string, ...string[]],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  const { replicas } = deps;
  if (replicas === undefined) return runScript(deps.redis, script, keys, args);
  const mark = `${keys[0]}:replicated`;
  let isKnown = true;
  for (let moves = 0; ; moves += 1) {
    // One pipeline, for it has to be one server: after a failover another one would answer WAIT, and know nothing of the
    // write. The mark, because WAIT waits for what its own connection wrote, and a script that finds its work done by an
    // earlier call writes nothing.
    const pipeline = replicas.redis.pipeline();
    if (isKnown) pipeline.evalsha(script.sha, keys.length, ...keys, ...args);
    else pipeline.eval(script.lua, keys.length, ...keys, ...args);
    const replies = await pipeline.set(mark, 1).wait(replicas.count, replicaWaitMs).exec();
    const [error, reply] = replies?.[0] ?? [null, null];
    const failed = replies?.find(([thrown]) => thrown !== null)?.[0] ?? null;
    if (failed === null) {
      if (Number(replies?.[2]?.[1]) >= replicas.count) return reply;
      throw new Failure(
        'transient',
        'redis.not_replicated',
        'stored, but not yet on as many replicas as are asked for',
      );
    }
    if (error?.message.startsWith('NOSCRIPT') === true && isKnown) isKnown = false;
    // A command by itself follows where the slot went, and a pipeline goes there after it.
    else if (failed.message.startsWith('MOVED') && moves < movesMax) await replicas.redis.get(mark);
    else throw failed;
  }
}
