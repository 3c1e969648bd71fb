import type { CourierPosition } from '../domain/courier-position.ts';
import type { Evidence } from '../domain/evidence.ts';

export interface InboundRequest {
  /** Lower-case names. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
}

/**
 * Whether a hook is genuine. `messageId` is the same on every retry and replay of one message. A `ping` only wants to know
 * whether somebody listens: answered, never stored. A `notice` has no id: what it says is remembered, how often it is said is not.
 */
export type InboundVerdict =
  | { ok: true; messageId: string }
  | { ok: true; ping: true }
  /** About the catalogue; null where nobody asked for it. */
  | { ok: true; notice: CatalogNotice | null }
  | { ok: false; reason: string };

/** A thing in a catalogue has changed. What it is like now is read: a notice only says which, and what of it. */
export interface CatalogNotice {
  skuId: string;
  product: boolean;
  stock: boolean;
  price: boolean;
  /** It is not sold any more. */
  removed: boolean;
}

/** What one hook of a fulfilment system says, read purely from its bytes. */
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

/** What one message of an OMS says: which order moved, never what is in it. */
export interface OmsMessage {
  /** In the OMS's own words, `domain.state`. */
  event: string;
  externalRef: string | null;
  /** The state it went to, in the OMS's own word. */
  state: string | null;
  /** When, by the OMS's clock (UTC). */
  changedAt: string | null;
  /** False when the connection did not ask for this state or domain: kept, and nothing follows. */
  wanted: boolean;
}

/** A partner's hooks as they arrive. Verification sees bytes, before anything is parsed. */
export interface InboundDoor<S> {
  verify(request: InboundRequest, settings: S, nowMs: number): InboundVerdict;
  /**
   * Where couriers are, from a hook that says nothing else; null for every other. Hooks of this kind come every few seconds and
   * are not kept: of each delivery only the last position is.
   */
  readPositions?(body: Uint8Array, receivedAt: string): readonly CourierPosition[] | null;
}

export interface InboundWebhook<S> extends InboundDoor<S> {
  /** Throws Failure `malformed` for bytes that are not what the partner documents. */
  read(body: Uint8Array, receivedAt: string): InboundMessage;
}

export interface OmsWebhook<S> extends InboundDoor<S> {
  /** Hook bodies and feed items alike. Throws Failure `malformed` for bytes that are neither. */
  read(body: Uint8Array, settings: S): OmsMessage;
}
