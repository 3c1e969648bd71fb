import { Failure } from '../src/domain/failure.ts';
import type { Service } from '../src/domain/service.ts';
import type { ServiceTelling } from '../src/connectors/last-mile/port.ts';
import type { OpenLastMile, WorkerDeps } from '../src/fulfilment/deps.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';
import { performServiceEffect } from '../src/queues/perform-service-effect.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { serviceUpdate } from '../src/queues/service-update.ts';
import { successWrites } from '../src/store/connections.ts';
import { digest } from '../src/store/deps.ts';
import { openAgent, openComment, openPaper, readService, type StoredService } from '../src/store/services.ts';

type Context = JobContext<WorkerDeps>;
interface Payload extends Record<string, unknown> {
  merchantId: string;
  connectionId: string;
  serviceId: string;
}

/** A service that the platform does not know may be one that it is still writing down. */
const unknownForMs = 30 * 60_000;
const unknownRetryMs = 5_000;
/** States that follow each other faster than they can be told: the rest is the next run's. */
const roundsMax = 5;

export default defineWorker<WorkerDeps, Payload>(serviceUpdate, async (payload, context) => {
  const { serviceId, merchantId, connectionId } = payload;
  const { store, deps, signal, finish } = context;
  const stored = await readService(store, serviceId);
  if (stored === null) return;
  const platform = await deps.openLastMile(store, merchantId, connectionId, signal);
  if (!(await waitInLane(context, platform.laneOf()))) return;
  const { service } = stored;
  // A service that it has just asked for is not there yet, and one that it cancels would be canceled twice.
  const earlyMs = Date.parse(service.askedAt) + platform.policy.tellAfterMs - store.clock.now();
  if (earlyMs > 0) {
    await finish({}, { how: 'retry', delayMs: earlyMs, counted: false });
    return;
  }
  try {
    await tellAll(service, platform, context);
  } catch (error) {
    throw laterWhereYoung(error, service, store.clock.now());
  }
  await finish({ writes: successWrites(store, connectionId) });
});

/** The newest state first, and what explains it behind it. */
async function tellAll(service: Service, platform: OpenLastMile, context: Context): Promise<void> {
  // What an earlier run may have shown comes first: another effect in between, and nobody would know any more.
  const open = service.intents[platform.record.id]?.effect;
  for (const { id } of service.papers) if (open === showing(id)) await showPaper(service.id, id, platform, context);
  let latest: Service | null = service;
  for (let round = 0; round < roundsMax && latest !== null; round += 1)
    latest = await tellState(latest, platform, context);
  for (const { id } of ((await readService(context.store, service.id))?.service ?? service).papers) {
    await showPaper(service.id, id, platform, context);
  }
}

const laterWhereYoung = (error: unknown, { createdAt, id }: Service, nowMs: number): unknown =>
  error instanceof Failure && error.code.endsWith('.service_not_found') && nowMs - Date.parse(createdAt) < unknownForMs
    ? new Failure('transient', error.code, 'the platform does not know the service yet', {
        retryAfterMs: unknownRetryMs,
        detail: { serviceId: id },
      })
    : error;

const refOf = ({ carrierId, id }: Service) => ({ carrierId, serviceId: id });

/** Null when there was nothing to tell. */
async function tellState(service: Service, platform: OpenLastMile, context: Context): Promise<Service | null> {
  const { store } = context;
  const { connection, connector, settings, record } = platform;
  const tellingOf = async (stored: StoredService): Promise<ServiceTelling> =>
    connector.tell(
      stored.service,
      { agent: await openAgent(store, stored), comment: await openComment(store, stored) },
      settings,
    );
  const current = await readService(store, service.id);
  if (current === null || isTold(current.service, await tellingOf(current))) return null;
  return performServiceEffect(context, {
    serviceId: service.id,
    connectionId: record.id,
    name: 'service.tell',
    unless: () => false,
    act: async (stored) => {
      const telling = await tellingOf(stored);
      const ref = refOf(stored.service);
      if (telling.by === 'update') await connection.update(ref, telling.body);
      // Nothing says what a second one does; and the platform may have canceled or held it itself.
      else if ((await connection.read(ref))?.status !== stored.service.status)
        await connection[telling.by](ref, telling.why);
      return { status: stored.service.status, update: digestOfTelling(telling) };
    },
    record: ({ service: latest }, told) => ({ service: { ...latest, told } }),
  });
}

const isTold = ({ status, told }: Service, telling: ServiceTelling): boolean =>
  told.status === status && (telling.by !== 'update' || told.update === digestOfTelling(telling));

const digestOfTelling = (telling: ServiceTelling): string | null =>
  telling.by === 'update' ? digest(JSON.stringify(telling.body)) : null;

const showing = (paperId: string): string => `service.show.${paperId}`;

/** Once: where an earlier run may have done it, the platform shows whether it has. */
async function showPaper(serviceId: string, paperId: string, platform: OpenLastMile, context: Context): Promise<void> {
  const { store } = context;
  const { connection, record } = platform;
  const find = ({ papers }: Service) => papers.find(({ id, told }) => id === paperId && !told);
  await performServiceEffect(context, {
    serviceId,
    connectionId: record.id,
    name: showing(paperId),
    unless: (service) => find(service) === undefined,
    act: async (stored, unsure) => {
      const paper = find(stored.service);
      const body = await openPaper(store, stored, paperId);
      if (paper === undefined || body === null) return;
      const ref = refOf(stored.service);
      if (unsure && isThere(await connection.read(ref), body)) return;
      await connection.show(ref, paper.kind, body);
    },
    record: ({ service }) => ({
      service: { ...service, papers: service.papers.map((one) => (one.id === paperId ? { ...one, told: true } : one)) },
    }),
  });
}

function isThere(
  there: Awaited<ReturnType<OpenLastMile['connection']['read']>>,
  body: Readonly<Record<string, unknown>>,
): boolean {
  if (there === null) return false;
  if ('id' in body) return there.labelIds.some((id) => id === body['id']);
  const text = body['note'] ?? body['content'];
  return there.texts.some((known) => known === text);
}
