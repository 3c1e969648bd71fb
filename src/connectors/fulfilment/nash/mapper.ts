import * as z from 'zod';
import { mergeEvidence, type Evidence } from '../../../domain/evidence.ts';
import { Failure } from '../../../domain/failure.ts';
import { resolveStatus } from '../../../domain/resolve-status.ts';
import type { ListedJob } from '../../../domain/reconciliation.ts';
import { isNeverInvoiced, statusTable, type OrderStatus } from '../../../domain/order-status.ts';
import type { FulfilmentSnapshot } from '../port.ts';
import { lacking, toPickedItems, type Picks } from './picked-items.ts';
import { isOver, isPicked, toCode, vocabulary } from './statuses.ts';
import {
  fieldPathsOf,
  type JobListSchema,
  type WireConfiguration,
  type WireDelivery,
  type WireJob,
  type WireOrder,
  type WireTask,
} from './wire.ts';

export const system = 'nash';

/** What was found at Nash under one reference. The job exists once the order was dispatched. */
export interface Seen {
  order: WireOrder | null;
  job: WireJob | null;
}

const ZonelessTimeSchema = z.iso.datetime({ local: true, offset: true });

/**
 * Nash's time as an instant. Its times are UTC with microseconds and bear no zone (`2026-01-15T01:02:03.123456`), which
 * JavaScript would read as local time; windows come back as they were given, with one. Null for what is no time.
 */
export function toInstant(time: string | null | undefined): string | null {
  const read = ZonelessTimeSchema.safeParse(time);
  if (!read.success) return null;
  const zoned = /(?:Z|[+-]\d{2}:\d{2})$/.test(read.data) ? read.data : `${read.data}Z`;
  return new Date(zoned).toISOString();
}

/** What Nash says of the order, from the order, its job or both. Null for nothing. */
export function toSnapshot({ order, job }: Seen, externalRef: string, receivedAt: string): FulfilmentSnapshot | null {
  if (order === null && job === null) return null;
  const told = job ?? toJob(order);
  const picks = told === null ? null : toPicks(told, externalRef);
  return {
    partnerOrderId: order?.id ?? textOf(job?.job_metadata, 'nash_order_id'),
    jobId: job?.id,
    dispatched: job !== null || isDispatched(order),
    evidence: mergeEvidence(
      order === null ? [] : [makeEvidence('order', order.status, null, receivedAt)],
      told === null ? [] : toEvidence(told, externalRef, receivedAt),
    ),
    pickedItems: picks?.items ?? null,
    needsAttention: toAttention(order, picks) ?? (told === null ? null : toSilence(told, externalRef)),
  };
}

/** The deliveries that an order brings itself, as its job would. */
const toJob = (order: WireOrder | null): WireJob | null =>
  order === null || (order.deliveries ?? []).length === 0
    ? null
    : { id: order.id, job_configurations: [{ tasks: order.deliveries?.map((delivery) => ({ delivery })) }] };

export const isDispatched = (order: WireOrder | null): boolean =>
  order !== null && toCode(order.status) === 'dispatched';
export const isArchived = (order: WireOrder | null): boolean => order !== null && toCode(order.status) === 'archived';

/** The job of a dispatched order: "the associated Nash job is found in order_metadata" (Nash, "Orders"). */
export const jobIdOf = (order: WireOrder | null): string | undefined => textOf(order?.order_metadata, 'nash_job_id');

/** The Packline order that what was found belongs to; undefined when it does not say (`fromOrder` writes it). */
export const ownerOf = ({ order, job }: Seen): string | undefined =>
  textOf(order?.order_metadata, 'packline_order_id') ?? textOf(job?.job_metadata, 'packline_order_id');

function textOf(record: Record<string, unknown> | null | undefined, key: string): string | undefined {
  const value = record?.[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Their messages may quote the customer's address or phone: only the names of the fields are passed on. */
function toAttention(order: WireOrder | null, picks: Picks | null): FulfilmentSnapshot['needsAttention'] {
  if (order !== null && toCode(order.status) === 'needs_attention') {
    const fields = fieldPathsOf(order.validation_errors).join(', ');
    return { code: 'nash.needs_attention', detail: `to be corrected at Nash: ${fields === '' ? 'not said' : fields}` };
  }
  if (picks === null || picks.unreadable === null) return null;
  return { code: 'nash.picks_unreadable', detail: `the list of picked items lacks ${picks.unreadable}` };
}

/** The picker left with the goods, and the list of them is not there, or is null: nobody can be charged for it. */
function toSilence(job: WireJob, externalRef: string): FulfilmentSnapshot['needsAttention'] {
  const status = statusOf(job, externalRef);
  const hasLeft = !isNeverInvoiced(status) && statusTable[status].rank >= statusTable.ON_ROUTE.rank;
  if (!hasLeft || toPicks(job, externalRef) !== null) return null;
  return { code: 'nash.picks_missing', detail: 'the goods have left the store, and nobody says what was picked' };
}

/**
 * All that a job says of one order, whichever hook or read brought it: each delivery's history, its present status where
 * the history lacks it (undated), and tasks that ended before they had a delivery.
 *
 * Such tasks count only when no other task still waits for its delivery: what is said once stays said, and a task that
 * merely waits would live on beside the delivery that it becomes.
 */
export function toEvidence(job: WireJob, externalRef: string, receivedAt: string): readonly Evidence[] {
  const deliveries = deliveriesOf(job, externalRef).flatMap((delivery) => {
    const subject = subjectOf(delivery.id);
    return statusesOf(delivery).map(({ word, at }) => makeEvidence(subject, word, at, receivedAt));
  });
  const waiting = tasksOf(job, externalRef).filter((task) => (task.delivery ?? null) === null);
  const tasks = waiting.every((task) => isOver(task.status ?? ''))
    ? waiting.map((task) => makeEvidence(`task:${task.id ?? job.id}`, task.status ?? '', null, receivedAt))
    : [];
  return mergeEvidence(deliveries, tasks);
}

/** Rows of Nash's list of jobs. */
export const toListedJobs = (rows: z.infer<typeof JobListSchema>['results']): ListedJob[] =>
  rows.flatMap((row) => {
    if (row === null) return [];
    const { id: jobId, external_identifier: externalRef, delivery } = row;
    return [{ externalRef, jobId, subject: subjectOf(delivery.id), code: toCode(delivery.status) }];
  });

/** One attempt, as evidence names it. */
const subjectOf = (deliveryId: string): string => `delivery:${deliveryId}`;

/** Where a job alone puts the order. */
export const statusOf = (job: WireJob, externalRef: string): OrderStatus =>
  resolveStatus(toEvidence(job, externalRef, ''), { [system]: vocabulary }).status;

export const makeEvidence = (
  subject: string,
  word: string,
  occurredAt: string | null,
  receivedAt: string,
): Evidence => ({
  system,
  subject,
  code: toCode(word),
  occurredAt,
  receivedAt,
});

/** A job may hold several orders (dispatched together they become one job): those parts that are this order's. */
export function configurationsOf(job: WireJob, externalRef: string): readonly WireConfiguration[] {
  const own = job.job_configurations.filter((part) => part.package?.external_identifier === externalRef);
  return own.length > 0 ? own : job.job_configurations;
}

/**
 * The part of a job of several orders that is this order's, undefined for a job of its own. Changing or canceling the
 * whole job would change or cancel the others.
 * @throws Failure `rejected` `nash.job_shared` when the parts do not say whose they are
 */
export function partOf(job: WireJob, externalRef: string): string | undefined {
  if (job.job_configurations.length < 2) return undefined;
  const [own, another] = configurationsOf(job, externalRef);
  if (another === undefined && typeof own?.id === 'string') return own.id;
  throw new Failure(
    'rejected',
    'nash.job_shared',
    'The job at Nash holds several orders and does not say which is which',
  );
}

const tasksOf = (job: WireJob, externalRef: string): readonly WireTask[] =>
  configurationsOf(job, externalRef).flatMap((part) => part.tasks ?? []);

/** Every copy of every delivery: Nash prints the present one twice, with its task and with the configuration. */
export const deliveriesOf = (job: WireJob, externalRef: string): readonly WireDelivery[] =>
  configurationsOf(job, externalRef).flatMap(deliveriesIn);

const deliveriesIn = ({ tasks, delivery, deliver }: WireConfiguration): WireDelivery[] =>
  [...(tasks ?? []).map((task) => task.delivery), delivery, deliver].flatMap((copy) => copy ?? []);

/** The history, and the present status as the last word. */
function statusesOf({ status, status_history }: WireDelivery): { word: string; at: string | null }[] {
  const history = (status_history ?? []).flatMap((entry) =>
    isWord(entry.status) ? [{ word: entry.status, at: toInstant(entry.created_at) }] : [],
  );
  return isWord(status) ? [...history, { word: status, at: null }] : history;
}

const isWord = (word: string | null | undefined): word is string => typeof word === 'string' && word.trim() !== '';

/**
 * What was picked, in all parts of the job that are this order's: null while nobody said, or while this very job has not got
 * as far as the picker's end: such a list is of picks so far, and may be told after a later one. Nor is an empty list of a
 * picker who gave up an answer: Nash prints it for "not by this one".
 */
export function toPicks(job: WireJob, externalRef: string): Picks | null {
  const parts = configurationsOf(job, externalRef);
  const isOurs = parts.length === 1 || job.external_identifier === externalRef;
  if (!isOurs && parts.every((part) => part.package?.external_identifier !== externalRef)) {
    const said = parts.some((part) => bagOf(deliveriesIn(part)) !== undefined);
    return said ? lacking('which part of the job is this order’s') : null;
  }
  const bags = new Map(parts.flatMap((part) => toEntry(bagOf(deliveriesIn(part)))));
  if (bags.size === 0 || ![...bags.values()].every(isDone)) return null;
  const rows: unknown[] = [];
  for (const { picked_items } of bags.values()) {
    if (!Array.isArray(picked_items)) return lacking('picked_items');
    rows.push(...picked_items);
  }
  return rows.length > 0 || ![...bags.values()].some(hasEnded) ? toPickedItems(rows) : null;
}

const toEntry = (bag: WireDelivery | undefined): [string, WireDelivery][] => (bag === undefined ? [] : [[bag.id, bag]]);

/** The delivery whose bag counts: the live attempt's, and when none lives, the last one's that picked anything. */
function bagOf(deliveries: readonly WireDelivery[]): WireDelivery | undefined {
  const alive = deliveries.filter((delivery) => !hasEnded(delivery));
  const candidates = (alive.length > 0 ? alive : deliveries).filter(({ picked_items: told }) => told !== null && told !== undefined); // prettier-ignore
  const filled = candidates.findLast(({ picked_items: told }) => !Array.isArray(told) || told.length > 0);
  return filled ?? candidates.at(-1);
}

const hasEnded = (delivery: WireDelivery): boolean => isOver(statusesOf(delivery).at(-1)?.word ?? '');
const isDone = (delivery: WireDelivery): boolean => statusesOf(delivery).some(({ word }) => isPicked(word));
