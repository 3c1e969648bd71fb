import { Failure } from '../domain/failure.ts';
import type { RedisClient } from '../platform/redis.ts';
import { runScript, type Script } from './script.ts';

/** The first key is the shard's tag. */
type Keys = readonly [tag: string, ...rest: string[]];
type Args = readonly (string | number | Buffer)[];

/** Runs scripts whose writes have to lie on more than one server before anybody is told of them. */
export interface Replicas {
  /**
   * `runScript`, answered when replicas have what it wrote. Throws Failure `transient` `redis.not_replicated` where they
   * have not in half a second (unless told otherwise): it is done all the same, so whoever sends it again sends the same id.
   */
  run(script: Script, keys: Keys, args: Args): Promise<unknown>;
}

/** As `deps` says: through its replicas, or on the master alone. */
export const runReplicated = (
  { redis, replicas }: { redis: RedisClient; replicas?: Replicas | undefined },
  script: Script,
  keys: Keys,
  args: Args,
): Promise<unknown> =>
  replicas === undefined ? runScript(redis, script, keys, args) : replicas.run(script, keys, args);

const waitMsDefault = 500;
const groupMax = 200;
/** How often a call goes where the slot is said to be; a failover takes one. */
const sendsMax = 3;

interface Call {
  script: Script;
  keys: Keys;
  args: Args;
  /** This server has seen the script. */
  isKnown: boolean;
  sends: number;
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

/**
 * `redis` is a connection for nothing else: what is sent after a WAIT waits with it. Calls that come while one group of a
 * shard waits for the replicas make up the next, so that many cost hardly more than one.
 */
export function createReplicas(redis: RedisClient, count: number, waitMs = waitMsDefault): Replicas {
  const waiting = new Map<string, Call[]>();

  const sendAll = async (tag: string, calls: Call[]): Promise<void> => {
    while (calls.length > 0) {
      const group = calls.splice(0, groupMax);
      const again = await sendGroup(redis, `${tag}:replicated`, { count, waitMs }, group);
      calls.unshift(...again);
    }
    waiting.delete(tag);
  };
  return {
    run: (script, keys, args) =>
      new Promise((resolve, reject) => {
        const call: Call = { script, keys, args, isKnown: true, sends: 0, resolve, reject };
        const [tag] = keys;
        const calls = waiting.get(tag);
        if (calls !== undefined) {
          calls.push(call);
          return;
        }
        const first = [call];
        waiting.set(tag, first);
        void sendAll(tag, first);
      }),
  };
}

/**
 * One pipeline, for it has to be one server: after a failover another one would answer WAIT, and know nothing of the writes.
 * The mark, because WAIT waits for what its own connection wrote, and a script that finds its work done by an earlier call
 * writes nothing. Answers the calls that have to be sent again.
 */
async function sendGroup(
  redis: RedisClient,
  mark: string,
  { count, waitMs }: { count: number; waitMs: number },
  calls: readonly Call[],
): Promise<Call[]> {
  const pipeline = redis.pipeline();
  for (const { script, keys, args, isKnown } of calls) {
    if (isKnown) pipeline.evalsha(script.sha, keys.length, ...keys, ...args);
    else pipeline.eval(script.lua, keys.length, ...keys, ...args);
  }
  let replies: [error: Error | null, reply: unknown][];
  try {
    replies = (await pipeline.set(mark, 1).wait(count, waitMs).exec()) ?? [];
  } catch (error) {
    for (const call of calls) call.reject(error);
    return [];
  }
  const [notMarked = null] = replies[calls.length] ?? [];
  const [, acknowledged] = replies[calls.length + 1] ?? [];
  const isReplicated = notMarked === null && Number(acknowledged) >= count;
  const again: Call[] = [];
  for (const [at, call] of calls.entries()) {
    const [error = null, reply] = replies[at] ?? [];
    const maySend = call.sends + 1 < sendsMax;
    if (error === null && isReplicated) call.resolve(reply);
    else if (error === null) call.reject(notMarked ?? notReplicated());
    else if (maySend && error.message.startsWith('NOSCRIPT')) again.push({ ...call, isKnown: false });
    else if (maySend && error.message.startsWith('MOVED')) again.push({ ...call, sends: call.sends + 1 });
    else call.reject(error);
  }
  // A command by itself follows where the slot went, and pipelines go there after it.
  if (again.length > 0) await redis.get(mark).catch(() => undefined);
  return again;
}

const notReplicated = (): Failure =>
  new Failure('transient', 'redis.not_replicated', 'stored, but not yet on as many replicas as are asked for');
