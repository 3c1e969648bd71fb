import type { Evidence } from '../../domain/evidence.ts';
import type { ToldFacility } from '../../domain/facility.ts';
import type { Failure } from '../../domain/failure.ts';
import type { FulfilmentDocuments } from '../../domain/fulfilment-documents.ts';
import type { OrderContent, OrderPerson, TrackingEvent } from '../../domain/order.ts';
import type { FleetWords } from '../../domain/order-fleet.ts';
import type { PickedItem } from '../../domain/picking.ts';
import type { ListedJob } from '../../domain/reconciliation.ts';
import type { Vocabulary } from '../../domain/resolve-status.ts';
import type { CallingConnector, TestableConnection } from '../connector.ts';
import type { PartnerReturn } from '../partner-return.ts';
import type { InboundWebhook } from '../webhook.ts';
import type { FulfilmentCatalog } from './catalog.ts';

/** An order as a fulfilment system is told of it. */
export interface OrderToFulfil {
  id: string;
  source: string;
  externalId: string;
  externalRef: string;
  currency: string;
  storeLocationId: string;
  fulfilmentMethod: 'delivery' | 'pickup';
  channel: string | undefined;
  content: OrderContent;
  person: OrderPerson;
}

/** How the partner's records of one order are found. */
export interface FulfilmentRef {
  externalRef: string;
  partnerOrderId?: string | undefined;
  jobId?: string | undefined;
  /** For partners that name a SKU where we need a line, and to see whether they have them. */
  lines?:
    | readonly {
        id: string;
        sku: string;
        quantity: number;
        unitPriceMinor?: number | undefined;
        weighted?: boolean | undefined;
      }[]
    | undefined;
}

/** What a reply or a read tells about one order at the partner. */
export interface FulfilmentSnapshot {
  partnerOrderId: string | undefined;
  jobId: string | undefined;
  /** False while the partner only keeps the order and nobody has been sent to pick it. */
  dispatched: boolean;
  evidence: readonly Evidence[];
  /** Null when this reply cannot say (picks live on the job, not on the order). */
  pickedItems: readonly PickedItem[] | null;
  /** What came back of it, as far as the partner tells. */
  returns?: readonly PartnerReturn[];
  /** It has the lines that `FulfilmentRef.lines` name, and no others; absent when this reply cannot say. */
  keepsLines?: boolean;
  /** A 200 that is a failure of the order: the partner wants something corrected. Null when all is well. */
  needsAttention: { code: string; detail: string } | null;
}

/** The partner's answer to "stop this order". */
export type CancelOutcome =
  | { canceled: true; evidence: readonly Evidence[] }
  /** Too late by the partner's own state; `snapshot` is what it said instead. */
  | { canceled: false; code: string; detail: string };

/** The partner's answer to "change this order". */
export type AmendOutcome =
  { amended: true; snapshot: FulfilmentSnapshot } | { amended: false; code: string; detail: string };

/** A delivery by the merchant's own fleet, and how far it is in the system's own word. */
export interface DeliveryToTell {
  externalRef: string;
  word: string;
  /** Of the word (`FleetWords`). */
  rank: number;
  /** Its carrier's number. */
  trackingNumber: string | null;
}
/** What the system says to it. A failure is about this delivery alone. */
export type DeliveryTold = { told: true } | { told: false; failure: Failure };

/** One merchant's account at a fulfilment system. A method that the partner lacks is absent. All throw Failure. */
export interface FulfilmentConnection extends TestableConnection {
  /**
   * Creates the order, or updates it while it is not dispatched. Safe to repeat: keyed by `externalRef`. Absent where the
   * system takes its orders from the OMS by itself: then `find` says when it has.
   */
  submit?(order: OrderToFulfil): Promise<FulfilmentSnapshot>;
  /** Sends somebody to pick it. Not safe to repeat blindly: look with `find` first. */
  dispatch?(ref: FulfilmentRef): Promise<FulfilmentSnapshot>;
  /** What the partner has under this reference now; null when nothing. */
  find(ref: FulfilmentRef): Promise<FulfilmentSnapshot | null>;
  /** Brings a dispatched order to this content, if picking has not begun. */
  amend?(ref: FulfilmentRef, order: OrderToFulfil): Promise<AmendOutcome>;
  cancel?(ref: FulfilmentRef): Promise<CancelOutcome>;
  /**
   * The order was delivered, by the word of somebody else. The system tells the order's OMS, too (`tellsOmsOfDelivery`). Looks
   * first, so safe to repeat; `transient` where it is too early for it.
   */
  tellDelivered?(
    ref: FulfilmentRef,
    delivery: { at: string; events: readonly TrackingEvent[] },
  ): Promise<{ alreadyThere: boolean }>;
  /**
   * The merchant's own fleet is so far with these orders: at most `fleet.perCallMax`, a result for each in their order. Safe to
   * repeat. Absent where these settings say that no fleet is told of.
   */
  tellDeliveries?(deliveries: readonly DeliveryToTell[]): Promise<readonly DeliveryTold[]>;
  /** The worksheets and shipments of an order that it has. */
  readDocuments?(ref: FulfilmentRef): Promise<FulfilmentDocuments>;
  /** A place where orders are picked; null for one that it does not know. */
  readFacility?(externalId: string): Promise<ToldFacility | null>;
  /**
   * The orders made since `since` (an instant) that nobody has finished picking, many in one call: enough to see that nothing
   * has changed with one. Not all need be there, and none twice.
   */
  listOpen?(since: string, cursor: string | null): Promise<{ jobs: readonly ListedJob[]; cursor: string | null }>;
  /** Hooks sent since `after` (an instant), oldest last, a page at a time. */
  missedMessages?(
    after: string,
    cursor: string | null,
  ): Promise<{ messages: readonly { id: string; body: string }[]; cursor: string | null }>;
  /** Absent where the partner has its products and stock from elsewhere. */
  readonly catalog?: FulfilmentCatalog;
}

export interface FulfilmentConnector<S = unknown> extends CallingConnector<S, FulfilmentConnection> {
  readonly kind: 'fulfilment';
  readonly vocabulary: Vocabulary;
  readonly webhook?: InboundWebhook<S>;
  /**
   * For systems without a create call, which take the orders of their own vendor's OMS account by themselves: how long an
   * order may take to appear (ms) until somebody has to look.
   */
  appearsWithinMs?(settings: S): number;
  /** Its connections have a `catalog`: products and stock are put there. */
  readonly takesCatalog?: true;
  /** It may be told how far the merchant's own fleet is with its deliveries, in these words. */
  readonly fleet?: { readonly words: FleetWords; readonly perCallMax: number };
  /** With these settings, `tellDelivered` is there, and the OMS hears of a delivery by it. */
  tellsOmsOfDelivery?(settings: S): boolean;
  /** Reads may be this old (ms): what a hook has just told need not be in them yet. */
  readonly readCacheMs?: number;
  /** It has worksheets, shipments and facilities to read; what was read may be shown so long (ms) without asking again. */
  readonly documentsKeptMs?: number;
}
