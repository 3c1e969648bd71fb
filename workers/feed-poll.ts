import { Failure } from '../src/domain/failure.ts';
import type { OmsConnection } from '../src/connectors/oms/port.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { feedPoll } from '../src/queues/feed-poll.ts';
import { orderImport } from '../src/queues/order-import.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { readRegistration, successWrites } from '../src/store/connections.ts';
import { acceptMessage } from '../src/store/inbox.ts';

type Context = JobContext<WorkerDeps>;
interface Payload extends Record<string, unknown> {
  merchantId: string;
  connectionId: string;
}

/** Batches in one run; what is left is fetched by the next, so that others get their turn. */
const batchesMax = 50;
/** The queue may answer nothing although events wait (SQS, short polling): believed the second time. */
const emptyMax = 2;

export default defineWorker<WorkerDeps, Payload>(feedPoll, async (payload, context) => {
  const { merchantId, connectionId } = payload;
  const { store, deps, signal, finish, log } = context;
  const oms = await deps
    .openOms(store, merchantId, connectionId, signal, { class: context.class })
    .catch(nullWhenMissing);
  const everyMs = oms?.policy.feedPollMs ?? null;
  if (oms === null || everyMs === null || oms.connection.pollFeed === undefined) return;
  // A key's feed may be another system's: what is polled and committed is lost to it. Ours is the one we registered.
  if ((await readRegistration(store, connectionId)).feedRegisteredAt === null) {
    await finish({}, { how: 'again', delayMs: everyMs, lane: oms.laneOf() });
    return;
  }
  if (!(await waitInLane(context, oms.laneOf()))) return;
  let taken = 0;
  let isEmpty = false;
  try {
    ({ taken, isEmpty } = await drain(payload, oms.connection, oms.laneOf('orders'), context));
  } catch (error) {
    if (!(error instanceof Failure) || !error.code.endsWith('.feed_missing')) throw error;
    await oms.connection.registerFeed?.();
    log.warn({ merchantId, connectionId }, 'feed.registered');
  }
  if (taken > 0) log.debug({ connectionId, taken }, 'feed.polled');
  await finish(
    { writes: successWrites(store, connectionId) },
    { how: 'again', delayMs: isEmpty ? everyMs : 0, lane: oms.laneOf() },
  );
});

/** Each event is stored before it is committed at the OMS; one that comes again is recognised by its id. */
async function drain(
  { merchantId, connectionId }: Payload,
  oms: OmsConnection,
  lane: string,
  { store }: Context,
): Promise<{ taken: number; isEmpty: boolean }> {
  let taken = 0;
  let empty = 0;
  for (let batch = 0; batch < batchesMax && empty < emptyMax; batch += 1) {
    const messages = (await oms.pollFeed?.()) ?? [];
    if (messages.length === 0) {
      empty += 1;
      continue;
    }
    for (const { messageId, body } of messages) {
      await acceptMessage(store, {
        merchantId,
        connectionId,
        messageId,
        body: Buffer.from(body),
        work: (inboxId) => makeEntry(orderImport, { merchantId, connectionId, inboxId }, { lane }),
      });
    }
    await oms.commitFeed?.(messages.map(({ handle }) => handle));
    taken += messages.length;
  }
  return { taken, isEmpty: empty >= emptyMax };
}

/** The connection is gone: so is the chain. */
function nullWhenMissing(error: unknown): null {
  if (error instanceof Failure && error.code === 'connection.missing') return null;
  throw error;
}
