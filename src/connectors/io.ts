import type { HttpReply, HttpTimeouts } from '../platform/http.ts';

/** One outbound call of a connector. Headers and URL may hold secrets: neither is ever logged. */
export interface ConnectorCall {
  /** `noun.verb` for logs and metrics: `order.upsert`. */
  operation: string;
  /** Which of the connector's budgets it spends. */
  budget: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  body?: string;
  replyBytesMax?: number;
  /** For what takes the partner longer than an order does. */
  timeouts?: Partial<HttpTimeouts>;
}

/**
 * What a connector may do to the world. `call` takes a slot of the budget, dials through the egress guard, tries again
 * within its deadline where the request cannot have arrived, and answers whatever the partner said; it throws a Failure
 * only when there was no reply. Connectors know nothing of queues, Redis or each other.
 */
export interface ConnectorIo {
  call(call: ConnectorCall): Promise<HttpReply>;
  /** Tells the budget what the partner said with a 429, so that all who share it wait. */
  throttled(budget: string, retryAfterMs: number | undefined): Promise<void>;
  nowMs(): number;
}

/** A partner's rate limit: at most `calls` in any window of `perMs`. */
export interface Budget {
  calls: number;
  perMs: number;
  /** A longer window over the same calls. */
  also?: { calls: number; perMs: number } | undefined;
  /** Calls under way at the same time; any number unless it is said. */
  atOnce?: number | undefined;
  /** So much of the limit is left free, for what happens between us and the partner. */
  marginPercent?: number | undefined;
}
