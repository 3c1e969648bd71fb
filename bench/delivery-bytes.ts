import type { Redis } from 'ioredis';
import type { BoundProcess } from '../src/platform/bound-process.ts';
import type { DeliveryFeed } from './delivery-feed.ts';
import type { Sink } from './delivery-sink.ts';
import { whileStopped } from './drain-deliveries.ts';

/** What one event with one delivery is in Redis, in bytes. */
export interface DeliveryBytes {
  waiting: number;
  /** Delivered, and the mark of ten minutes that its work is done still there. */
  delivered: number;
  /** From when that mark is gone until it is past its retention. */
  kept: number;
  /** Then. */
  forgotten: number;
}

/**
 * Time is not waited for: keys are deleted as Redis deletes them when their time is over, and ids taken out of the lists as
 * workers/sweep.ts takes them. What was there before goes with them, so there should be nothing.
 */
export async function measureBytes(
  { feed, sink, workers }: { feed: DeliveryFeed; sink: Sink; workers: readonly BoundProcess[] },
  merchantId: string,
  amount: number,
  announce: () => Promise<void>,
): Promise<DeliveryBytes> {
  const { redis, store } = feed;
  const { tag, events } = store.keys;
  const passTime = async (...kinds: string[]): Promise<void> => {
    for (const kind of kinds) await expireAll(redis, `${tag}:${kind}:*`);
  };
  const forget = async (): Promise<void> => {
    await passTime('applied', 'event', 'delivery', 'attempts', 'about');
    // As the sweep trims them.
    await redis.unlink(events(merchantId), ...(await redis.keys(`${tag}:deliveries:*`)));
  };
  const deliver = async (look: () => Promise<void>): Promise<void> => {
    sink.forget();
    await whileStopped(workers, () => announce().then(look));
    await sink.until(amount);
    await feed.untilSettled();
  };
  // What comes to be once, and never again: code, connections, buffers.
  await deliver(async () => undefined);
  await forget();

  const before = await dataBytes(redis);
  const each = async (): Promise<number> => ((await dataBytes(redis)) - before) / amount;
  let waiting = Number.NaN;
  await deliver(async () => void (waiting = await each()));
  const delivered = await each();
  await passTime('applied');
  const kept = await each();
  await forget();
  return { waiting, delivered, kept, forgotten: await each() };
}

/** Everything of the kind that goes by itself one day goes now; throws where something would stay for ever. */
async function expireAll(redis: Redis, match: string): Promise<void> {
  for await (const found of redis.scanStream({ match, count: 1_000 })) {
    const names = (found as unknown[]).map(String);
    const left = await Promise.all(names.map((name) => redis.ttl(name)));
    if (left.includes(-1)) throw new Error(`something like ${match} has no end`);
    if (names.length > 0) await redis.unlink(...names);
  }
}

/** What a Redis holds without the buffers of its clients and of its file, which come and go. */
async function dataBytes(redis: Redis): Promise<number> {
  const info = await redis.info('memory');
  const read = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? Number.NaN);
  return read('used_memory') - read('mem_clients_normal') - read('mem_aof_buffer');
}
