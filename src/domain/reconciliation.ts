import type { Order } from './order.ts';

/** What of an order was not as its partner has it, and is now. */
export interface Repair {
  what: 'status' | 'oms' | 'picks' | 'content' | 'cancellation' | 'dispatch' | 'problem';
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
