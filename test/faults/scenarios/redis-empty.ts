import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectMerchant } from '../../support/connected-merchant.ts';
import { sampleOrder } from '../../support/sample-order.ts';
import { startLoad } from '../load.ts';
import { mortalRedis } from '../redis-faults.ts';
import { checkNewWork, type Scenario } from '../scenario.ts';
import { startWorld, type World } from '../world.ts';

const askEveryMs = 100;
const warmUpMs = { short: 1_000, long: 2_000 };
const shutMs = { short: 1_000, long: 10_000 };

/** What is asked while it is shut: nobody may be told that something does not exist. */
async function ask({ packline, balancer }: World): Promise<number[]> {
  const token = new URL(packline.webhookUrl).pathname;
  const answers = [
    await packline.call('POST', '/v1/orders', sampleOrder({ externalId: 'shut' }), { 'idempotency-key': 'shut' }),
    await packline.call('GET', '/v1/orders'),
    await packline.call('GET', '/v1/orders/ord_01jd3xk5q8h2v4m6n7p9r0stwz'),
  ].map(({ status }) => status);
  const hook = await fetch(`http://127.0.0.1:${balancer.port}${token}`, { method: 'POST', body: '{}' });
  return [...answers, hook.status];
}

export const redisEmpty: Scenario = {
  name: 'Redis empty',
  promises: ['R5'],
  what: 'Redis comes back without its data: everything stays shut until an operator starts with --accept-empty.',
  async run(scale) {
    const startedMs = Date.now();
    const world = await startWorld({ ...scale, workerCount: 1 });
    const { packline, fleet } = world;
    const redis = mortalRedis(world);
    const broken: string[] = [];
    const length = scale.isShort ? 'short' : 'long';
    try {
      const load = startLoad(world, { ratePerSecond: 4 });
      await delay(warmUpMs[length]);
      redis.kill('SIGKILL');
      await rm(join(packline.redisHome, 'redis', 'appendonlydir'), { recursive: true });
      await redis.restart();
      // A call that was under way when Redis went may still arrive.
      await delay(1_000);
      const callsBefore = packline.sandbox.books.report().requestsTotal;
      const statuses: number[] = [];
      const endsMs = Date.now() + shutMs[length];
      while (Date.now() < endsMs) {
        statuses.push(...(await ask(world)));
        await delay(askEveryMs);
      }
      const calls = packline.sandbox.books.report().requestsTotal - callsBefore;
      if (calls > 0) broken.push(`partners were called ${calls} times by a Packline that knows nothing any more`);
      for (const status of new Set(statuses))
        if (status !== 503) broken.push(`while shut, somebody was answered ${status}`);

      await fleet.endApi(0, 'SIGTERM');
      const acceptedMs = Date.now();
      await fleet.replaceApi(0, { args: ['--accept-empty'] });
      const merchant = await connectMerchant({ ...packline, subscriber: packline.subscriber });
      const externalId = 'after-the-loss';
      const posted = await merchant.call('POST', '/v1/orders', sampleOrder({ externalId }), {
        'idempotency-key': externalId,
      });
      if (posted.status !== 202) broken.push(`the first order after the loss was answered ${posted.status}`);
      while (
        !('order.dispatched' in packline.sandbox.books.effectsOf('org_demo', externalId)) &&
        Date.now() - acceptedMs < 60_000
      ) {
        await delay(50);
      }
      const newWorkMs = Date.now() - acceptedMs;
      return {
        scenario: redisEmpty.name,
        what: redisEmpty.what,
        promises: redisEmpty.promises,
        seed: scale.seed,
        seconds: Math.round((Date.now() - startedMs) / 1000),
        verdict: null,
        figures: {
          requestsWhileShut: statuses.length,
          partnerCallsWhileShut: calls,
          newWorkMs,
          ordersLost: load.accepted.length,
        },
        broken,
        slow: checkNewWork(newWorkMs, 'the operator accepted'),
      };
    } finally {
      await world.close();
    }
  },
};
