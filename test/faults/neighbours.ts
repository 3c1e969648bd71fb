import { setTimeout as delay } from 'node:timers/promises';
import { globalKeys } from '../../src/store/keys.ts';
import type { Merchant } from '../../src/store/merchants.ts';
import { connectMerchant, type ConnectedMerchant } from '../support/connected-merchant.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { createSubscriber, type Subscriber } from '../support/subscriber.ts';
import { finishedAt } from './deliveries.ts';
import { withRedis, type World } from './world.ts';

/** Merchants beside the world's own, one for each shard, with orders all the while. */
export interface Neighbours {
  /** No more orders; waits until those that were accepted are at their end. */
  stop(): Promise<NeighboursVerdict>;
}

export interface NeighboursVerdict {
  /** Accepted orders by shard. */
  accepted: Record<number, number>;
  /** Accepted, and not at their end. */
  unfinished: string[];
  /** Neither 2xx nor "try again". */
  wrongAnswers: string[];
}

const triesMax = 60;
const pauseMs = 700;
const retryMs = 300;
const endMaxMs = 60_000;

/** Shards are drawn by lot, so merchants are made until each shard has one. */
export async function startNeighbours(world: World, shards: number): Promise<Neighbours> {
  const { packline } = world;
  const connected = new Map<number, { merchant: ConnectedMerchant; subscriber: Subscriber }>();
  for (let tries = 0; connected.size < shards; tries += 1) {
    if (tries === triesMax) throw new Error(`${triesMax} merchants, and still none on some shard`);
    const subscriber = await createSubscriber();
    const { baseUrl, adminKey, sandboxUrl } = packline;
    const at = { baseUrl, adminKey, sandboxUrl, subscriber };
    const merchant = await connectMerchant(at, { orgId: `org_neighbour_${tries}` });
    const shard = await shardOf(packline.redisUrl, merchant.merchantId);
    if (connected.has(shard)) await subscriber.close();
    else connected.set(shard, { merchant, subscriber });
  }
  const accepted = new Map<number, string[]>([...connected.keys()].map((shard) => [shard, []]));
  const wrongAnswers: string[] = [];
  const over = new AbortController();

  const post = async (merchant: ConnectedMerchant, externalId: string): Promise<boolean> => {
    const { status, body } = await merchant
      .call('POST', '/v1/orders', sampleOrder({ externalId }), { 'idempotency-key': externalId })
      .catch(() => ({ status: 502, body: {} }));
    if (status !== 200 && status !== 202 && status < 502) wrongAnswers.push(`${status} ${JSON.stringify(body)}`);
    return status === 200 || status === 202;
  };
  const running = [...connected].map(async ([shard, { merchant }]) => {
    for (let n = 0; !over.signal.aborted; n += 1) {
      const externalId = `neighbour-${shard}-${n}`;
      while (!(await post(merchant, externalId))) await delay(retryMs);
      accepted.get(shard)?.push(externalId);
      await delay(pauseMs);
    }
  });
  const unfinished = (): string[] =>
    [...connected].flatMap(([shard, { subscriber }]) => {
      const finished = finishedAt(subscriber.received);
      return (accepted.get(shard) ?? []).filter((externalId) => !finished.has(externalId));
    });
  return {
    stop: async () => {
      over.abort();
      await Promise.all(running);
      const endsMs = Date.now() + endMaxMs;
      while (unfinished().length > 0 && Date.now() < endsMs) await delay(100);
      await Promise.all([...connected.values()].map(({ subscriber }) => subscriber.close()));
      const counts = [...accepted].map(([shard, orders]) => [shard, orders.length] as const);
      return { accepted: Object.fromEntries(counts), unfinished: unfinished(), wrongAnswers };
    },
  };
}

const shardOf = (redisUrl: string, merchantId: string): Promise<number> =>
  withRedis(redisUrl, async (redis) => {
    const merchant = JSON.parse((await redis.hget(globalKeys.merchants, merchantId)) ?? '{}') as Merchant;
    return merchant.shard;
  });
