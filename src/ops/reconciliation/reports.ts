import { html } from 'hono/html';
import * as z from 'zod';
import type { Html } from '../define-page.ts';
import { toWords } from '../show-amount.ts';

const RepairSchema = z.looseObject({
  at: z.string(),
  orderId: z.string().nullable(),
  system: z.string(),
  what: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  done: z.string(),
});

/** What these pages need of a comparison of orders; it may have more. */
export const OrderReportSchema = z.looseObject({
  id: z.string(),
  cause: z.string(),
  status: z.string(),
  startedAt: z.string(),
  orders: z.int(),
  reads: z.int(),
  agreed: z.int(),
  repaired: z.int(),
  failed: z.int(),
  listed: z.int(),
  found: z.record(z.string(), z.int()),
  requests: z.array(z.looseObject({ connectionId: z.string(), system: z.string(), requests: z.int() })),
  unlisted: z.array(z.looseObject({ connectionId: z.string(), code: z.string() })),
  repairs: z.array(RepairSchema),
});
export type OrderReport = z.infer<typeof OrderReportSchema>;

/** And of one of products or stock. */
export const StockReportSchema = z.looseObject({
  id: z.string(),
  kind: z.string(),
  mode: z.string(),
  cause: z.string(),
  status: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  failure: z.looseObject({ code: z.string(), detail: z.string() }).nullable(),
  total: z.int(),
  listed: z.int(),
  compared: z.int(),
  same: z.int(),
  different: z.int(),
  underWay: z.int(),
  foreign: z.int(),
  missing: z.int().nullable(),
  forgotten: z.int(),
  requests: z.int(),
  examples: z.array(z.record(z.string(), z.string())),
});
export type StockReport = z.infer<typeof StockReportSchema>;

const tones: Readonly<Record<string, string>> = { done: 'good', incomplete: 'warn', failed: 'bad' };

export const showReportState = (status: string): Html =>
  html`<span class="badge ${tones[status] ?? ''}">${toWords(status)}</span>`;

/** `2 status, 1 hook`. */
export const sumFound = ({ found }: OrderReport): string =>
  Object.entries(found)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
