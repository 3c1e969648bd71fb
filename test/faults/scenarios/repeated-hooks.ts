import { setTimeout as delay } from 'node:timers/promises';
import { startLoad } from '../load.ts';
import { conclude, type Scenario } from '../scenario.ts';
import { startWorld } from '../world.ts';

const copies = 100;
/** In the short version one order of each kind. */
const lastsMs = { short: 2_500, long: 40_000 };

export const repeatedHooks: Scenario = {
  name: 'repeated hooks',
  promises: ['R2', 'R3'],
  what: `Every webhook of every partner arrives ${copies} times, in parallel, shuffled with the others of its moment.`,
  async run(scale) {
    const startedMs = Date.now();
    const world = await startWorld({ ...scale, workerCount: 2 });
    const { packline, balancer } = world;
    try {
      for (const partner of ['nash', 'vtex', 'vtex-pick-and-pack']) {
        for (const fault of [
          { kind: 'duplicate', copies },
          { kind: 'reorder', windowMs: 400 },
        ]) {
          await packline.control('POST', '/faults', { match: { partner }, fault });
        }
      }
      const load = startLoad(world, { ratePerSecond: 1 });
      await delay(scale.isShort ? lastsMs.short : lastsMs.long);
      const finding = await conclude(repeatedHooks, scale, { world, load, startedMs }, {});
      const hooks = Object.values(balancer.statuses('/in/')).reduce((sum, times) => sum + times, 0);
      const perOrder = Math.round(hooks / Math.max(1, load.accepted.length));
      const isRepeated = perOrder >= copies;
      return {
        ...finding,
        figures: { ...finding.figures, hooks, hooksPerOrder: perOrder },
        broken: [...finding.broken, ...(isRepeated ? [] : [`only ${perOrder} hooks an order: nothing was repeated`])],
      };
    } finally {
      await world.close();
    }
  },
};
