import { setTimeout as delay } from 'node:timers/promises';
import { leaseMs } from '../../../src/store/entry-lua.ts';
import { startLoad } from '../load.ts';
import { timeNewWork } from '../probe.ts';
import { checkNewWork, conclude, type Scenario } from '../scenario.ts';
import { startWorld } from '../world.ts';

export const frozenWorkers: Scenario = {
  name: 'frozen workers',
  promises: ['R1', 'R2', 'R3'],
  what: 'Workers are frozen (SIGSTOP) in the middle of their work until others have taken it over, then thawed with all that they held.',
  async run(scale) {
    const startedMs = Date.now();
    const world = await startWorld({ ...scale, workerCount: 2 });
    const { fleet, random } = world;
    try {
      const load = startLoad(world, { ratePerSecond: 6 });
      const freezes = scale.isShort ? 1 : 6;
      for (let n = 0; n < freezes; n += 1) {
        await delay(500 + random() * 1_000);
        const worker = fleet.workers[n % fleet.workers.length];
        worker?.child.kill('SIGSTOP');
        await delay(leaseMs + 2_000 + random() * 2_000);
        worker?.child.kill('SIGCONT');
      }
      const faultEndedMs = Date.now();
      const newWorkMs = await timeNewWork(world);
      const slow = checkNewWork(newWorkMs, 'the last thaw');
      return await conclude(
        frozenWorkers,
        scale,
        { world, load, startedMs, faultEndedMs },
        { freezes, newWorkMs },
        { slow },
      );
    } finally {
      for (const worker of fleet.workers) worker.child.kill('SIGCONT');
      await world.close();
    }
  },
};
