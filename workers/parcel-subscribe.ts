import type { SubscribeResult } from '../src/connectors/carriers/port.ts';
import { trackedOf } from '../src/fulfilment/tracked-of.ts';
import { Failure, toFailure } from '../src/domain/failure.ts';
import type { FollowedParcel } from '../src/domain/parcel.ts';
import { hearSubscribed, wantsSubscription } from '../src/domain/parcel-subscription.ts';
import type { OpenCarrier, WorkerDeps } from '../src/fulfilment/deps.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';
import { hearParcels } from '../src/queues/hear-parcels.ts';
import { parcelSubscribe } from '../src/queues/parcel-subscribe.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { forgetDue } from '../src/store/due-parcels.ts';
import { readDueMember, readParcels } from '../src/store/parcels.ts';
import { granted, isResting, readWishes, restWrites } from '../src/store/subscription-wishes.ts';

type Context = JobContext<WorkerDeps>;
interface Payload extends Record<string, unknown> {
  merchantId: string;
  connectionId: string;
}

/** A carrier that would not is asked again after this; its parcels are polled as ever. */
const restMs = 3_600_000;
/** A key that was refused has to be mended by somebody. */
const lastingRestMs = 6 * 3_600_000;

export default defineWorker<WorkerDeps, Payload>(parcelSubscribe, async ({ merchantId, connectionId }, context) => {
  const { store, deps, signal, finish } = context;
  const options = { evenPaused: true, class: context.class } as const;
  const carrier = await deps.openCarrier(store, merchantId, connectionId, signal, options).catch(nullWhenMissing);
  if (carrier === null) {
    await finish({ writes: forgetDue(store, connectionId) });
    return;
  }
  const { record, connector, settings, laneOf } = carrier;
  const { numbersPerCall } = connector.subscriptions ?? { numbersPerCall: 0 };
  const isWanted = connector.subscriptions?.areWanted(settings) === true && !record.paused;
  // What waits is wished for again by the next polls.
  if (!isWanted || (await isResting(store, connectionId))) return;
  if (!(await waitInLane(context, laneOf()))) return;
  const members = await readWishes(store, connectionId, numbersPerCall);
  if (members.length === 0) return;
  const found = await readParcels(store, members.map((member) => ({ merchantId, ...readDueMember(member) }))); // prettier-ignore
  const parcels = found.filter((one) => one !== null && wantsSubscription(one.parcel, connectionId, store.clock.now()));
  const asked = parcels.filter((one) => one !== null);
  const results = asked.length === 0 ? [] : await ask(asked, carrier, context);
  if (results === null) return;
  await hear(asked, results, connectionId, context);
  await finish({ writes: granted(store, connectionId, members) }, { how: 'again', delayMs: 0 });
});

/** The results, in the parcels' order; null where the call failed and all that follows from it is done. */
async function ask(
  parcels: readonly FollowedParcel[],
  { record, connector, connection }: OpenCarrier,
  { store, finish, signal, log }: Context,
): Promise<readonly SubscribeResult[] | null> {
  try {
    return (await connection.subscribe?.(parcels.map(({ parcel }) => trackedOf(connector, parcel)))) ?? [];
  } catch (error) {
    const failure = toFailure(error);
    const { kind, code } = failure;
    if (signal.aborted || kind === 'aborted' || kind === 'throttled' || code === 'packline.unexpected') throw failure;
    // Nothing is lost by it, so it is no issue: whether the account can be used at all is told by the polls.
    log.warn({ connectionId: record.id, code, parcels: parcels.length }, 'parcels.notSubscribed');
    const lasts = kind === 'misconfigured' || kind === 'rejected';
    await finish({ writes: restWrites(store, record.id, lasts ? lastingRestMs : restMs) });
    return null;
  }
}

async function hear(
  asked: readonly FollowedParcel[],
  results: readonly SubscribeResult[],
  connectionId: string,
  { store, log }: Context,
): Promise<void> {
  const facts = { connectionId, nowMs: store.clock.now() };
  await hearParcels(
    store,
    asked.map(({ parcel: { merchantId, carrier, number } }, at) => {
      const result = results[at];
      if (result?.outcome === 'refused') log.info({ connectionId, code: result.code }, 'parcel.notSubscribed');
      return {
        name: { merchantId, carrier, number },
        step: (known) => (known === null || result === undefined ? null : hearSubscribed(known, result, facts)),
      };
    }),
  );
}

/** The connection is gone, and with it all that was wished of it. */
function nullWhenMissing(error: unknown): null {
  if (error instanceof Failure && error.code === 'connection.missing') return null;
  throw error;
}
