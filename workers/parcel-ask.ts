import { numbersPerCallOf } from '../src/connectors/carriers/numbers-per-call.ts';
import type { CarrierConnection, TrackResult } from '../src/connectors/carriers/port.ts';
import { toFailure, type Failure } from '../src/domain/failure.ts';
import { stretchFor } from '../src/domain/daily-quota.ts';
import type { FollowedParcel, Parcel } from '../src/domain/parcel.ts';
import { hearPolled, type PollOutcome } from '../src/domain/parcel-step.ts';
import { fractionOf } from '../src/domain/poll-schedule.ts';
import type { OpenCarrier, WorkerDeps } from '../src/fulfilment/deps.ts';
import { trackedOf } from '../src/fulfilment/tracked-of.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';
import { wishSubscriptions } from '../src/fulfilment/wish-subscriptions.ts';
import { toInstant } from '../src/platform/clock.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { hearParcels } from '../src/queues/hear-parcels.ts';
import { parcelAsk } from '../src/queues/parcel-ask.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { carrierAnsweredWrites, noteCarrierFailure, readCircuit } from '../src/store/circuits.ts';
import { failureWrites, successWrites } from '../src/store/connections.ts';
import { countFollowed, dueWrites, undueWrites } from '../src/store/due-parcels.ts';
import { issueId, issueWrites, resolveWrites, type IssueReport } from '../src/store/issues.ts';
import { readDueMember, readParcels } from '../src/store/parcels.ts';

type Context = JobContext<WorkerDeps>;
interface Payload extends Record<string, unknown> {
  merchantId: string;
  connectionId: string;
  members: string[];
  probe?: boolean | undefined;
  urgent?: boolean | undefined;
}

/** After a call that failed, spread, so that those of one call do not come back as one crowd. */
const retryMs = 10 * 60_000;
/** A longer wait is not waited for here: the parcels are due again after it. */
const heldMaxMs = 10 * 60_000;

export default defineWorker<WorkerDeps, Payload>(parcelAsk, async (payload, context) => {
  const { store, deps, signal, finish } = context;
  const { merchantId, connectionId, members } = payload;
  const carrier = await deps.openCarrier(store, merchantId, connectionId, signal, {
    evenPaused: true,
    spendsReserve: payload.urgent === true,
    class: payload.urgent === true ? 'orders' : 'reads',
  });
  const { connector, connection } = carrier;
  const track = connection.track?.bind(connection);
  // Its settings are others since: it is not asked any more (parcel-poll).
  if (track === undefined) return;
  if (carrier.record.paused) return putOff(payload, store.clock.now() + retryMs, context);
  // Its account may be another one since.
  if (!(await waitInLane(context, carrier.laneOf()))) return;
  const circuit = await readCircuit(store, connectionId);
  if (circuit.state === 'open' && payload.probe !== true) return putOff(payload, circuit.untilMs, context);
  const found = await readParcels(store, members.map((member) => ({ merchantId, ...readDueMember(member) }))); // prettier-ignore
  const asked = found.filter((one) => one !== null);
  const gone = members.filter((_, at) => found[at] === null || found[at] === undefined);
  const results = asked.length === 0 ? [] : await ask(asked, { connector, track }, payload, context);
  if (results === null) return;
  const wishes = wishSubscriptions(store, carrier, await hear(asked, results, carrier, context));
  await finish({
    entries: wishes.entries,
    writes: [
      ...wishes.writes,
      ...undueWrites(store, connectionId, gone),
      ...(results.some(({ outcome }) => outcome !== 'failed')
        ? [
            ...successWrites(store, connectionId),
            ...carrierAnsweredWrites(store, connectionId),
            ...resolveWrites(issueId(leftAlone(payload))),
          ]
        : []),
    ],
  });
});

/** The results, in the parcels' order; null where the call failed and all that follows from it is done. */
async function ask(
  parcels: readonly FollowedParcel[],
  { connector, track }: Pick<OpenCarrier, 'connector'> & { track: NonNullable<CarrierConnection['track']> },
  payload: Payload,
  context: Context,
): Promise<readonly TrackResult[] | null> {
  try {
    return await track(parcels.map(({ parcel }) => trackedOf(connector, parcel)));
  } catch (error) {
    const failure = toFailure(error);
    return afterFailure(failure, payload, context);
  }
}

/**
 * What concerned the whole call. Where one parcel alone was asked about, and the carrier answers others, that is the parcel's.
 * Throws what the queue knows best how to deal with.
 */
async function afterFailure(
  failure: Failure,
  payload: Payload,
  context: Context,
): Promise<readonly TrackResult[] | null> {
  const { store, finish, log, lane, signal, entryId } = context;
  const { connectionId, members } = payload;
  const nowMs = store.clock.now();
  const { kind, code, retryAfterMs = 0 } = failure;
  if (signal.aborted || kind === 'aborted' || code === 'packline.unexpected') throw failure;
  if (kind === 'throttled') {
    if (retryAfterMs <= heldMaxMs) throw failure;
    await putOff(payload, nowMs + retryAfterMs, context);
    return null;
  }
  log.warn({ connectionId, code, parcels: members.length }, 'parcels.notAsked');
  const untilMs = await noteCarrierFailure(store, connectionId, { isLasting: kind === 'misconfigured' });
  // Becomes an issue; until somebody mends it, nobody calls.
  if (kind === 'misconfigured') throw failure;
  const writes = failureWrites(store, connectionId, code, false);
  if (untilMs !== null) {
    writes.push(
      ...issueWrites(store, { ...leftAlone(payload), detail: { lastFailure: code, until: toInstant(untilMs) } }),
    );
    await putOff(payload, Math.max(nowMs + retryMs, untilMs), context, writes);
    return null;
  }
  if (members.length === 1) return [{ outcome: 'failed', failure }];
  // One of them may be what the carrier cannot answer: in halves it is found.
  const half = Math.ceil(members.length / 2);
  const entries = [members.slice(0, half), members.slice(half)].map((some, at) =>
    makeEntry(parcelAsk, { ...payload, members: some }, { lane, cause: `${entryId}.${at}`, delayMs: splitPauseMs }),
  );
  await finish({ entries, writes });
  return null;
}
const splitPauseMs = 5_000;

/** Over with the next call that is answered. */
const leftAlone = ({ merchantId, connectionId }: Payload): Omit<IssueReport, 'detail'> => ({
  merchantId,
  target: connectionId,
  job: parcelAsk.name,
  code: 'carrier.left_alone',
  kind: 'transient',
  source: 'carrier',
  title: 'The carrier failed again and again; it is asked again after a rest',
  orderId: null,
  entryId: '',
  retrying: true,
});

/** Due again from then on, over half an hour. */
async function putOff(
  { connectionId, members }: Payload,
  fromMs: number,
  { store, finish }: Context,
  writes: readonly string[][] = [],
): Promise<void> {
  const times = members.map((member) => ({ member, atMs: fromMs + spreadMs * fractionOf(member) }));
  await finish({ writes: [...dueWrites(store, connectionId, times), ...writes] });
}
const spreadMs = 30 * 60_000;

/** Answers the parcels as they are now. */
async function hear(
  asked: readonly FollowedParcel[],
  results: readonly TrackResult[],
  { record, connector, settings, dailyLimit }: OpenCarrier,
  { store, deps, log }: Context,
): Promise<readonly Parcel[]> {
  const at = toInstant(store.clock.now());
  const numbersPerCall = numbersPerCallOf(connector, settings);
  const stretch =
    dailyLimit === undefined
      ? 1
      : stretchFor(await countFollowed(store, record.id), { calls: dailyLimit.calls, numbersPerCall });
  const outcomes = await hearParcels(
    store,
    asked.map(({ parcel: { merchantId, carrier, number, carrierName } }, index) => {
      const name = { merchantId, carrier, number };
      const facts = { name, carrierName, connectionId: record.id, at, stretch };
      const result = results[index];
      if (result?.outcome === 'failed')
        log.info({ connectionId: record.id, code: result.failure.code }, 'parcel.notTold');
      return { name, step: (known) => (known === null ? null : hearPolled(known, facts, toOutcome(result, at))) };
    }),
  );
  const unknown = outcomes.flatMap(({ news }) => news).filter(({ unmapped }) => unmapped !== undefined).length;
  if (unknown > 0) deps.countUnmapped(connector.id, unknown);
  return outcomes.flatMap(({ now }) => now?.parcel ?? []);
}

function toOutcome(result: TrackResult | undefined, receivedAt: string): PollOutcome {
  if (result?.outcome !== 'found') return { outcome: result?.outcome ?? 'failed' };
  const { events, complete, expectedOn } = result.report;
  return { outcome: 'found', news: { events, complete, expectedOn, receivedAt } };
}
