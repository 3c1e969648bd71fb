import { setTimeout as delay } from 'node:timers/promises';
import type { FaultRuleSchema } from '../../../src/domain/partner-fault.ts';
import type { z } from 'zod';
import { connectMerchant, type ConnectedMerchant } from '../../support/connected-merchant.ts';
import { sampleOrder } from '../../support/sample-order.ts';
import { createSubscriber } from '../../support/subscriber.ts';
import { startLoad } from '../load.ts';
import { timeNewWork } from '../probe.ts';
import { checkNewWork, conclude, type Scenario } from '../scenario.ts';
import { startWorld, type World } from '../world.ts';

type Rule = Omit<z.input<typeof FaultRuleSchema>, 'match'>;

/** Everything that a partner can do to one call in so many, all at once. */
const trouble: readonly Rule[] = [
  { probability: 0.1, fault: { kind: 'status', status: 500 } },
  { probability: 0.05, fault: { kind: 'status', status: 500, afterEffect: true } },
  { probability: 0.05, fault: { kind: 'status', status: 503 } },
  { probability: 0.05, fault: { kind: 'rateLimit', retryAfterSeconds: 1 } },
  { probability: 0.05, fault: { kind: 'garbage' } },
  { probability: 0.05, fault: { kind: 'garbage', afterEffect: true } },
  { probability: 0.05, fault: { kind: 'dropBefore' } },
  { probability: 0.08, fault: { kind: 'dropAfter' } },
  { probability: 0.1, fault: { kind: 'delay', ms: 1_000 } },
  { probability: 0.01, fault: { kind: 'hang' } },
];
const hookTrouble: readonly Rule[] = [
  { probability: 0.2, fault: { kind: 'duplicate', copies: 5 } },
  { probability: 0.2, fault: { kind: 'reorder', windowMs: 1_000 } },
];
/** Nobody there at all. */
const outage: readonly Rule[] = [{ fault: { kind: 'hang' } }];

const nashOf = { partner: 'nash', org: 'org_demo' };
const partners = [nashOf, { partner: 'vtex' }, { partner: 'vtex-pick-and-pack' }];

async function breakPartners({ packline }: World, rules: readonly Rule[]): Promise<void> {
  for (const match of partners) {
    for (const rule of rules) await packline.control('POST', '/faults', { match, ...rule });
  }
}

const neighbourOrg = 'org_neighbour';

/** Another merchant's orders, one at a time: how long each took to reach its own partner. */
async function watchNeighbour(world: World, neighbour: ConnectedMerchant, isOver: () => boolean): Promise<number[]> {
  const waits: number[] = [];
  const { books } = world.packline.sandbox;
  for (let n = 0; !isOver(); n += 1) {
    const externalId = `neighbour-${n}`;
    const startedMs = Date.now();
    await neighbour.call('POST', '/v1/orders', sampleOrder({ externalId }), { 'idempotency-key': externalId });
    while (!('order.dispatched' in books.effectsOf(neighbourOrg, externalId)) && Date.now() - startedMs < 30_000) {
      await delay(10);
    }
    waits.push(Date.now() - startedMs);
    await delay(200);
  }
  return waits;
}

const worst = (waits: readonly number[]): number => Math.max(0, ...waits);
/** A neighbour of a partner in trouble waits for nobody: no longer than a busy machine takes. */
const neighbourMaxMs = 3_000;
const lastsMs = { short: { trouble: 4_000, outage: 2_000 }, long: { trouble: 40_000, outage: 20_000 } };

export const partnerTrouble: Scenario = {
  name: 'partner trouble',
  promises: ['R1', 'R2', 'R3', 'R6'],
  what: 'All partners of a merchant fail in every way that the sandbox knows, all at once, then nobody answers at all; another merchant works beside it.',
  async run(scale) {
    const startedMs = Date.now();
    const world = await startWorld({ ...scale, workerCount: 2 });
    const { packline } = world;
    const subscriber = await createSubscriber();
    const lasts = scale.isShort ? lastsMs.short : lastsMs.long;
    try {
      const neighbour = await connectMerchant({ ...packline, subscriber }, { orgId: neighbourOrg });
      let isOver = false;
      const watching = watchNeighbour(world, neighbour, () => isOver);
      await breakPartners(world, [...trouble, ...hookTrouble]);
      const load = startLoad(world, { ratePerSecond: scale.isShort ? 3 : 4 });
      await delay(lasts.trouble);
      await packline.control('DELETE', '/faults');
      await breakPartners(world, outage);
      await delay(lasts.outage);
      await packline.control('DELETE', '/faults');
      const faultEndedMs = Date.now();
      isOver = true;
      const neighbourWaits = await watching;
      const newWorkMs = await timeNewWork(world);
      const { faults } = packline.sandbox.books.report();
      const figures = {
        ...Object.fromEntries(Object.entries(faults).map(([kind, times]) => [`${kind} faults`, times])),
        newWorkMs,
        neighbourOrders: neighbourWaits.length,
        neighbourWorstMs: worst(neighbourWaits),
      };
      const slow = [
        ...checkNewWork(newWorkMs, 'the trouble'),
        ...(worst(neighbourWaits) > neighbourMaxMs ? [`a neighbour waited ${worst(neighbourWaits)} ms`] : []),
      ];
      return await conclude(partnerTrouble, scale, { world, load, startedMs, faultEndedMs }, figures, { slow });
    } finally {
      await world.close();
      await subscriber.close();
    }
  },
};
