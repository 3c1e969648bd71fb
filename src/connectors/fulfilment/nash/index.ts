import type { Evidence } from '../../../domain/evidence.ts';
import { Failure } from '../../../domain/failure.ts';
import { isAmendable } from '../../../domain/order-status.ts';
import { toInstant } from '../../../platform/clock.ts';
import type { ConnectorIo } from '../../io.ts';
import type {
  AmendOutcome,
  CancelOutcome,
  FulfilmentConnection,
  FulfilmentConnector,
  FulfilmentRef,
  FulfilmentSnapshot,
  OrderToFulfil,
} from '../port.ts';
import { makeCatalog } from './catalog-client.ts';
import { changesDropped, keepsLines } from './changes-dropped.ts';
import { NashClient } from './client.ts';
import { deliveriesPerCallMax, tellDeliveries } from './fleet.ts';
import { fleetWords } from './fleet-statuses.ts';
import {
  isArchived,
  isDispatched,
  jobIdOf,
  ownerOf,
  partOf,
  statusOf,
  toListedJobs,
  toSnapshot,
  type Seen,
} from './mapper.ts';
import { fromAmendment, fromOrder } from './order-body.ts';
import { NashSettingsSchema, toBaseUrl, type NashSettings } from './settings.ts';
import { unpickedWords, vocabulary } from './statuses.ts';
import { alreadyDispatched, codeOf, isStateRefusal } from './state-refusals.ts';
import { webhook } from './webhook.ts';
import type { WireJob } from './wire.ts';

/**
 * Nash Pick and Pack. The reference of an order is the merchant's own externalId: sending the same order again, from
 * whatever is left of our own data, finds the one that Nash has and never makes a second.
 */
export const nash: FulfilmentConnector<NashSettings> = {
  id: 'nash',
  kind: 'fulfilment',
  title: 'Nash Pick and Pack',
  settings: NashSettingsSchema,
  vocabulary,
  takesCatalog: true,
  fleet: { words: fleetWords, perCallMax: deliveriesPerCallMax },
  // Limits are set per organisation. Without its id, the key is all that tells organisations apart.
  account: (settings) => [toBaseUrl(settings), settings.orgId ?? settings.apiKey].join('\n'),
  budgets: ({ requestsPerSecond, catalogRequestsPerSecond, rateMarginPercent: marginPercent }) => ({
    default: { calls: requestsPerSecond, perMs: 1_000, marginPercent },
    catalog: { calls: catalogRequestsPerSecond, perMs: 1_000, marginPercent },
  }),
  urls: (settings) => [toBaseUrl(settings)],
  connect,
  webhook,
};

/** Every method whose effect depends on Nash's state begins with a look, so each may be repeated after any failure. */
function connect(settings: NashSettings, io: ConnectorIo): FulfilmentConnection {
  const client = new NashClient(settings, io);
  const receivedAt = (): string => toInstant(io.nowMs());

  async function look(ref: FulfilmentRef): Promise<Seen> {
    const known = ref.jobId === undefined ? null : await orNull(client.getJob(ref.jobId));
    if (known !== null && statusOf(known, ref.externalRef) !== 'CANCELED') return { order: null, job: known };
    // An externalId that begins with `ord_` would be taken for an id of Nash's; its own id cannot be mistaken.
    const order = await orNull(client.getOrder(ref.partnerOrderId ?? ref.externalRef));
    const jobId = jobIdOf(order);
    // A canceled job is the last word unless the order was dispatched anew (undispatched first), under another job.
    if (known !== null && (!isDispatched(order) || jobId === known.id)) return { order: null, job: known };
    if (!isDispatched(order)) return { order, job: null };
    const job = jobId === undefined ? client.getJobByExternalId(ref.externalRef) : client.getJob(jobId);
    return { order, job: await orNull(job) };
  }

  const snapshotOf = (seen: Seen, externalRef: string): FulfilmentSnapshot => {
    const snapshot = toSnapshot(seen, externalRef, receivedAt());
    if (snapshot !== null) return snapshot;
    throw new Failure('transient', 'nash.order_vanished', 'Nash had this order a moment ago and now has not');
  };

  /** Looks before it writes: an upsert would put this order in the place of another one with the same externalId. */
  async function submit(order: OrderToFulfil): Promise<FulfilmentSnapshot> {
    const { externalRef } = order;
    const seen = await look({ externalRef });
    refuseTaken(seen, order.id);
    if (isArchived(seen.order)) return { ...snapshotOf(seen, externalRef), needsAttention: archived };
    if (isDispatched(seen.order)) return snapshotOf(seen, externalRef);
    try {
      const upserted = await client.upsertOrder(externalRef, fromOrder(order, settings));
      return snapshotOf({ order: upserted, job: null }, externalRef);
    } catch (error) {
      if (codeOf(error) !== alreadyDispatched) throw error;
      return snapshotOf(await look({ externalRef }), externalRef);
    }
  }

  async function dispatch(ref: FulfilmentRef): Promise<FulfilmentSnapshot> {
    try {
      return snapshotOf({ order: null, job: await client.dispatchOrder(ref.externalRef) }, ref.externalRef);
    } catch (error) {
      if (codeOf(error) !== alreadyDispatched) throw error;
      return snapshotOf(await look(ref), ref.externalRef);
    }
  }

  async function amend(ref: FulfilmentRef, order: OrderToFulfil): Promise<AmendOutcome> {
    const seen = await look(ref);
    refuseTaken(seen, order.id);
    if (seen.job !== null) return amendJob(seen.job, ref, order);
    if (isArchived(seen.order)) return { amended: false, ...archived };
    if (isDispatched(seen.order)) throw jobMissing();
    const snapshot = await submit(order);
    // Dispatched between the look and the upsert, which then changed nothing.
    return snapshot.dispatched ? amend({ ...ref, jobId: snapshot.jobId }, order) : { amended: true, snapshot };
  }

  async function amendJob(
    before: WireJob,
    { externalRef }: FulfilmentRef,
    order: OrderToFulfil,
  ): Promise<AmendOutcome> {
    const status = statusOf(before, externalRef);
    if (!isAmendable(status)) return { amended: false, code: 'nash.too_late', detail: `Nash has it at ${status}` };
    try {
      await client.updateJob(before.id, partOf(before, externalRef), fromAmendment(order));
    } catch (error) {
      if (!isStateRefusal(error)) throw error;
      return { amended: false, code: error.code, detail: error.message };
    }
    // Changes that Nash or the fleet does not take are dropped with a 200: what counts is what a read says afterwards.
    const job = await client.getJob(before.id);
    const dropped = changesDropped(job, order);
    if (dropped.length > 0) {
      return { amended: false, code: 'nash.change_dropped', detail: `Nash kept the old ${dropped.join(', ')}` };
    }
    return { amended: true, snapshot: snapshotOf({ order: null, job }, externalRef) };
  }

  /**
   * Nash has no cancel for orders: before the dispatch they are archived, after it their job is canceled. Archiving the
   * order of a courier who is already under way would look like success, hence the look first.
   */
  async function cancel(ref: FulfilmentRef): Promise<CancelOutcome> {
    const seen = await look(ref);
    if (isStopped(seen, ref.externalRef)) return { canceled: true, evidence: evidenceOf(seen, ref) };
    try {
      return { canceled: true, evidence: evidenceOf(await stop(seen, ref), ref) };
    } catch (error) {
      if (!isStateRefusal(error)) throw error;
      const now = await look(ref);
      if (isStopped(now, ref.externalRef)) return { canceled: true, evidence: evidenceOf(now, ref) };
      // Dispatched between the look and the call.
      if (seen.job === null && now.job !== null) return cancel({ ...ref, jobId: now.job.id });
      return { canceled: false, code: error.code, detail: error.message };
    }
  }

  async function stop({ order, job }: Seen, { externalRef }: FulfilmentRef): Promise<Seen> {
    if (job !== null) return { order: null, job: await client.cancelJob(job.id, partOf(job, externalRef)) };
    if (isDispatched(order)) throw jobMissing();
    return { order: await client.archiveOrder(order?.id ?? externalRef), job: null };
  }

  const evidenceOf = (seen: Seen, { externalRef }: FulfilmentRef): readonly Evidence[] =>
    toSnapshot(seen, externalRef, receivedAt())?.evidence ?? [];

  return {
    async test() {
      await client.listOrders(1);
      return { account: [settings.orgId, new URL(toBaseUrl(settings)).host].filter(Boolean).join(' at ') };
    },
    submit,
    dispatch,
    async find(ref) {
      const seen = await look(ref);
      const snapshot = toSnapshot(seen, ref.externalRef, receivedAt());
      const keeps = keepsLines(seen.job, ref);
      return snapshot === null || keeps === undefined ? snapshot : { ...snapshot, keepsLines: keeps };
    },
    amend,
    cancel,
    async listOpen(since, cursor) {
      const offset = Number(cursor ?? 0);
      const { results } = await client.listJobs({
        limit: String(pageMax),
        offset: String(offset),
        sortBy: 'created_at',
        // What is new comes at the end, so that nothing is passed over.
        sortDirection: 'ASC',
        startDate: since,
        deliveryStatuses: unpickedWords.join(),
      });
      return { jobs: toListedJobs(results), cursor: results.length < pageMax ? null : String(offset + pageMax) };
    },
    async missedMessages(after, cursor) {
      const iterator = cursor === null ? {} : { iterator: cursor };
      const page = await client.listMessages({ after, limit: '250', withContent: 'true', ...iterator });
      const messages = page.results.flatMap(({ id, payload }) =>
        // Contents are dropped after a while; their orders are still read when nothing is heard of them for long.
        payload === null || payload === undefined ? [] : [{ id, body: JSON.stringify(payload) }],
      );
      const next = page.done === true || page.iterator === cursor ? null : (page.iterator ?? null);
      return { messages, cursor: next };
    },
    ...(settings.ownFleet ? { tellDeliveries: (told) => tellDeliveries(client, told) } : {}),
    catalog: makeCatalog(settings, io),
  };
}

/** "limit ≤ 100" (OpenAPI, "List/Search Jobs"). */
const pageMax = 100;

const archived = { code: 'nash.order_archived', detail: 'somebody archived this order at Nash before its dispatch' };

const jobMissing = (): Failure =>
  new Failure('transient', 'nash.job_missing', 'Nash calls this order dispatched and does not show its job yet');

/** Null for "not there" (`nash.missing`), which a refused key or a proxy's 404 never is. */
async function orNull<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (codeOf(error) === 'nash.missing') return null;
    throw error;
  }
}

/** Two sources may number their orders alike. What proves a stranger is another Packline order's id, and only that. */
function refuseTaken(seen: Seen, orderId: string): void {
  const owner = ownerOf(seen);
  if (owner === undefined || owner === orderId) return;
  const message = 'Another Packline order has this externalId at Nash; nothing was changed there';
  throw new Failure('rejected', 'nash.external_id_taken', message, { detail: { owner } });
}

/** Nothing there, archived, or a job that was called off already. */
const isStopped = ({ order, job }: Seen, externalRef: string): boolean =>
  job === null ? order === null || isArchived(order) : statusOf(job, externalRef) === 'CANCELED';
