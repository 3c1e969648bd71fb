import { Failure } from '../src/domain/failure.ts';
import type { OpenOms, WorkerDeps } from '../src/fulfilment/deps.ts';
import { countCalls, reportLook } from '../src/fulfilment/report-look.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';
import { checkEveryMs, connectionCheck } from '../src/queues/connection-check.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { readRegistration, registrationWrites, successWrites, type Registration } from '../src/store/connections.ts';

type Context = JobContext<WorkerDeps>;

/**
 * OMSs drop hooks and queues that were quiet for some days. What the merchant had registered is looked for once a day, and
 * registered again where it is gone; what never was registered is left alone.
 */
interface Payload extends Record<string, unknown> {
  merchantId: string;
  connectionId: string;
  once?: boolean | undefined;
  reconciliationId?: string | undefined;
}

export default defineWorker<WorkerDeps, Payload>(
  connectionCheck,
  async ({ merchantId, connectionId, once = false, reconciliationId }, context) => {
    const { store, deps, signal, log } = context;
    const oms = await deps.openOms(store, merchantId, connectionId, signal).catch((error: unknown) => {
      if (error instanceof Failure && error.code === 'connection.missing') return null;
      throw error;
    });
    if (oms === null) {
      await reportLook(context, { reconciliationId, system: '' }).finish({});
      return;
    }
    if (!(await waitInLane(context, oms.laneOf()))) return;
    const registration = await readRegistration(store, connectionId);
    const look = { reconciliationId, connectionId, system: oms.connector.id };
    const restored = await countCalls(context, look, async (onCall) => {
      const opened = await deps.openOms(store, merchantId, connectionId, signal, { onCall, class: context.class });
      return [...(await checkHook(opened, registration, context)), ...(await checkFeed(opened, registration))];
    });
    const report = reportLook(context, look);
    report.found(
      restored.map((what) => ({ what, from: 'gone', to: 'registered' })),
      null,
    );
    if (restored.length > 0) log.warn({ merchantId, connectionId, restored }, 'connection.restored');
    await report.finish(
      {
        writes: [
          ...successWrites(store, connectionId),
          ...registrationWrites(store, connectionId, restored.length > 0 ? ['checkedAt', 'restoredAt'] : ['checkedAt']),
        ],
      },
      once ? { how: 'ack' } : { how: 'again', delayMs: checkEveryMs, lane: oms.laneOf() },
    );
  },
);

async function checkHook(
  { connection, policy, record }: OpenOms,
  { hookRegisteredAt }: Registration,
  { store, deps }: Context,
): Promise<'hook'[]> {
  if (!policy.hook || hookRegisteredAt === null || connection.readHook === undefined) return [];
  const url = deps.webhookUrlOf(store, record);
  const known = await connection.readHook();
  if (known?.url === url && known.matches) return [];
  // An earlier URL of ours (its token was rotated) may be replaced; what somebody else made in the meantime is theirs.
  if (known !== null && !known.url.startsWith(url.slice(0, url.lastIndexOf('/') + 1))) {
    throw new Failure(
      'rejected',
      'connection.hook_taken',
      'the hook of this key goes elsewhere now: register it again',
    );
  }
  await connection.registerHook?.(url);
  return ['hook'];
}

async function checkFeed({ connection, policy }: OpenOms, { feedRegisteredAt }: Registration): Promise<'feed'[]> {
  if (policy.feedPollMs === null || feedRegisteredAt === null || connection.readFeed === undefined) return [];
  if ((await connection.readFeed())?.matches === true) return [];
  await connection.registerFeed?.();
  return ['feed'];
}
