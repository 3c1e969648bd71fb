import { Redis } from 'ioredis';
import { connectMerchant } from '../test/support/connected-merchant.ts';
import { startProcesses } from '../test/support/packline-processes.ts';
import { createSubscriber } from '../test/support/subscriber.ts';
import { defineBenchmark } from './benchmark.ts';
import { postOrders } from './load.ts';
import { median, quantile } from './statistics.ts';
import { timeOrders, type OrderTimes } from './time-orders.ts';
import { untilRouted } from './until-routed.ts';

/** The documented limit of every merchant's account. */
const callsPerSecond = 10;
const waits = ['partner', 'dispatch'] as const;
const told = { partner: 'from the answer to the partner', dispatch: 'from the answer to the dispatch at the partner' };

/**
 * Many merchants, each with an account of its own and the documented limit, order at a steady rate together; then the same while
 * thousands of orders of one more of them wait for its account. All on one Packline with two workers.
 */
export const crowd = defineBenchmark({
  name: 'crowd',
  shows: 'p95 of many merchants at once beside one that floods, beside the same without it',
  size: { merchants: 200, rounds: 3, seconds: 20, rate: 10, waiting: 3_000 },
  quickSize: { merchants: 5, rounds: 1, seconds: 3, rate: 5, waiting: 100 },
  async run({ merchants, rounds, seconds, rate, waiting }, say) {
    const packline = await startProcesses({
      sandbox: { speed: 0, picker: { stepMs: 20, outcome: 'exact' } },
      settings: {
        PACKLINE_LOG_LEVEL: 'error',
        PACKLINE_EGRESS_ALLOW: '127.0.0.0/8',
        PACKLINE_RATE_PER_SECOND: '100000',
        PACKLINE_RATE_BURST: '100000',
      },
    });
    const subscriber = await createSubscriber({ verifies: false });
    const redis = new Redis(packline.redisUrl);
    try {
      await Promise.all([packline.startWorker(), packline.startWorker()]);
      const connect = (orgId: string) =>
        connectMerchant({ ...packline, subscriber }, { orgId, ratePerSecond: callsPerSecond });
      const keys: string[] = [];
      while (keys.length < merchants - 1) keys.push((await connect(`org_crowd_${keys.length}`)).merchantKey);
      say(`${merchants} merchants are connected`);
      const measure = async (flooding: boolean): Promise<OrderTimes[]> => {
        const times = await timeOrders(
          { ...packline, subscriber },
          { amount: rate * seconds, ratePerSecond: rate, keys },
        );
        const p95 = waits.map((wait) => `${wait} ${Math.round(p95Of(times, wait))} ms`).join(', ');
        say(`${flooding ? 'beside the flood' : 'without it'}: ${p95}`);
        return times;
      };
      await timeOrders({ ...packline, subscriber }, { amount: 100, ratePerSecond: 20, keys });
      const alone: OrderTimes[][] = [];
      for (let round = 0; round < rounds; round += 1) alone.push(await measure(false));
      const flood = await connect('org_crowd_flood');
      const amount = waiting + Math.ceil((rounds * seconds * callsPerSecond) / 3) * 2;
      await postOrders(packline.baseUrl, { key: flood.merchantKey, connections: 20, seconds: 3_600, amount });
      await untilRouted(redis, [flood.merchantId]);
      const beside: OrderTimes[][] = [];
      for (let round = 0; round < rounds; round += 1) beside.push(await measure(true));
      return {
        rows: waits.map((wait) => ({
          what: `${told[wait]}, p95 of ${merchants - 1} merchants beside one that floods`,
          figure: median(beside.map((times) => p95Of(times, wait))),
          unit: 'ms',
          better: 'lower' as const,
          ceiling: { is: median(alone.map((times) => p95Of(times, wait))), what: 'the same without it' },
          target: { of: 'ratio' as const, is: 1.2 },
          samples: beside.map((times) => p95Of(times, wait)),
        })),
        details: {
          alone: alone.map((times) => waits.map((wait) => p95Of(times, wait))),
        },
      };
    } finally {
      redis.disconnect();
      await packline.close();
      await subscriber.close();
    }
  },
});

const p95Of = (times: readonly OrderTimes[], wait: keyof OrderTimes): number =>
  quantile(
    times.map((time) => time[wait]),
    0.95,
  );
