import * as z from 'zod';
import { RestrictedTemplateSchema } from './gs1/restricted-template.ts';

const percent = z.number().min(0).max(1_000);

/**
 * How far what was picked may be from what was asked until somebody has to look. Where a rule has a share and an amount, the
 * larger of the two is allowed: the share for big lines, the amount for small ones, on which a rounding is a large share.
 * Lines that are short and substitutes are within them: that they may happen is what the customer was told.
 */
export const SettlementRulesSchema = z.strictObject({
  /** Weighed goods are cut and packed by hand: "450g-650g" on a label is 18 % either way. */
  weightTolerancePercent: percent.default(20),
  weightToleranceGrams: z.int().min(0).max(100_000).default(50),
  /** Of a line, or of an item that nobody asked for. None: what was not ordered is not sold in silence. */
  overPickUnits: z.int().min(0).max(100_000).default(0),
  /** Against the unit price that was ordered, for weighed goods in proportion to their weight. */
  priceTolerancePercent: percent.default(5),
  /** Minor units. Two are what weighing in several scans rounds by. */
  priceToleranceMinor: z.int().min(0).max(1_000_000_000).default(2),
  /**
   * What to do when the labels that were scanned say another weight or price than the pick: `hold` the order, or only
   * `report` it (for stores whose labels are known to be printed wrong).
   */
  labelDisagreement: z.enum(['hold', 'report']).default('hold'),
  /** How the shop writes prices or weights into numbers of its own; without, such numbers say nothing. */
  labelTemplates: z.array(RestrictedTemplateSchema).max(50).default([]),
});
export type SettlementRules = z.infer<typeof SettlementRulesSchema>;

/** What holds where a connection says nothing else. */
export const defaultSettlementRules: SettlementRules = SettlementRulesSchema.parse({});

const HoldingSettingsSchema = z.object({ settlement: SettlementRulesSchema });

/** The rules among a fulfilment connection's settings, as its connector checked them when they were saved. */
export const rulesIn = (settings: unknown): SettlementRules =>
  HoldingSettingsSchema.safeParse(settings).data?.settlement ?? defaultSettlementRules;
