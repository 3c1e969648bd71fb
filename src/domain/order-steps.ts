import type { Evidence } from './evidence.ts';
import type { Vocabularies } from './order-change.ts';
import type { Order } from './order.ts';
import { statusTable, type OrderStatus } from './order-status.ts';
import { ownSystem, ownVocabulary, type Meaning } from './resolve-status.ts';

/** Partners choose the code: `constructor` must not find what every object inherits. */
export function meaningOf({ system, code }: Evidence, vocabularies: Vocabularies): Meaning | undefined {
  const vocabulary = system === ownSystem ? ownVocabulary : vocabularies[system];
  const rows: Readonly<Record<string, Meaning>> = vocabulary ?? {};
  return Object.hasOwn(rows, code) ? rows[code] : undefined;
}

/** How far this says that its subject has come; null where it says something else. */
export function reachedOf(evidence: Evidence, vocabularies: Vocabularies): OrderStatus | null {
  const meaning = meaningOf(evidence, vocabularies);
  if (meaning === undefined) return null;
  if ('reached' in meaning) return meaning.reached;
  return 'picked' in meaning ? 'READY_FOR_PACKING' : null;
}

/** When it happened, or else when it was heard of. */
export const timeOf = ({ occurredAt, receivedAt }: Evidence): string => occurredAt ?? receivedAt;

/** When the order is first known to have been there or further along; null when it is not known to have been. */
export function firstReachedAt({ evidence }: Order, status: OrderStatus, vocabularies: Vocabularies): string | null {
  const times = evidence.flatMap((said) => {
    const reached = reachedOf(said, vocabularies);
    return reached !== null && statusTable[reached].rank >= statusTable[status].rank ? [timeOf(said)] : [];
  });
  return times.toSorted()[0] ?? null;
}
