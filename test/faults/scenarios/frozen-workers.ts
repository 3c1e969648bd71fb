import { setTimeout as delay } from 'node:timers/promises';
import { leaseMs } from '../../../src/store/entry-lua.ts';
import type { Disturbance } from '../disturbance.ts';
import { timeNewWork } from '../probe.ts';
import { checkNewWork } from '../scenario.ts';

export const frozenWorkers: Disturbance = {
  name: 'frozen workers',
  promises: ['R1', 'R2', 'R3'],
  what: 'Workers are frozen (SIGSTOP) in the middle of their work until others have taken it over, then thawed with all that they held.',
  async disturb(world, _load, scale) {
    const { fleet, random } = world;
    try {
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
      return { figures: { freezes, newWorkMs }, slow: checkNewWork(newWorkMs, 'the last thaw'), faultEndedMs };
    } finally {
      for (const worker of fleet.workers) worker.child.kill('SIGCONT');
    }
  },
};
