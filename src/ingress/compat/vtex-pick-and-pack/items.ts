import * as z from 'zod';
import type { Order } from '../../../domain/order.ts';
import type { Line } from '../../../domain/order-input.ts';
import type { BagRow, Miss } from '../../../domain/bag.ts';
import { worksheetIdOf } from './partner-ids.ts';
import { workStatuses, type WorkStatus } from '../../../domain/shown-status.ts';

const ReasonSchema = z.strictObject({ reasonType: z.string(), reasonDetail: z.string() });
const WarehouseSchema = z.strictObject({ warehouseId: z.string(), warehouseName: z.string(), quantity: z.number() });

const fields = {
  id: z.string(),
  sku: z.string(),
  referenceCode: z.string(),
  itemName: z.string(),
  price: z.number().meta({ description: 'Of one unit of measure, in minor units' }),
  pickingPrice: z.number().nullable().meta({ description: 'Of one unit as it was picked, in minor units' }),
  quantity: z.number().nullable(),
  originalQuantity: z.int(),
  replacedBy: z.array(z.string()).nullable(),
  weighableProduct: z.boolean(),
  unitMultiplier: z.number(),
  originalUnitMultiplier: z.number(),
  unitOfMeasure: z.enum(['KILOGRAMS', 'UNITS']),
  images: z.array(z.string()),
  ean: z.string(),
  status: z.enum(workStatuses),
  packedQuantity: z.number().nullable(),
  reasons: z.array(ReasonSchema).nullable(),
  pickers: z.array(z.string()),
  worksheets: z.array(z.string()),
  warehouses: z.array(WarehouseSchema),
  createdAt: z.iso.datetime(),
};

/** A row of `unhandledItems`, `pickedItems` and `rejectedItems`. */
export const ItemSchema = z.strictObject(fields).meta({ id: 'PickAndPackItem' });
type Item = z.input<typeof ItemSchema>;

/** What the document requires of a replaced item, and what its readers look for: its example is empty. */
export const ReplacedItemSchema = z
  .strictObject({
    ...fields,
    name: z.string(),
    orderSource: z.string(),
    image: z.string(),
    temperature: z.literal('AMBIENT'),
  })
  .meta({ id: 'PickAndPackReplacedItem' });

/** What all items of an order have in common. */
export interface ItemContext {
  order: Order;
  /** As the caller names it. */
  orderId: string;
  isPacked: boolean;
  /** When the picks became known, or the order. */
  at: string;
}

/** Kilograms of one unit; 1 for what is sold by the piece, and for goods by weight of which nobody said how much. */
export function multiplierOf({ weighted, requestedWeightGrams, quantity }: Line): number {
  return weighted === true && requestedWeightGrams !== undefined ? requestedWeightGrams / 1000 / quantity : 1;
}

function common({ order, at }: ItemContext, line: Line, status: WorkStatus): Item {
  const multiplier = multiplierOf(line);
  const isWeighed = line.weighted === true;
  return {
    id: line.sku,
    sku: line.sku,
    referenceCode: line.sku,
    itemName: line.name,
    price: Math.round(line.unitPriceMinor / multiplier),
    pickingPrice: null,
    quantity: null,
    originalQuantity: line.quantity,
    replacedBy: null,
    weighableProduct: isWeighed,
    unitMultiplier: multiplier,
    originalUnitMultiplier: multiplier,
    unitOfMeasure: isWeighed ? 'KILOGRAMS' : 'UNITS',
    images: line.imageUrl === undefined ? [] : [line.imageUrl],
    ean: line.gtin ?? '',
    status,
    packedQuantity: null,
    reasons: null,
    pickers: [],
    worksheets: [worksheetIdOf(order.id)],
    warehouses: [{ warehouseId: order.storeLocationId, warehouseName: order.storeLocationId, quantity: line.quantity }],
    createdAt: at,
  };
}

export const toUnhandled = (context: ItemContext, line: Line): Item => common(context, line, 'PENDING');

/** A substitute has a name and a SKU of its own, and counts for the line that it stands in for. */
export function toPicked(context: ItemContext, { sku, name, units, unitPriceMinor, grams, line }: BagRow): Item {
  const asked = line ?? { id: sku, sku, name, quantity: units, unitPriceMinor, weighted: grams !== null };
  const isOwn = asked.sku === sku;
  const row = common(context, asked, 'COMPLETED');
  const multiplier = grams === null ? row.unitMultiplier : grams / 1000 / units;
  return {
    ...row,
    id: sku,
    sku,
    referenceCode: sku,
    itemName: name,
    ...(isOwn ? {} : { images: [], ean: '' }),
    pickingPrice: unitPriceMinor,
    quantity: units,
    unitMultiplier: multiplier,
    ...(grams === null ? {} : { weighableProduct: true, unitOfMeasure: 'KILOGRAMS' as const }),
    packedQuantity: context.isPacked ? units : null,
  };
}

export function toRejected(context: ItemContext, { line, units }: Miss): Item {
  const reasons = [{ reasonType: context.orderId, reasonDetail: 'not-picked' }];
  return { ...common(context, line, 'COMPLETED'), pickingPrice: line.unitPriceMinor, quantity: units, reasons };
}

export function toReplaced(
  context: ItemContext,
  { line, units, replacedBy }: Miss,
): z.input<typeof ReplacedItemSchema> {
  return {
    ...common(context, line, 'COMPLETED'),
    pickingPrice: line.unitPriceMinor,
    quantity: units,
    replacedBy: [...replacedBy],
    packedQuantity: context.isPacked ? units : null,
    name: line.name,
    orderSource: context.orderId,
    image: line.imageUrl ?? '',
    temperature: 'AMBIENT',
  };
}
