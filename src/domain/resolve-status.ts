import type { Evidence } from './evidence.ts';
import { orderStatuses, statusTable, type OrderStatus } from './order-status.ts';

/** What one partner code tells us. A code without a row is unknown: kept, counted and shown, never guessed. */
export type Meaning =
  /** The order, or this attempt of it, is at least this far. */
  | { reached: OrderStatus }
  /** The picker is done. What follows depends on whether we know what was picked. */
  | { picked: true }
  /** This attempt is over without success; another may follow. */
  | { ended: true }
  /** This attempt was called off by somebody who may cancel the order. */
  | { canceled: true }
  /** The system will not handle the order and never will: holds against everything that is no end. */
  | { idle: true }
  /** The order is invoiced, whoever did it. An axis of its own. */
  | { invoiced: true }
  /** This order is packed after it is invoiced: its packing statuses stand behind INVOICED. */
  | { packsAfterInvoicing: true }
  /** A known code that says nothing about the status. */
  | { ignored: true };

/** A system's codes (lower case) and what each means; the partner's words stand beside each row. */
export type Vocabulary = Readonly<Record<string, Meaning>>;

/** What Packline itself adds to the evidence. */
export const ownVocabulary = {
  submitted: { reached: 'READY_FOR_HANDLING' },
  picks_settled: { picked: true },
  canceled: { canceled: true },
  invoiced: { invoiced: true },
} as const satisfies Vocabulary;
export const ownSystem = 'packline';

export interface Resolution {
  status: OrderStatus;
  invoiceStatus: 'notInvoiced' | 'invoiced';
  /** The picker is done, or must have been: a later step implies the earlier ones. */
  picked: boolean;
  /** `system:code` of everything that has no row. */
  unknown: readonly string[];
  /** Facts that contradict each other, as problem codes. */
  contradictions: readonly ('order.no_live_attempt' | 'order.delivered_after_cancel')[];
}

interface Attempt {
  rank: number;
  picked: boolean;
  ended: boolean;
  canceled: boolean;
}

/**
 * The status that all that is known adds up to. Pure, and a function of the *set*: equal sets give equal status,
 * whatever the order of arrival. Rules, in order:
 * 1. RETURNED, then DELIVERED, hold against everything: they happened to a parcel, not to a record.
 * 2. A cancellation of the order itself holds against all that is not terminal.
 * 3. Attempts that ended count for nothing while another attempt lives.
 * 4. If none lives, the order is canceled when one of them was canceled by somebody entitled to, else it stays where the
 *    furthest attempt got to, and somebody has to look (`order.no_live_attempt`).
 * 5. Picking done means READY_FOR_PACKING until we have settled what was picked, then READY_FOR_INVOICING.
 */
export function resolveStatus(
  evidence: readonly Evidence[],
  vocabularies: Readonly<Record<string, Vocabulary>>,
): Resolution {
  const orders = new Map<string, Attempt>();
  const attempts = new Map<string, Attempt>();
  const unknown = new Set<string>();
  let settled = false;
  let invoiced = false;
  for (const { system, subject, code } of evidence) {
    const meaning = meaningOf(system === ownSystem ? ownVocabulary : vocabularies[system], code);
    if (system === ownSystem && code === 'picks_settled') settled = true;
    if (system === ownSystem && code === 'invoiced') invoiced = true;
    if (meaning === undefined) unknown.add(`${system}:${code}`);
    else note(attemptOf(subject === orderSubject ? orders : attempts, JSON.stringify([system, subject])), meaning);
  }

  const order = [...orders.values()];
  const deliveries = [...attempts.values()];
  const live = deliveries.filter((attempt) => !attempt.ended && !attempt.canceled);
  const all = [...deliveries, ...order];
  const furthest = Math.max(0, ...all.map((attempt) => attempt.rank));
  const canceled =
    order.some((attempt) => attempt.canceled) || (live.length === 0 && deliveries.some((a) => a.canceled));
  const picked = all.some((attempt) => attempt.picked) || furthest >= statusTable.READY_FOR_PACKING.rank;

  const base = { invoiceStatus: invoiced ? 'invoiced' : 'notInvoiced', picked, unknown: [...unknown].sort() } as const;
  if (furthest >= statusTable.DELIVERED.rank) {
    const status = furthest >= statusTable.RETURNED.rank ? 'RETURNED' : 'DELIVERED';
    return { ...base, status, contradictions: canceled ? ['order.delivered_after_cancel'] : [] };
  }
  if (canceled) return { ...base, status: 'CANCELED', contradictions: [] };

  const counted = [...(live.length > 0 ? live : deliveries), ...order];
  const status = statusAt(
    Math.max(0, ...counted.map((attempt) => attempt.rank)),
    counted.some((attempt) => attempt.picked),
    settled,
    invoiced,
  );
  return {
    ...base,
    status,
    contradictions: deliveries.length > 0 && live.length === 0 ? ['order.no_live_attempt'] : [],
  };
}

/** Partners choose the code: `constructor` must not find what every object inherits. */
const meaningOf = (vocabulary: Vocabulary | undefined, code: string): Meaning | undefined =>
  vocabulary !== undefined && Object.hasOwn(vocabulary, code) ? vocabulary[code] : undefined;

/** The subject of evidence about the order as a whole. */
const orderSubject = 'order';

function attemptOf(attempts: Map<string, Attempt>, key: string): Attempt {
  const known = attempts.get(key) ?? { rank: 0, picked: false, ended: false, canceled: false };
  attempts.set(key, known);
  return known;
}

function note(attempt: Attempt, meaning: Meaning): void {
  if ('reached' in meaning) attempt.rank = Math.max(attempt.rank, statusTable[meaning.reached].rank);
  else if ('picked' in meaning) attempt.picked = true;
  else if ('ended' in meaning) attempt.ended = true;
  else if ('canceled' in meaning) attempt.canceled = true;
}

const byRank = orderStatuses
  .map((status) => ({ status, rank: statusTable[status].rank }))
  .sort((a, b) => b.rank - a.rank);

function statusAt(reachedRank: number, picked: boolean, settled: boolean, invoiced: boolean): OrderStatus {
  const pickedRank = settled ? statusTable.READY_FOR_INVOICING.rank : statusTable.READY_FOR_PACKING.rank;
  let rank = picked ? Math.max(reachedRank, pickedRank) : reachedRank;
  if (invoiced && rank >= statusTable.READY_FOR_INVOICING.rank) rank = Math.max(rank, statusTable.INVOICED.rank);
  return byRank.find((row) => row.rank <= rank)?.status ?? 'RECEIVED';
}
