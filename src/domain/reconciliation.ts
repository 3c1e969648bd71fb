import { arePicksSettled, type Vocabularies } from './order-change.ts';
import { isBeingCanceled, type Order } from './order.ts';
import { isTerminal, statusTable } from './order-status.ts';
import { resolveStatus } from './resolve-status.ts';

/** What can be found amiss, and what is done about it. */
export const repairKinds = [
  'order', 'status', 'oms', 'picks', 'content', 'dispatch', 'cancellation', 'modification', 'hook', 'feed', 'problem',
] as const; // prettier-ignore
export type RepairKind = (typeof repairKinds)[number];

export const doneAbout: Readonly<Record<RepairKind, string>> = {
  order: 'imported',
  status: 'taken over',
  oms: 'taken over',
  picks: 'taken over and settled',
  content: 'passed on to the fulfilment system',
  dispatch: 'taken over',
  cancellation: 'passed on to the other side',
  modification: 'asked of the OMS again',
  hook: 'registered anew',
  feed: 'registered anew',
  problem: 'told: somebody has to act',
};

/** What was not as the partner has it, and is now. */
export interface Repair {
  what: RepairKind;
  /** What stood here, and what the partner says; null where there was nothing. */
  from: string | null;
  to: string | null;
}

/** What a read of a partner changed: nothing, where we had heard all of it. */
export function findRepairs(before: Order, after: Order): Repair[] {
  const known = new Set(before.problems.map(({ code }) => code));
  const changes: Repair[] = [
    { what: 'status', from: before.status, to: after.status },
    { what: 'oms', from: before.oms?.state ?? null, to: after.oms?.state ?? null },
    { what: 'picks', from: countPicks(before), to: countPicks(after) },
    { what: 'content', from: contentOf(before), to: contentOf(after) },
    { what: 'cancellation', from: before.cancellation?.state ?? null, to: after.cancellation?.state ?? null },
    { what: 'dispatch', from: before.fulfilment?.jobId ?? null, to: after.fulfilment?.jobId ?? null },
    ...after.problems
      .filter(({ code }) => !known.has(code))
      .map(({ code }): Repair => ({ what: 'problem', from: null, to: code })),
  ];
  return changes.filter(({ from, to }) => from !== to);
}

const contentOf = ({ pending, contentVersion }: Order): string =>
  `version ${String(pending?.contentVersion ?? contentVersion)}`;

/** Picks are settled as a whole; a pick that came to be another one is told by what it weighs and costs. */
function countPicks({ pickedItems }: Order): string {
  const units = pickedItems.reduce((sum, { quantity }) => sum + quantity, 0);
  const minor = pickedItems.reduce((sum, { price_cents }) => sum + price_cents, 0);
  return `${pickedItems.length} picks, ${units} units, ${minor}`;
}

/** An order as a row of its fulfilment system's list shows it. */
export interface ListedJob {
  externalRef: string;
  jobId: string;
  /** The attempt that the row tells of, and its present word, as evidence has them. */
  subject: string;
  code: string;
}

/**
 * The row shows nothing that we have not heard, and there is nothing that a row does not show: what was picked, and whether
 * an amendment was kept, only a read of the order tells.
 */
export function isAsListed(order: Order, { jobId, subject, code }: ListedJob): boolean {
  const { fulfilment, evidence, status, contentVersion, pending } = order;
  if (fulfilment?.jobId !== jobId || pending !== undefined || contentVersion > 1) return false;
  if (isBeingCanceled(order) || arePicksSettled(evidence)) return false;
  if (statusTable[status].rank >= statusTable.READY_FOR_PACKING.rank) return false;
  const last = evidence.findLast((known) => known.system === fulfilment.connector && known.subject === subject);
  return last?.code === code;
}

/** The fulfilment system has it, and has more to tell or to be told. */
export function isWorthReadingThere({ status, fulfilment, evidence }: Order, vocabularies: Vocabularies): boolean {
  if (fulfilment === undefined || fulfilment.submittedContentVersion === 0) return false;
  if (!isTerminal(status)) return true;
  // Canceled, by what others say: does it say so, too?
  const own = evidence.filter(({ system }) => system === fulfilment.connector);
  return status === 'CANCELED' && resolveStatus(own, vocabularies).status !== 'CANCELED';
}

/** Its OMS has more to tell or to be told: until it is invoiced or canceled there, too. */
export const isWorthReadingAtOms = ({ status, oms, invoiceStatus }: Order): boolean => {
  if (oms === undefined) return false;
  if (!isTerminal(status)) return true;
  if (status === 'CANCELED') return oms.canceledAt === undefined && oms.cancelRefusedAt === undefined;
  return invoiceStatus !== 'invoiced';
};
