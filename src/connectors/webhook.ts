import type { Evidence } from '../domain/evidence.ts';

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
