import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startLoad } from '../load.ts';
import { timeNewWork } from '../probe.ts';
import { checkNewWork, conclude, type Finding, type Scale, type Scenario } from '../scenario.ts';
import { startTopology, type TopologyKind } from '../topologies.ts';
import { startWorld } from '../world.ts';

const warmUpMs = 4_000;

/**
 * Replication is asynchronous: a master that goes may take along what it had acknowledged and not yet passed on. An order
 * goes back by that much (what is done again is announced again, out of order) or is lost, where nobody tells of it again.
 * That is stated and counted here; every other kind of damage is as forbidden as ever.
 */
function allowLoss({ verdict, broken, slow, figures, ...finding }: Finding): Finding {
  const lost = verdict?.lost.length ?? 0;
  const isOfLoss = (text: string): boolean => text.startsWith('lost: ') || text.startsWith('disordered: ');
  return {
    ...finding,
    verdict,
    figures: { ...figures, ordersLost: lost, ordersSetBack: verdict?.disordered.length ?? 0 },
    broken: broken.filter((text) => !isOfLoss(text)),
    // What is lost is never at its end.
    slow: slow.filter((text) => lost === 0 || !text.startsWith('work in flight')),
  };
}

function makeFailover(kind: TopologyKind, what: string): Scenario {
  const scenario: Scenario = {
    name: `failover, ${kind}`,
    promises: ['R1', 'R2', 'R3', 'R5'],
    what,
    run: async (scale: Scale) => {
      const startedMs = Date.now();
      const home = await mkdtemp(join(tmpdir(), 'packline-topology-'));
      const topology = await startTopology(kind, home);
      try {
        const { url, settings, shards } = topology;
        const world = await startWorld({ ...scale, workerCount: 2, redisUrl: url, settings, shards });
        try {
          const load = startLoad(world, { ratePerSecond: 6 });
          const figures: Record<string, number> = {};
          const slow: string[] = [];
          let faultEndedMs = Date.now();
          for (const fault of topology.faults) {
            await delay(warmUpMs);
            await fault.run();
            faultEndedMs = Date.now();
            const newWorkMs = await timeNewWork(world);
            figures[`${fault.name}: new work after ms`] = newWorkMs;
            slow.push(...checkNewWork(newWorkMs, fault.name));
          }
          const run = { world, load, startedMs, faultEndedMs };
          const finding = await conclude(scenario, scale, run, figures, { slow });
          return topology.faults.some(({ mayLose }) => mayLose) ? allowLoss(finding) : finding;
        } finally {
          await world.close();
        }
      } finally {
        await topology.stop();
        await rm(home, { recursive: true, force: true });
      }
    },
  };
  return scenario;
}

export const clusterFailover = makeFailover(
  'cluster',
  'On a Redis Cluster of three shards, masters are failed over, killed and frozen, one after the other, under load.',
);
export const sentinelFailover = makeFailover(
  'sentinel',
  'Behind Sentinel, the master is failed over, killed and frozen, one after the other, under load.',
);
