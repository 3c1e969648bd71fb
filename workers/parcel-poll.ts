import { numbersPerCallOf } from '../src/connectors/carriers/numbers-per-call.ts';
import { Failure } from '../src/domain/failure.ts';
import { hearSilence } from '../src/domain/parcel-step.ts';
import type { OpenCarrier, WorkerDeps } from '../src/fulfilment/deps.ts';
import { isDueToRead } from '../src/domain/hook-keys.ts';
import { toInstant } from '../src/platform/clock.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { hearParcels } from '../src/queues/hear-parcels.ts';
import { hookKeysWork } from '../src/queues/hook-keys-read.ts';
import { parcelAsk } from '../src/queues/parcel-ask.ts';
import { parcelPoll } from '../src/queues/parcel-poll.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { probeWrites, readCircuit } from '../src/store/circuits.ts';
import { readDailyCalls } from '../src/store/daily-calls.ts';
import { dueWrites, forgetDue, readDueParcels, undueWrites } from '../src/store/due-parcels.ts';
import { readHookKeys } from '../src/store/hook-keys.ts';
import { laneOfQueue, readLane } from '../src/store/lanes.ts';
import { readDueMember } from '../src/store/parcels.ts';

type Context = JobContext<WorkerDeps>;

/** How often to look at the least, and at the most while nothing more is due. */
const lookEveryMs = 60_000;
const pauseMs = 5_000;
const busyPauseMs = 1_000;
/** So much is sent out at once that the account is busy for this long; the rest waits where it can still be put in order. */
const aheadMs = 30_000;
/** For a call that would go out with room in it: those that are due so soon go with it. */
const fillAheadMs = 5 * 60_000;
/** When somebody looks again whatever becomes of the call, the death of every process included. */
const unansweredMs = 60 * 60_000;
const callsMax = 500;

export default defineWorker<WorkerDeps, { merchantId: string; connectionId: string }>(
  parcelPoll,
  async ({ merchantId, connectionId }, context) => {
    const { store, deps, signal, finish } = context;
    const carrier = await deps
      .openCarrier(store, merchantId, connectionId, signal, { evenPaused: true })
      .catch(nullWhenMissing);
    if (carrier === null) {
      await finish({ writes: forgetDue(store, connectionId) });
      return;
    }
    await keepKeys(carrier, context);
    if (carrier.connection.track === undefined) {
      await listen(carrier, context);
      return;
    }
    const room = carrier.record.paused ? null : await roomOf(carrier, context);
    if (room === null) {
      await finish({}, { how: 'again', delayMs: lookEveryMs });
      return;
    }
    await sendOut(carrier, room, context);
  },
);

/** The keys that its hooks are signed with change: their list is read now and then. */
async function keepKeys({ record, connector }: OpenCarrier, { store, commit }: Context): Promise<void> {
  const nowMs = store.clock.now();
  if (connector.webhook?.withKeys === undefined || !isDueToRead(await readHookKeys(store, record.id), nowMs)) return;
  await commit({ entries: [hookKeysWork(record.merchantId, record.id, nowMs)] });
}

interface Room {
  calls: number;
  probe: boolean;
}

/** How many calls may be sent out now; null: none for a while. */
async function roomOf({ record, laneOf, dailyLimit }: OpenCarrier, { store }: Context): Promise<Room | null> {
  const circuit = await readCircuit(store, record.id);
  if (circuit.state === 'open') return null;
  const left = dailyLimit === undefined ? callsMax : (await readDailyCalls(store, dailyLimit)).left;
  if (left === 0) return null;
  if (circuit.state === 'halfOpen') return { calls: 1, probe: true };
  const { limitPerSecond, pausedMs, waiting, inflight } = await readLane(store, laneOfQueue(laneOf()));
  if (pausedMs > 0) return { calls: 0, probe: false };
  const most = Math.max(1, Math.round((limitPerSecond * aheadMs) / 1_000));
  return { calls: Math.max(0, Math.min(most - waiting - inflight, left, callsMax)), probe: false };
}

async function sendOut(carrier: OpenCarrier, { calls, probe }: Room, { store, finish }: Context): Promise<void> {
  const { record, connector, settings, laneOf } = carrier;
  const nowMs = store.clock.now();
  const perCall = numbersPerCallOf(connector, settings);
  const wanted = { untilMs: nowMs + (perCall > 1 ? fillAheadMs : 0), limit: calls * perCall };
  const { members, dueCount, nextMs } = await takeDue(store, record.id, wanted, { nowMs, perCall });
  const batches = Array.from({ length: Math.ceil(members.length / perCall) }, (_, at) =>
    members.slice(at * perCall, (at + 1) * perCall),
  );
  const payload = { merchantId: record.merchantId, connectionId: record.id, ...(probe ? { probe } : {}) };
  const delayMs = nextMs === null ? lookEveryMs : Math.min(lookEveryMs, Math.max(pauseMs, nextMs - nowMs));
  await finish(
    {
      entries: batches.map((batch, at) =>
        makeEntry(parcelAsk, { ...payload, members: batch }, { lane: laneOf(), cause: `${nowMs}.${at}` }),
      ),
      writes: [
        ...dueWrites(store, record.id, members.map((member) => ({ member, atMs: nowMs + unansweredMs }))), // prettier-ignore
        ...(probe && batches.length > 0 ? probeWrites(store, record.id) : []),
      ],
    },
    { how: 'again', delayMs: dueCount > members.length ? busyPauseMs : delayMs },
  );
}

/** A carrier that cannot be asked: nobody is; what it has been silent about for too long is said to be so. */
async function listen({ record }: OpenCarrier, { store, finish }: Context): Promise<void> {
  const { id: connectionId, merchantId } = record;
  const nowMs = store.clock.now();
  const at = toInstant(nowMs);
  const { members } = await readDueParcels(store, connectionId, { untilMs: nowMs, limit: listenedAtOnce });
  const outcomes = await hearParcels(
    store,
    members.map((member) => ({
      name: { merchantId, ...readDueMember(member) },
      step: (known) => (known === null ? null : hearSilence(known, at)),
    })),
  );
  const gone = members.filter((_, place) => outcomes[place]?.now === null);
  const delayMs = members.length === listenedAtOnce ? busyPauseMs : lookEveryMs;
  await finish({ writes: undueWrites(store, connectionId, gone) }, { how: 'again', delayMs });
}
const listenedAtOnce = 250;

/** Those that are due, and as many of the next ones as fill the last call. */
async function takeDue(
  store: Context['store'],
  connectionId: string,
  wanted: { untilMs: number; limit: number },
  { nowMs, perCall }: { nowMs: number; perCall: number },
): Promise<{ members: string[]; dueCount: number; nextMs: number | null }> {
  const { redis, keys } = store;
  const [dueCount, found] = await Promise.all([
    redis.zcount(keys.dueParcels(connectionId), '-inf', nowMs),
    readDueParcels(store, connectionId, wanted),
  ]);
  const filled = Math.ceil(dueCount / perCall) * perCall;
  const members = found.members.slice(0, filled);
  const isRest = members.length < found.members.length;
  return { members, dueCount, nextMs: isRest ? nowMs + pauseMs : found.nextMs };
}

/** The connection is gone: so is the chain. */
function nullWhenMissing(error: unknown): null {
  if (error instanceof Failure && error.code === 'connection.missing') return null;
  throw error;
}
