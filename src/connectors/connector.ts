import type * as z from 'zod';
import type { Budget, ConnectorIo } from './io.ts';
import type { InboundDoor } from './webhook.ts';

/** What can be connected, whatever its kind: what forms, listings and checks need to know of it. */
export interface Connector<S = unknown> {
  readonly id: string;
  readonly kind: 'oms' | 'fulfilment' | 'carrier' | 'lastMile';
  readonly title: string;
  /** An object schema; secret fields carry `.meta({ secret: true })`, and every base URL can be set. */
  readonly settings: z.ZodType<S>;
  /** URLs in the settings that the egress guard checks when they are saved. */
  urls(settings: S): readonly string[];
  /**
   * Whose account at which vendor this is: equal strings are one account, seen through different systems of that vendor
   * (`vtex:luxstore`). Absent where it does not matter.
   */
  vendorAccount?(settings: S): string;
  /** The beginning of its inbound URL, where its partner calls us by a protocol of its own and not by hooks at `/in/`. */
  readonly door?: string;
  readonly webhook?: InboundDoor<S>;
}

/** What every connection that calls somebody can do. */
export interface TestableConnection {
  /**
   * Checks the credentials now. Failure `misconfigured` = refused key, missing permission or wrong account (its code says
   * which), `transient` = the partner is down.
   */
  test(): Promise<{ account: string }>;
}

/** A connector that calls its partner. */
export interface CallingConnector<S, C extends TestableConnection> extends Connector<S> {
  /** Who shares the rate limit: equal strings share. Hashed before it becomes part of a key. */
  account(settings: S): string;
  budgets(settings: S): Readonly<Record<string, Budget>>;
  connect(settings: S, io: ConnectorIo): C;
}
