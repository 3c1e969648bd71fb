import { setTimeout as delay } from 'node:timers/promises';
import { startLoad } from '../load.ts';
import { conclude, type Scenario } from '../scenario.ts';
import { startWorld } from '../world.ts';

const lostShare = 0.3;
const lastsMs = { short: 5_000, long: 30_000 };

export const lostHooks: Scenario = {
  name: 'lost hooks',
  promises: ['R1', 'R3'],
  what: `${lostShare * 100} % of all webhooks are never sent: what they would have told is read, from the feed and at the partners.`,
  async run(scale) {
    const startedMs = Date.now();
    const world = await startWorld({ ...scale, workerCount: 2 });
    const { packline } = world;
    try {
      await packline.control('POST', '/faults', { probability: lostShare, fault: { kind: 'dropWebhook' } });
      const load = startLoad(world, { ratePerSecond: 4 });
      await delay(scale.isShort ? lastsMs.short : lastsMs.long);
      const finding = await conclude(lostHooks, scale, { world, load, startedMs }, {});
      const lost = packline.sandbox.books.report().faults['dropWebhook'] ?? 0;
      return {
        ...finding,
        figures: { ...finding.figures, hooksLost: lost },
        broken: [...finding.broken, ...(lost > 0 ? [] : ['no hook was lost: nothing was shown'])],
      };
    } finally {
      await world.close();
    }
  },
};
