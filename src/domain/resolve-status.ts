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
  picks_settled: { ignored: true },
  canceled: { canceled: true },
  invoiced: { invoiced: true },
  delivered: { reached: 'DELIVERED' },
  returned: { reached: 'RETURNED' },
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
  idle: boolean;
}

/** The subject of evidence about the order as a whole. */
const orderSubject = 'order';
/** Parcels of one order travel side by side; any other subject is an attempt that takes the place of an earlier one. */
const isParcel = (subject: string): boolean => subject.startsWith('shipment:');

/**
 * The status that all that is known adds up to. Pure, and a function of the *set*: equal sets give equal status,
 * whatever the order of arrival. Rules, in order:
 * 1. RETURNED, then DELIVERED, hold against everything: they happened to a parcel, not to a record. Of several parcels,
 *    the last one decides.
 * 2. A cancellation of the order itself holds against all that is not terminal, and then IDLE does.
 * 3. Attempts that ended count for nothing while another attempt lives.
 * 4. If none lives, the order is canceled when one of them was canceled by somebody entitled to, else it stays where the
 *    furthest attempt got to, and somebody has to look (`order.no_live_attempt`).
 * 5. Picking done means READY_FOR_PACKING until we have settled what was picked, then READY_FOR_INVOICING.
 * 6. Where the store packs after invoicing, its packing statuses stand behind INVOICED.
 */
export function resolveStatus(
  evidence: readonly Evidence[],
  vocabularies: Readonly<Record<string, Vocabulary>>,
): Resolution {
  const known: { system: string; subject: string; meaning: Meaning }[] = [];
  const unknown = new Set<string>();
  for (const { system, subject, code } of evidence) {
    const meaning = meaningOf(system === ownSystem ? ownVocabulary : vocabularies[system], code);
    if (meaning === undefined) unknown.add(`${system}:${code}`);
    else known.push({ system, subject, meaning });
  }
  const settled = evidence.some(({ system, code }) => system === ownSystem && code === 'picks_settled');
  const invoiced = known.some(({ meaning }) => 'invoiced' in meaning);
  const rankOf = known.some(({ meaning }) => 'packsAfterInvoicing' in meaning) ? packingLate : packingEarly;

  const orders = new Map<string, Attempt>();
  const attempts = new Map<string, Attempt>();
  const parcels = new Map<string, Attempt>();
  for (const { system, subject, meaning } of known) {
    const group = subject === orderSubject ? orders : isParcel(subject) ? parcels : attempts;
    note(attemptOf(group, `${system.length} ${system}${subject}`), meaning, rankOf);
  }

  const order = [...orders.values()];
  const deliveries = [...attempts.values(), ...parcels.values()];
  const live = deliveries.filter(isLive);
  const together = [...order, ...attempts.values(), ...asOne([...parcels.values()])];
  const furthest = rankAmong(together);
  const canceled =
    order.some((attempt) => attempt.canceled) || (live.length === 0 && deliveries.some((a) => a.canceled));
  const picked = together.some((attempt) => attempt.picked) || furthest >= statusTable.READY_FOR_PACKING.rank;

  const base = { invoiceStatus: invoiced ? 'invoiced' : 'notInvoiced', picked, unknown: [...unknown].sort() } as const;
  if (furthest >= statusTable.DELIVERED.rank) {
    const status = furthest >= statusTable.RETURNED.rank ? 'RETURNED' : 'DELIVERED';
    return { ...base, status, contradictions: canceled ? ['order.delivered_after_cancel'] : [] };
  }
  if (canceled) return { ...base, status: 'CANCELED', contradictions: [] };
  if (order.some((attempt) => attempt.idle)) return { ...base, status: 'IDLE', contradictions: [] };

  const counted = live.length > 0 ? together.filter(isLive) : together;
  const isPicked = counted.some((attempt) => attempt.picked);
  return {
    ...base,
    status: statusAt(rankAmong(counted), isPicked, settled, invoiced, rankOf),
    contradictions: deliveries.length > 0 && live.length === 0 ? ['order.no_live_attempt'] : [],
  };
}

/** Partners choose the code: `constructor` must not find what every object inherits. */
const meaningOf = (vocabulary: Vocabulary | undefined, code: string): Meaning | undefined =>
  vocabulary !== undefined && Object.hasOwn(vocabulary, code) ? vocabulary[code] : undefined;

const isLive = (attempt: Attempt): boolean => !attempt.ended && !attempt.canceled;
const rankAmong = (attempts: readonly Attempt[]): number => Math.max(0, ...attempts.map((attempt) => attempt.rank));

/** Parcels side by side: at its end the order is only when the last of them is. */
function asOne(parcels: readonly Attempt[]): Attempt[] {
  const live = parcels.filter(isLive);
  const counted = live.length > 0 ? live : parcels;
  const [first] = counted;
  if (first === undefined) return [];
  const ranks = counted.map(({ rank }) => rank);
  if (Math.min(...ranks) >= statusTable.DELIVERED.rank) return [{ ...first, rank: Math.min(...ranks) }];
  // One that has arrived was at least on its way.
  const onTheirWay = ranks.map((rank) => (rank >= statusTable.DELIVERED.rank ? statusTable.ON_ROUTE.rank : rank));
  return [{ ...first, rank: Math.max(...onTheirWay) }];
}

function attemptOf(attempts: Map<string, Attempt>, key: string): Attempt {
  const known = attempts.get(key) ?? { rank: 0, picked: false, ended: false, canceled: false, idle: false };
  attempts.set(key, known);
  return known;
}

function note(attempt: Attempt, meaning: Meaning, rankOf: RankOf): void {
  if ('reached' in meaning) attempt.rank = Math.max(attempt.rank, rankOf(meaning.reached));
  else if ('picked' in meaning) attempt.picked = true;
  else if ('ended' in meaning) attempt.ended = true;
  else if ('canceled' in meaning) attempt.canceled = true;
  else if ('idle' in meaning) attempt.idle = true;
}

type RankOf = (status: OrderStatus) => number;
const packingEarly: RankOf = (status) => statusTable[status].rank;
const { INVOICED, PREPARING_SHIPPING } = statusTable;
const lateRanks: Partial<Record<OrderStatus, number>> = {
  READY_FOR_PACKING: INVOICED.rank + 1,
  PACKING: (INVOICED.rank + PREPARING_SHIPPING.rank) / 2,
};
const packingLate: RankOf = (status) => lateRanks[status] ?? statusTable[status].rank;

function statusAt(reached: number, picked: boolean, settled: boolean, invoiced: boolean, rankOf: RankOf): OrderStatus {
  // Of a picker who is done, whenever the store packs.
  const pickedRank = settled ? statusTable.READY_FOR_INVOICING.rank : statusTable.READY_FOR_PACKING.rank;
  let rank = picked ? Math.max(reached, pickedRank) : reached;
  if (invoiced && rank >= statusTable.READY_FOR_INVOICING.rank) rank = Math.max(rank, statusTable.INVOICED.rank);
  return furthestUpTo(rank, rankOf);
}

/** IDLE is told by itself, never reached on the way. */
const furthestUpTo = (rank: number, rankOf: RankOf): OrderStatus =>
  orderStatuses
    .filter((status) => status !== 'IDLE' && rankOf(status) <= rank)
    .reduce((best, status) => (rankOf(status) > rankOf(best) ? status : best), 'RECEIVED');
