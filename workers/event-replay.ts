import { bringsAll, underWayOf, type Replay } from '../src/domain/replay.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { toInstant } from '../src/platform/clock.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { eventReplay } from '../src/queues/event-replay.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import type { CommitPlan } from '../src/store/commit.ts';
import type { StoreDeps } from '../src/store/deps.ts';
import { endpointLane, readEndpoint, type Endpoint } from '../src/store/endpoints.ts';
import { deliveryWrites, makeDelivery } from '../src/store/events.ts';
import { countDue } from '../src/store/lanes.ts';
import { broughtWrites, readMissedCount } from '../src/store/missed-counts.ts';
import { readMissed, type MissedEvent, type MissedStep } from '../src/store/missed-events.ts';
import {
  readReplay,
  replayedDeliveryId,
  replayEndWrites,
  replayGuards,
  replayStepWrites,
} from '../src/store/replays.ts';

type Context = JobContext<WorkerDeps>;
interface Payload extends Record<string, unknown> {
  merchantId: string;
  endpointId: string;
  replayId: string;
}

/** A turn makes what goes out in so long, and looks at so many events at a time. */
const turnMs = 1_000;
const batchMax = 100;
const looksMax = 200;
/** Of its deliveries so many may be on their way: an endpoint that takes nothing is not given more. */
const underWayMax = 1_000;

/**
 * A turn makes some deliveries, says in the same commit behind which event the next one begins, and comes round when they are
 * due to be gone: whoever dies has made all of a turn or nothing, and a copy of the turn makes nothing.
 */
export default defineWorker<WorkerDeps, Payload>(eventReplay, async ({ merchantId, endpointId, replayId }, context) => {
  const { store, finish, commit, isDraining } = context;
  let replay = await readReplay(store, replayId);
  while (replay?.status === 'running') {
    const endpoint = await readEndpoint(store, merchantId, endpointId);
    if (endpoint === null || endpoint.disabled) {
      const why = { code: 'endpoint.state', detail: 'nothing is sent to an endpoint that is disabled or gone' };
      await finish({ guards: replayGuards(store, replay), writes: replayEndWrites(store, replay, 'failed', why) });
      return;
    }
    if (isDraining() || (await mustWait(store, endpoint, replay))) {
      await finish({}, { how: 'again', delayMs: turnMs });
      return;
    }
    const perTurn = Math.min(batchMax, Math.ceil((replay.ratePerSecond * turnMs) / 1_000));
    const way = { position: replay.position, looks: looksMax, foundMax: perTurn };
    const step = await readMissed(store, merchantId, replay.scope, endpoint, way);
    const plan = stepPlan(replay, endpoint, step, context);
    if (step.isLast) {
      const ended = [...replayEndWrites(store, replay, 'made'), ...(await countedAnew(store, replay))];
      await finish({ ...plan, writes: [...(plan.writes ?? []), ...ended] });
      return;
    }
    if (step.found.length > 0) {
      const delayMs = Math.ceil((step.found.length * 1_000) / replay.ratePerSecond);
      await finish(plan, { how: 'again', delayMs });
      return;
    }
    if ((await commit(plan)) !== 'committed') return;
    replay = await readReplay(store, replayId);
  }
});

/** What its endpoint is said to have missed, if this has brought all of it. */
async function countedAnew(store: StoreDeps, { scope }: Replay): Promise<string[][]> {
  const missed = await readMissedCount(store, scope.endpointId);
  return missed !== null && bringsAll(scope, missed) ? broughtWrites(store, scope.endpointId) : [];
}

/** What happens now goes first: nothing more is made as long as some of it waits, or what was made before. */
async function mustWait(store: StoreDeps, { id }: Endpoint, replay: Replay): Promise<boolean> {
  if (underWayOf(replay) >= underWayMax) return true;
  const [live, own] = await Promise.all([
    countDue(store, endpointLane(id), 'orders'),
    countDue(store, endpointLane(id), 'reads'),
  ]);
  return live + own > 0;
}

/** The deliveries of a turn, each in its place of the second; those of one order one behind the other where that is wanted. */
function stepPlan(
  replay: Replay,
  { ordered }: Endpoint,
  { found, position }: MissedStep,
  { store }: Context,
): CommitPlan {
  const nowMs = store.clock.now();
  const made = found.map(({ event }: MissedEvent, n) => {
    const delayMs = Math.floor((n * 1_000) / replay.ratePerSecond);
    const delivery = makeDelivery(store, event, replay.scope.endpointId, {
      id: replayedDeliveryId(replay, event.id),
      replayId: replay.id,
      at: toInstant(nowMs + delayMs),
    });
    return { delivery, entry: { ...deliveryWork(delivery, ordered), delayMs } };
  });
  return {
    guards: replayGuards(store, replay),
    writes: [
      ...made.flatMap(({ delivery }) => deliveryWrites(store, delivery)),
      ...(position === null ? [] : replayStepWrites(store, replay, position, made.length)),
    ],
    enqueue: made.flatMap(({ delivery: { id, orderId }, entry }) =>
      ordered && orderId !== null ? [{ list: store.keys.sequence(replay.id, orderId), member: id, entry }] : [],
    ),
    entries: made.flatMap(({ delivery: { orderId }, entry }) => (ordered && orderId !== null ? [] : [entry])),
  };
}
