import { z } from 'zod';
import type { OrderItem } from './order-items.ts';
import { VtexRefusal } from './vtex-refusal.ts';

const text = z.string().nullish();

/** `POST …/invoice` (Orders API). An invoice number with a space, `#` or `/` breaks VTEX's own tracking calls. */
export const invoiceBody = z.strictObject({
  type: z.enum(['Output', 'Input']),
  issuanceDate: z.iso.datetime({ offset: true, local: true }),
  invoiceNumber: z.string().regex(/^[A-Za-z0-9-]+$/),
  /** Hundredths, in a string without a separator, greater than 0. */
  invoiceValue: z
    .string()
    .regex(/^0*[1-9]\d*$/)
    .transform(Number),
  invoiceKey: text,
  invoiceUrl: text,
  embeddedInvoice: text,
  courier: z.string().optional(),
  trackingNumber: text,
  trackingUrl: text,
  dispatchedDate: text,
  items: z.array(
    z.strictObject({ id: z.string(), price: z.int(), quantity: z.int().min(1), description: z.string().optional() }),
  ),
});
export type Invoice = z.output<typeof invoiceBody>;

/** `PATCH …/invoice/{invoiceNumber}`: every key has to be there. */
export const shippedBody = z.strictObject({
  trackingNumber: z.string(),
  trackingUrl: z.string().nullable(),
  courier: z.string().nullable(),
  dispatchedDate: z.string().nullable(),
});

export type ShippedPackage = z.output<typeof shippedBody>;

/** `PUT …/invoice/{invoiceNumber}/tracking`. */
export const trackingBody = z.strictObject({
  isDelivered: z.boolean(),
  deliveredDate: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$/)
    .nullable(),
  events: z.array(
    z.strictObject({ city: z.string(), state: z.string(), description: z.string(), date: z.string().min(1) }),
  ),
});

export type Tracking = z.output<typeof trackingBody>;

/** An element of `packageAttachment.packages`: there is one for each invoice. */
export interface Package {
  items: { itemIndex: number; quantity: number; price: number; description: string | null; unitMultiplier: number }[];
  courier: string | null;
  invoiceNumber: string;
  invoiceValue: number;
  invoiceUrl: string | null;
  issuanceDate: string;
  trackingNumber: string | null;
  invoiceKey: string | null;
  trackingUrl: string | null;
  embeddedInvoice: string;
  type: 'Output' | 'Input';
  courierStatus: CourierStatus | null;
  cfop: null;
  restitutions: Record<string, never>;
  volumes: number;
  EnableInferItems: null;
}

interface CourierStatus {
  status: 'ok';
  finished: boolean;
  deliveredDate: string | null;
  data: { lastChange: string; city: string; state: string; description: string; createDate: string }[];
}

/** What was invoiced of an order so far, in hundredths; returns do not count. */
export const invoicedValueOf = (packages: readonly Package[]): number =>
  packages.reduce((sum, { type, invoiceValue }) => sum + (type === 'Output' ? invoiceValue : 0), 0);

export const makePackage = (invoice: Invoice, items: readonly OrderItem[]): Package => ({
  items: toPackageItems(invoice.items, items),
  courier: invoice.courier ?? null,
  invoiceNumber: invoice.invoiceNumber,
  invoiceValue: invoice.invoiceValue,
  invoiceUrl: invoice.invoiceUrl ?? null,
  issuanceDate: invoice.issuanceDate,
  // Empty strings stand for nothing here: "this field should be left empty" in a call that invoices.
  trackingNumber: invoice.trackingNumber || null,
  invoiceKey: invoice.invoiceKey ?? null,
  trackingUrl: invoice.trackingUrl || null,
  embeddedInvoice: invoice.embeddedInvoice ?? '',
  type: invoice.type,
  courierStatus: null,
  cfop: null,
  restitutions: {},
  volumes: 1,
  EnableInferItems: null,
});

/** Invoiced items name a SKU; two lines of one SKU are taken in the order's own order. */
function toPackageItems(invoiced: Invoice['items'], items: readonly OrderItem[]): Package['items'] {
  const taken = new Set<number>();
  return invoiced.map(({ id, quantity, price, description }) => {
    const isOf = (item: OrderItem): boolean => item.id === id;
    const free = items.findIndex((item, index) => isOf(item) && !taken.has(index));
    const itemIndex = free < 0 ? items.findIndex(isOf) : free;
    const item = items[itemIndex];
    if (item === undefined) throw new VtexRefusal(400, 'OMS001', `The order has no item ${id}`);
    taken.add(itemIndex);
    return { itemIndex, quantity, price, description: description ?? null, unitMultiplier: item.unitMultiplier };
  });
}
