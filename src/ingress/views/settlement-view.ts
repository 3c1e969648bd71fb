import * as z from 'zod';
import { differenceCodes } from '../../domain/difference.ts';
import { obstacleCodes } from '../../domain/settlement-verdict.ts';

const minor = z.int().meta({ description: 'Minor units, of all units together' });
const units = z.int();
const grams = z.int().nullable();

const SettledLineSchema = z.strictObject({
  lineId: z.string(),
  sku: z.string(),
  requestedQuantity: units,
  pickedQuantity: units.meta({ description: 'Kept and substituted' }),
  keptQuantity: units,
  substitutedQuantity: units,
  shortQuantity: units,
  overQuantity: units,
  substituted: z.boolean(),
  requestedWeightGrams: grams,
  weightGrams: grams.meta({ description: 'Null when nothing was weighed' }),
  requestedMinor: minor,
  priceMinor: minor,
});

const AdditionSchema = z.strictObject({
  sku: z.string(),
  name: z.string(),
  quantity: units,
  weightGrams: grams,
  priceMinor: minor,
});

const DifferenceSchema = z.strictObject({
  code: z.enum(differenceCodes),
  lineId: z.string().nullable().meta({ description: 'Null for what belongs to no line' }),
  sku: z.string(),
  unit: z.enum(['units', 'grams', 'minorUnits']),
  expected: z.int(),
  actual: z.int(),
  tolerated: z.boolean().meta({ description: 'Within the rules of the connection; else somebody has to look' }),
});

/** Asked against picked against charged, and whether it may be invoiced (`domain/settlement-verdict.ts`). */
export const SettlementSchema = z
  .strictObject({
    currency: z.string(),
    lines: z.array(SettledLineSchema),
    additions: z.array(AdditionSchema).meta({ description: 'Picked though nobody had asked for it, by SKU' }),
    totals: z.strictObject({
      requestedMinor: minor,
      linesMinor: minor,
      additionsMinor: minor,
      itemsMinor: minor.meta({ description: 'Lines and additions, without shipping and taxes' }),
      differenceMinor: minor.meta({ description: 'Picked less requested; negative when less is to be paid' }),
    }),
    differences: z.array(DifferenceSchema),
    mayInvoice: z
      .boolean()
      .meta({ description: 'By what was picked; whether the order’s status allows it is another question' }),
    obstacles: z
      .array(z.enum(obstacleCodes))
      .meta({ description: 'Why it may not; `nothing_picked`: cancel the order instead' }),
  })
  .meta({ id: 'Settlement' });
