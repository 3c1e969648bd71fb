import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { OmsOrderRecord } from '../vtex-oms/oms-account.ts';

export interface PnpLine {
  uniqueId: string;
  sku: string;
  refId: string;
  name: string;
  ean: string;
  quantity: number;
  /** Hundredths for one unit with its multiplier. */
  price: number;
  unit: string;
  unitMultiplier: number;
}

/** What the picker made of one line: some of it picked and the rest rejected, or all of it replaced. */
export interface PnpPick extends PnpLine {
  pickedQuantity: number;
  /** The weight that lay on the scale, for one unit. */
  pickedMultiplier: number;
  rejectedQuantity: number;
  /** As many of this were picked instead. */
  replacedBy: PnpLine | null;
}

export interface PnpShipment {
  id: string;
  /** The carrier's. */
  serviceId: string;
  status: string;
  createdAt: number;
  deliveredAt: number | null;
}

export interface PnpOrder {
  orderId: string;
  sequence: string;
  warehouseId: string;
  isPickup: boolean;
  /** One of the 17 of the legacy guide (walk.ts), unless somebody has set another by hand. */
  status: string;
  history: { status: string; at: number }[];
  createdAt: number;
  updatedAt: number;
  lines: PnpLine[];
  /** Null until the picker is done. */
  picks: PnpPick[] | null;
  isPacked: boolean;
  invoices: { invoiceKey: string; invoiceTotal: number }[];
  worksheetId: string;
  facilityId: string;
  shipment: PnpShipment | null;
  returns: PnpReturn[];
}

/** Goods that the customer gave back, and the shipment that brought them. */
export interface PnpReturn {
  id: string;
  items: { sku: string; quantity: number }[];
  shipment: PnpShipment;
}

const text = z.string().nullish();
const OmsDocSchema = z.object({
  orderId: z.string(),
  sequence: z.string(),
  items: z.array(
    z.object({
      uniqueId: z.string(),
      id: z.string(),
      refId: text,
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
const InvoicesSchema = z.object({
  packageAttachment: z.object({
    packages: z.array(z.object({ invoiceKey: text, invoiceNumber: z.string(), invoiceValue: z.number() })),
  }),
});

const hex32 = (of: string): string => createHash('md5').update(of).digest('hex');

/** An OMS order as the Pick and Pack of an account imports it. */
export function importOrder({ doc }: OmsOrderRecord, account: string, nowMs: number): PnpOrder {
  const { orderId, sequence, items, shippingData } = OmsDocSchema.parse(doc);
  const [logistics] = shippingData.logisticsInfo;
  const warehouseId = logistics?.deliveryIds[0]?.warehouseId ?? '';
  return {
    orderId,
    sequence,
    warehouseId,
    isPickup: logistics?.deliveryChannel === 'pickup-in-point',
    status: 'PENDING',
    history: [],
    createdAt: nowMs,
    updatedAt: nowMs,
    lines: items.map((item) => ({
      uniqueId: item.uniqueId,
      sku: item.id,
      refId: item.refId ?? item.id,
      name: item.name ?? item.id,
      ean: item.ean ?? `EAN${item.id}`,
      quantity: item.quantity,
      price: item.price,
      unit: item.measurementUnit,
      unitMultiplier: item.unitMultiplier,
    })),
    picks: null,
    isPacked: false,
    invoices: [],
    worksheetId: BigInt(`0x${hex32(`worksheet ${account} ${orderId}`)}`)
      .toString()
      .slice(-12),
    facilityId: hex32(`facility ${account} ${warehouseId}`),
    shipment: null,
    returns: [],
  };
}

/** The OMS order's invoices, in hundredths. */
export const invoicesOf = ({ doc }: OmsOrderRecord): PnpOrder['invoices'] =>
  InvoicesSchema.parse(doc).packageAttachment.packages.map(({ invoiceKey, invoiceNumber, invoiceValue }) => ({
    invoiceKey: invoiceKey ?? invoiceNumber,
    invoiceTotal: invoiceValue,
  }));
