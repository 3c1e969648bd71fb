import type * as z from 'zod';
import type { Evidence } from '../../domain/evidence.ts';
import type { OrderContent, OrderPerson } from '../../domain/order.ts';
import type { PickedItem } from '../../domain/picking.ts';
import type { Vocabulary } from '../../domain/resolve-status.ts';
import type { Budget, ConnectorIo } from '../io.ts';

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

/** One merchant's account at a fulfilment system. A method that the partner lacks is absent. All throw Failure. */
export interface FulfilmentConnection {
  /** Checks the credentials now. Failure `misconfigured` = refused key, `transient` = the partner is down. */
  test(): Promise<{ account: string }>;
  /** Creates the order, or updates it while it is not dispatched. Safe to repeat: keyed by `externalRef`. */
  submit?(order: OrderToFulfil): Promise<FulfilmentSnapshot>;
  /** Sends somebody to pick it. Not safe to repeat blindly: look with `find` first. */
  dispatch?(ref: FulfilmentRef): Promise<FulfilmentSnapshot>;
  /** What the partner has under this reference now; null when nothing. */
  find(ref: FulfilmentRef): Promise<FulfilmentSnapshot | null>;
  /** Brings a dispatched order to this content, if picking has not begun. */
  amend?(ref: FulfilmentRef, order: OrderToFulfil): Promise<AmendOutcome>;
  cancel?(ref: FulfilmentRef): Promise<CancelOutcome>;
  /** Hooks sent since `after` (an instant), oldest last, a page at a time. */
  missedMessages?(
    after: string,
    cursor: string | null,
  ): Promise<{ messages: readonly { id: string; body: string }[]; cursor: string | null }>;
}

export interface InboundRequest {
  /** Lower-case names. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
}

/** Whether a hook is genuine. `messageId` is the same on every retry and replay of one message. */
export type InboundVerdict = { ok: true; messageId: string } | { ok: false; reason: string };

/** What one hook says, read purely from its bytes. */
export interface InboundMessage {
  /** The partner's event in its own words, `type.event`. */
  event: string;
  /** The order it is about, null for hooks that concern no order. */
  externalRef: string | null;
  jobId: string | undefined;
  evidence: readonly Evidence[];
  /** The hook is only a hint here: read the partner before believing it. */
  needsRead: boolean;
}

/** A partner's hooks. Verification sees bytes, before anything is parsed. */
export interface InboundWebhook<S> {
  verify(request: InboundRequest, settings: S, nowMs: number): InboundVerdict;
  /** Throws Failure `malformed` for bytes that are not what the partner documents. */
  read(body: Uint8Array, receivedAt: string): InboundMessage;
}

export interface FulfilmentConnector<S = unknown> {
  readonly id: string;
  readonly kind: 'fulfilment';
  readonly title: string;
  /** An object schema; secret fields carry `.meta({ secret: true })`, and every base URL can be set. */
  readonly settings: z.ZodType<S>;
  readonly vocabulary: Vocabulary;
  /** Who shares the rate limit: equal strings share. Hashed before it becomes part of a key. */
  account(settings: S): string;
  budgets(settings: S): Readonly<Record<string, Budget>>;
  /** URLs in the settings that the egress guard checks when they are saved. */
  urls(settings: S): readonly string[];
  connect(settings: S, io: ConnectorIo): FulfilmentConnection;
  readonly webhook?: InboundWebhook<S>;
}
