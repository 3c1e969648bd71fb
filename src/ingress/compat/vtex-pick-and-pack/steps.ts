import { vocabularies as partnerVocabularies } from '../../../connectors/registry.ts';
import type { Evidence } from '../../../domain/evidence.ts';
import type { Vocabularies } from '../../../domain/order-change.ts';
import type { Order } from '../../../domain/order.ts';
import { statusTable, type OrderStatus } from '../../../domain/order-status.ts';
import { ownSystem, ownVocabulary, type Meaning } from '../../../domain/resolve-status.ts';

/** What every system's words mean. */
export const vocabularies: Vocabularies = {
  ...partnerVocabularies,
  [ownSystem]: ownVocabulary,
};

/** Partners choose the code: `constructor` must not find what every object inherits. */
export function meaningOf({ system, code }: Evidence): Meaning | undefined {
  const vocabulary = vocabularies[system];
  return vocabulary !== undefined && Object.hasOwn(vocabulary, code) ? vocabulary[code] : undefined;
}

/** How far this says that its subject has come; null where it says something else. */
export function reachedOf(evidence: Evidence): OrderStatus | null {
  const meaning = meaningOf(evidence);
  if (meaning === undefined) return null;
  if ('reached' in meaning) return meaning.reached;
  return 'picked' in meaning ? 'READY_FOR_PACKING' : null;
}

/** When it happened, or else when it was heard of. */
export const timeOf = ({ occurredAt, receivedAt }: Evidence): string => occurredAt ?? receivedAt;

/** When the order is first known to have been there or further along; null when it is not known to have been. */
export function firstAt({ evidence }: Order, status: OrderStatus): string | null {
  const times = evidence.flatMap((said) => {
    const reached = reachedOf(said);
    return reached !== null && statusTable[reached].rank >= statusTable[status].rank ? [timeOf(said)] : [];
  });
  return times.toSorted()[0] ?? null;
}

/** Minutes from one step to the next, as far as both are known. */
export function minutesBetween(order: Order, from: OrderStatus, to: OrderStatus): number {
  const [begun, ended] = [firstAt(order, from), firstAt(order, to)];
  if (begun === null || ended === null) return 0;
  return Math.max(0, Math.round((Date.parse(ended) - Date.parse(begun)) / 60) / 1000);
}
