import * as z from 'zod';
import type { RunKind } from './bulk-run.ts';

/** How much of a partner's list is looked at. */
export const stockReconciliationModes = ['sample', 'full'] as const;
export type StockReconciliationMode = (typeof stockReconciliationModes)[number];

/** How what a partner has is compared with what it accepted last; what is left out has its default. */
export const StockReconciliationSettingsSchema = z.strictObject({
  schedule: z.enum(['off', ...stockReconciliationModes]).default('sample'),
  everyHours: z.int().min(1).max(744).default(24),
  /** So much of the list is in a sample: another part each time, so that every page has its turn. */
  samplePercent: z.int().min(1).max(100).default(5),
  /** More than so much of what was compared is an issue. */
  issuePercent: z.int().min(0).max(100).default(1),
});
export type StockReconciliationSettings = z.infer<typeof StockReconciliationSettingsSchema>;

const HoldingSettingsSchema = z.object({ stockReconciliation: StockReconciliationSettingsSchema });
const defaults: StockReconciliationSettings = StockReconciliationSettingsSchema.parse({});

/** Those among a fulfilment connection's settings, as its connector checked them when they were saved. */
export const stockReconciliationIn = (settings: unknown): StockReconciliationSettings =>
  HoldingSettingsSchema.safeParse(settings).data?.stockReconciliation ?? defaults;

/** Which pages of a list are looked at: every `step`th, from the one at `offset` on. */
export interface Sample {
  step: number;
  offset: number;
}

/** Samples of successive turns have every page once, then begin anew. */
export function sampleOf(
  mode: StockReconciliationMode,
  { samplePercent, everyHours }: StockReconciliationSettings,
  nowMs: number,
): Sample {
  if (mode === 'full') return { step: 1, offset: 0 };
  const step = Math.round(100 / samplePercent);
  return { step, offset: Math.floor(nowMs / (everyHours * 3_600_000)) % step };
}

/** The next page after `page` that is in the sample. */
export const pageAfter = (page: number, { step, offset }: Sample): number =>
  page + 1 + ((((offset - (page + 1)) % step) + step) % step);

/** What names a row, as an example: nothing else of it. */
export const nameOfRow = (kind: RunKind, row: Readonly<Record<string, unknown>>): Record<string, string> => {
  const names = kind === 'products' ? ['externalIdentifier'] : ['externalProductId', 'externalStoreLocationId'];
  return Object.fromEntries(names.map((name) => [name, String(row[name])]));
};
