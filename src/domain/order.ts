import type { Evidence } from './evidence.ts';
import type { DocumentRefs } from './fulfilment-documents.ts';
import type { Intent } from './intent.ts';
import type { OrderInvoice } from './invoice.ts';
import type { FleetState } from './order-fleet.ts';
import type { Line, OrderInput, OrderPatch, Recipient } from './order-input.ts';
import type { OrderOms } from './order-oms.ts';
import type { OrderReturn } from './order-return.ts';
import type { OrderSettlement } from './order-settlement.ts';
import type { OrderStatus } from './order-status.ts';
import type { OrderTracking } from './order-tracking.ts';
import type { PickedItem } from './picking.ts';

/** What was asked for, without the person. */
export type OrderContent = Pick<OrderInput, 'window' | 'lines' | 'totals'>;

/** The person and everything free text may say about them; only ever stored sealed under the order's own key. */
export interface OrderPerson {
  recipient: Recipient;
  notes?: string | undefined;
  metadata?: Record<string, string> | undefined;
  /** Line id to the line's notes. */
  lineNotes: Record<string, string>;
  /** What the merchant told of the way of the parcel; cities and free text. */
  trackingEvents?: readonly TrackingEvent[] | undefined;
}

/** One thing that happened to a parcel, in the words of who tells it. */
export interface TrackingEvent {
  city: string;
  state: string;
  description: string;
  date: string;
}

/** A fact beside the status that somebody should know of. */
export interface Problem {
  code: string;
  detail: string;
  /** Who can do something about it: `you` (the merchant), `packline`, or the partner's connector id. */
  source: string;
  raisedAt: string;
  /** The job that could not be done; its next success makes the problem past. Absent for problems of other kinds. */
  job?: string | undefined;
  /** The work that was set aside for it. */
  entryId?: string | undefined;
}

/** Where the order is being fulfilled, and how far we got in telling that system. */
export interface OrderFulfilment {
  connectionId: string;
  connector: string;
  /** The id under which the partner knows the order: ours to choose, so that a repeat finds the first. */
  externalRef: string;
  partnerOrderId?: string | undefined;
  jobId?: string | undefined;
  /** The content version the partner has; 0 before the first call was answered. */
  submittedContentVersion: number;
  /** Told of a delivery, it tells the order's OMS of it by itself. */
  tellsOms?: boolean | undefined;
  routedAt?: string | undefined;
  dispatchedAt?: string | undefined;
  /** How far it was told that the merchant's own fleet is; absent where it was told nothing. */
  fleet?: FleetState | undefined;
}

export interface OrderCancellation {
  state: 'requested' | 'refused' | 'done';
  requestedAt: string;
  reason?: string | undefined;
  /** `oms`, `fulfilment`: it is canceled there already, and the rest has to follow. The merchant asked, where it is absent. */
  by?: 'merchant' | 'oms' | 'fulfilment' | undefined;
}

/** Somebody wants it stopped, and nobody has said yet that it is too late. */
export const isBeingCanceled = (order: Pick<Order, 'cancellation'>): boolean =>
  order.cancellation !== undefined && order.cancellation.state !== 'refused';

/** An order as it is stored (schema 1), without the person. All times are UTC instants. */
export interface Order {
  schema: 1;
  id: string;
  merchantId: string;
  /** The OMS connection it came by, or `generic` for `POST /v1/orders`. */
  source: string;
  externalId: string;
  placedAt: string;
  channel?: string | undefined;
  currency: string;
  storeLocationId: string;
  fulfilmentMethod: 'delivery' | 'pickup';
  content: OrderContent;
  contentVersion: number;
  /** An amendment that no fulfilment system has taken yet. */
  pending?: { content: OrderContent; contentVersion: number } | undefined;
  status: OrderStatus;
  invoiceStatus: 'notInvoiced' | 'invoiced';
  /** Its import has been announced: the first thing that subscribers hear of it. */
  announced: boolean;
  /** Rises by one with every commit; the guard of each write. */
  version: number;
  fulfilment?: OrderFulfilment | undefined;
  cancellation?: OrderCancellation | undefined;
  /** Absent for orders that were only posted. */
  oms?: OrderOms | undefined;
  /** Told by the merchant, and how far the OMS knows. */
  invoices?: readonly OrderInvoice[] | undefined;
  returns?: readonly OrderReturn[] | undefined;
  tracking?: OrderTracking | undefined;
  /** How often the address of its tracking page was made void; absent: never. */
  pageTurn?: number | undefined;
  /** What the fulfilment system has of it beside the order; absent until that was read (store/documents.ts). */
  documents?: DocumentRefs | undefined;
  /** Effects under way, by connection id. */
  intents: Readonly<Record<string, Intent>>;
  evidence: readonly Evidence[];
  pickedItems: readonly PickedItem[];
  /** Absent until the picks are settled. */
  settlement?: OrderSettlement | undefined;
  problems: readonly Problem[];
  createdAt: string;
  updatedAt: string;
}

const withoutNotes = (lines: readonly Line[]): Line[] => lines.map(({ notes: _, ...line }) => line);
const notesOf = (lines: readonly Line[]): Record<string, string> =>
  Object.fromEntries(lines.flatMap((line) => (line.notes === undefined ? [] : [[line.id, line.notes]])));
/** The notes of one line. A line's id is the OMS's word, `constructor` if it likes. */
export const notesOfLine = ({ lineNotes }: OrderPerson, lineId: string): string | undefined =>
  Object.hasOwn(lineNotes, lineId) ? lineNotes[lineId] : undefined;

/** A new order, split into what may lie in clear and the person. */
export function makeOrder(
  input: OrderInput,
  facts: {
    id: string;
    merchantId: string;
    source: string;
    acceptedAt: string;
    oms?: OrderOms | undefined;
    problems?: readonly Problem[] | undefined;
  },
): { order: Order; person: OrderPerson } {
  const order: Order = {
    schema: 1,
    id: facts.id,
    merchantId: facts.merchantId,
    source: facts.source,
    externalId: input.externalId,
    placedAt: input.placedAt,
    channel: input.channel,
    currency: input.currency,
    storeLocationId: input.storeLocationId,
    fulfilmentMethod: input.fulfilment,
    content: { window: input.window, lines: withoutNotes(input.lines), totals: input.totals },
    contentVersion: 1,
    status: 'RECEIVED',
    invoiceStatus: 'notInvoiced',
    announced: false,
    version: 1,
    intents: {},
    evidence: [],
    pickedItems: [],
    problems: facts.problems ?? [],
    ...(facts.oms && { oms: facts.oms }),
    createdAt: facts.acceptedAt,
    updatedAt: facts.acceptedAt,
  };
  const { recipient, notes, metadata } = input;
  return { order, person: { recipient, notes, metadata, lineNotes: notesOf(input.lines) } };
}

/** Other lines cost something else; shipping, taxes and discounts stay as they were said. */
function totalsOf({ lines, totals }: OrderContent, next: readonly Line[]): OrderContent['totals'] {
  const itemsOf = (all: readonly Line[]): number =>
    all.reduce((sum, { unitPriceMinor, quantity }) => sum + unitPriceMinor * quantity, 0);
  const more = itemsOf(next) - itemsOf(lines);
  if (more === 0) return totals;
  const { itemsMinor, grandTotalMinor } = totals;
  return {
    ...totals,
    itemsMinor: Math.max(0, itemsMinor + more),
    grandTotalMinor: Math.max(0, grandTotalMinor + more),
  };
}

/** The content and person that a patch asks for, on top of what stands (or is already waiting). */
export function amend(
  content: OrderContent,
  person: OrderPerson,
  patch: OrderPatch,
): { content: OrderContent; person: OrderPerson } {
  return {
    content: {
      window: patch.window ?? content.window,
      lines: patch.lines === undefined ? content.lines : withoutNotes(patch.lines),
      totals: patch.totals ?? totalsOf(content, patch.lines ?? content.lines),
    },
    person: {
      recipient: patch.recipient ?? person.recipient,
      notes: patch.notes ?? person.notes,
      metadata: person.metadata,
      lineNotes: patch.lines === undefined ? person.lineNotes : notesOf(patch.lines),
      trackingEvents: person.trackingEvents,
    },
  };
}

/** More than a person reads; an order that goes wrong in a loop must not grow without end. */
const problemsKeptMax = 20;

/** Adds a problem once for each work that was set aside for it; the first telling stands, so that its time is when it began. */
export function withProblem(problems: readonly Problem[], { code, detail, ...rest }: Problem): readonly Problem[] {
  const known = problems.filter((problem) => problem.code === code && problem.detail === detail);
  const isHeld = rest.entryId === undefined || known.some(({ entryId }) => entryId === rest.entryId);
  return known.length > 0 && isHeld ? problems : [...problems, { code, detail, ...rest }].slice(-problemsKeptMax);
}

/** Without what kept these jobs from being done: one of them has been done now. */
export const withoutProblemsOf = (problems: readonly Problem[], jobs: readonly string[]): readonly Problem[] =>
  problems.filter((problem) => problem.job === undefined || !jobs.includes(problem.job));

export const withoutProblem = (problems: readonly Problem[], code: string): readonly Problem[] =>
  problems.filter((problem) => problem.code !== code);
