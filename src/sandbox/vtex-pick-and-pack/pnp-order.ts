import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { OmsOrderRecord } from '../vtex-oms/oms-account.ts';

/** The 17 statuses of the legacy guide: what Pick and Pack really works with, and what its hooks say. */
export const legacyStatuses = [
  'READY_FOR_HANDLING',
  'IDLE',
  'READY_FOR_PICKING',
  'PICKING',
  'READY_FOR_PACKING',
  'PACKING',
  'READY_FOR_INVOICING',
  'INVOICING',
  'INVOICED',
  'PREPARING_SHIPPING',
  'READY_FOR_SHIPPING',
  'WAITING_FOR_DELIVERY_COMPANY',
  'WAITING_FOR_PICKUP',
  'ON_ROUTE',
  'DELIVERED',
  'RETURNED',
  'CANCELED',
] as const;
export type LegacyStatus = (typeof legacyStatuses)[number];

export interface PnpLine {
  uniqueId: string;
  sku: string;
  name: string;
  ean: string;
  quantity: number;
  /** Hundredths for one unit with its multiplier. */
  price: number;
  unit: string;
  unitMultiplier: number;
}

/** What the picker made of one line. */
export interface PnpPick extends PnpLine {
  pickedQuantity: number;
  /** The weight that lay on the scale. */
  pickedMultiplier: number;
  rejected: boolean;
  replacedBy: PnpLine | null;
}

export interface PnpOrder {
  orderId: string;
  sequence: string;
  warehouseId: string;
  isPickup: boolean;
  status: string;
  history: { status: string; at: number }[];
  createdAt: number;
  updatedAt: number;
  lines: PnpLine[];
  /** Null until the picker is done. */
  picks: PnpPick[] | null;
  invoices: { invoiceKey: string; invoiceTotal: number }[];
  worksheetId: string;
  facilityId: string;
  shipment: { id: string; serviceId: string; status: string; deliveredAt: number | null } | null;
}

const text = z.union([z.string(), z.number().transform(String)]).nullish();
const OmsDocSchema = z.object({
  orderId: z.string(),
  sequence: z.string(),
  value: z.number(),
  items: z.array(
    z.object({
      uniqueId: z.string(),
      id: z.string(),
      name: text,
      ean: text,
      quantity: z.number(),
      price: z.number(),
      measurementUnit: z.string(),
      unitMultiplier: z.number(),
    }),
  ),
  shippingData: z.object({
    logisticsInfo: z.array(
      z.object({ deliveryChannel: z.string(), deliveryIds: z.array(z.object({ warehouseId: z.string() })) }),
    ),
  }),
});

export const warehouseOf = ({ doc }: OmsOrderRecord): string =>
  OmsDocSchema.parse(doc).shippingData.logisticsInfo[0]?.deliveryIds[0]?.warehouseId ?? '';

const hex32 = (of: string): string => createHash('md5').update(of).digest('hex');
export const facilityOf = (warehouseId: string): string => hex32(`facility ${warehouseId}`);

/** An OMS order as Pick and Pack imports it. */
export function importOrder({ doc }: OmsOrderRecord, nowMs: number): PnpOrder {
  const read = OmsDocSchema.parse(doc);
  const [logistics] = read.shippingData.logisticsInfo;
  const warehouseId = logistics?.deliveryIds[0]?.warehouseId ?? '';
  return {
    orderId: read.orderId,
    sequence: read.sequence,
    warehouseId,
    isPickup: logistics?.deliveryChannel === 'pickup-in-point',
    status: 'PENDING',
    history: [],
    createdAt: nowMs,
    updatedAt: nowMs,
    lines: read.items.map((item) => ({
      uniqueId: item.uniqueId,
      sku: item.id,
      name: item.name ?? item.id,
      ean: item.ean ?? `EAN${item.id}`,
      quantity: item.quantity,
      price: item.price,
      unit: item.measurementUnit,
      unitMultiplier: item.unitMultiplier,
    })),
    picks: null,
    invoices: [],
    worksheetId: String(Number.parseInt(hex32(read.orderId).slice(0, 10), 16))
      .padStart(12, '5')
      .slice(0, 12),
    facilityId: facilityOf(warehouseId),
    shipment: null,
  };
}
