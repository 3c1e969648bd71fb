import { setTimeout as delay } from 'node:timers/promises';
import { refuseSome } from '../deliveries.ts';
import type { Disturbance } from '../disturbance.ts';
import { timeNewWork } from '../probe.ts';
import { checkNewWork } from '../scenario.ts';

/** Workers die more often than APIs: three of four kills. */
const apiShare = 0.25;

export const randomKills: Disturbance = {
  name: 'kills at random',
  promises: ['R1', 'R2', 'R3'],
  what: 'API and worker processes are killed (SIGKILL) at random moments, and started again, under load from both OMS connectors.',
  async disturb(world, _load, scale) {
    const { fleet, random } = world;
    refuseSome(world.packline.subscriber);
    let apiKills = 0;
    const kills = scale.isShort ? scale.kills : Math.ceil((scale.kills * 2) / 3);
    for (let n = 0; n < kills; n += 1) {
      await delay(50 + random() * 700);
      const isApi = random() < apiShare;
      const index = Math.floor(random() * (isApi ? fleet.apis.length : fleet.workers.length));
      if (isApi) {
        apiKills += 1;
        await fleet.endApi(index);
        await fleet.replaceApi(index);
      } else {
        await fleet.endWorker(index);
        await fleet.replaceWorker(index);
      }
    }
    const faultEndedMs = Date.now();
    const newWorkMs = await timeNewWork(world);
    const figures = { kills, ofApis: apiKills, ofWorkers: kills - apiKills, newWorkMs };
    return { figures, slow: checkNewWork(newWorkMs, 'the last kill'), faultEndedMs };
  },
};
