import type * as z from 'zod';
import type { InboundWebhook } from './webhook.ts';

/** What can be connected, whatever its kind: what forms, listings and checks need to know of it. */
export interface Connector<S = unknown> {
  readonly id: string;
  readonly kind: 'oms' | 'fulfilment' | 'carrier';
  readonly title: string;
  /** An object schema; secret fields carry `.meta({ secret: true })`, and every base URL can be set. */
  readonly settings: z.ZodType<S>;
  /** URLs in the settings that the egress guard checks when they are saved. */
  urls(settings: S): readonly string[];
  readonly webhook?: InboundWebhook<S>;
}
