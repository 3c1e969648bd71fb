import { setTimeout as delay } from 'node:timers/promises';
import type { BooksReport } from '../../src/sandbox/books.ts';
import { findMiscounted } from './counted.ts';
import { finishedAt, readDeliveries } from './deliveries.ts';
import { describeOrder } from './describe-order.ts';
import { findLeftOver } from './left-over.ts';
import type { Load, Placed } from './load.ts';
import { readMemory } from './memory.ts';
import { checkMetrics } from './metrics-truth.ts';
import { findWrongSums } from './sums.ts';
import type { World } from './world.ts';

/** What became of everything that was accepted, compared with the partners' books. */
export interface Verdict {
  accepted: number;
  /** Neither at their end nor named by an issue. */
  lost: string[];
  /** Not at their end, but an issue says so. */
  shownAsIssues: string[];
  /** `externalId effect × times`: what a partner did more than once. */
  doubled: string[];
  /** Orders whose sum or invoice at the OMS is not what was picked; not looked at by earlier runs. */
  wrongSums?: string[];
  /** Orders whose events came out of order. */
  disordered: string[];
  /** Events that the merchant got more than once, which is allowed. */
  repeatedEvents: number;
  /** Deliveries whose attempts were not counted truly; not looked at by earlier runs. */
  miscounted?: string[];
  /** Work that is under way or due when everything is at its end. */
  leftOver: string[];
  /** What metrics said that was not so. */
  metricsLied: string[];
  wrongAnswers: string[];
  /** From the moment given as the fault's end until each order accepted before it was at its end. */
  inFlightMs: number | null;
  /** The order that took longest of these. */
  slowest: string | null;
  /** Of the largest process of each kind, when all was over. */
  memoryMib: { api: number; worker: number };
}

/** Effects of an order that may happen once at a partner, whatever happens to us. */
const onceOnly = new Set([
  'order.created',
  'order.dispatched',
  'job.created',
  'oms.handlingStarted',
  'oms.modified',
  'pnp.imported',
]);
const endMaxMs = 150_000;

/** Waits until everything is at its end (or will not be), then compares. `faultEndedMs`: from when recovery is measured. */
export async function judge(world: World, load: Load, faultEndedMs: number | null = null): Promise<Verdict> {
  const { packline } = world;
  const unfinished = (): Placed[] => {
    const finished = finishedAt(packline.subscriber.received);
    return load.accepted.filter(({ externalId }) => !finished.has(externalId));
  };
  const startedMs = Date.now();
  while (unfinished().length > 0 && Date.now() - startedMs < endMaxMs) await delay(100);
  const left = unfinished().map(({ externalId }) => externalId);
  const shown = left.length === 0 ? new Set<string>() : await namedByIssues(world);
  const leftOver = await findLeftOver(packline.redisUrl, world.shards);
  const { disordered, repeated } = readDeliveries(packline.subscriber.received);
  return {
    accepted: load.accepted.length,
    lost: await Promise.all(left.filter((externalId) => !shown.has(externalId)).map((id) => describeOrder(world, id))),
    shownAsIssues: left.filter((externalId) => shown.has(externalId)),
    doubled: findDoubled(packline.sandbox.books.report()),
    wrongSums: await findWrongSums(world, load),
    disordered,
    miscounted: await findMiscounted(packline, {
      endpointId: packline.endpointId,
      received: packline.subscriber.received,
    }),
    repeatedEvents: repeated,
    leftOver,
    metricsLied: await checkMetrics(world),
    wrongAnswers: [...load.wrongAnswers],
    ...(faultEndedMs === null ? { inFlightMs: null, slowest: null } : await measureInFlight(world, load, faultEndedMs)),
    memoryMib: await readMemory(world),
  };
}

function findDoubled({ effects }: BooksReport): string[] {
  return Object.values(effects).flatMap((byKey) =>
    Object.entries(byKey).flatMap(([key, counts]) =>
      Object.entries(counts)
        .filter(([effect, times]) => onceOnly.has(effect) && times > 1)
        .map(([effect, times]) => `${key} ${effect} × ${times}`),
    ),
  );
}

/** External ids of orders that an open issue names. */
async function namedByIssues({ packline }: World): Promise<Set<string>> {
  const issues = await packline.call('GET', '/v1/issues?status=open&limit=100');
  const ids = new Set((issues.body['data'] as { orderIds: string[] }[]).flatMap(({ orderIds }) => orderIds));
  const named = new Set<string>();
  for (const id of ids) named.add(String((await packline.call('GET', `/v1/orders/${id}`)).body['externalId']));
  return named;
}

async function measureInFlight(
  world: World,
  load: Load,
  faultEndedMs: number,
): Promise<Pick<Verdict, 'inFlightMs' | 'slowest'>> {
  const finished = finishedAt(world.packline.subscriber.received);
  const ends = load.accepted
    .filter(({ acceptedMs }) => acceptedMs <= faultEndedMs)
    .map(({ externalId }) => ({ externalId, tookMs: (finished.get(externalId) ?? Infinity) - faultEndedMs }))
    .sort((a, b) => b.tookMs - a.tookMs);
  const [last] = ends;
  if (last === undefined || last.tookMs < 0) return { inFlightMs: 0, slowest: null };
  return { inFlightMs: last.tookMs, slowest: await describeOrder(world, last.externalId) };
}
