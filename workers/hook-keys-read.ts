import { Failure, toFailure } from '../src/domain/failure.ts';
import { hearHookKeys } from '../src/domain/hook-keys.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';
import { hookKeysRead } from '../src/queues/hook-keys-read.ts';
import { defineWorker } from '../src/queues/run-worker.ts';
import { hookKeysWrites, readHookKeys } from '../src/store/hook-keys.ts';

interface Payload extends Record<string, unknown> {
  merchantId: string;
  connectionId: string;
}

export default defineWorker<WorkerDeps, Payload>(hookKeysRead, async ({ merchantId, connectionId }, context) => {
  const { store, deps, signal, finish, log } = context;
  const options = { evenPaused: true, class: context.class } as const;
  const carrier = await deps.openCarrier(store, merchantId, connectionId, signal, options).catch(nullWhenMissing);
  if (carrier?.connection.readWebhookKeys === undefined) return;
  if (!(await waitInLane(context, carrier.laneOf()))) return;
  try {
    const listed = await carrier.connection.readWebhookKeys();
    const known = hearHookKeys(await readHookKeys(store, connectionId), listed, store.clock.now());
    await finish({ writes: hookKeysWrites(store, connectionId, known) });
  } catch (error) {
    const { kind, code } = toFailure(error);
    if (signal.aborted || kind === 'aborted' || kind === 'throttled' || code === 'packline.unexpected') throw error;
    log.warn({ connectionId, code }, 'hookKeys.notRead');
  }
});

function nullWhenMissing(error: unknown): null {
  if (error instanceof Failure && error.code === 'connection.missing') return null;
  throw error;
}
