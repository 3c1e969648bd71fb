import type { PnpTracking } from './oms-account.ts';
import type { OmsOrder } from './oms-order.ts';
import {
  invoicedValueOf,
  makePackage,
  type Invoice,
  type Package,
  type ShippedPackage,
  type Tracking,
} from './packages.ts';
import { VtexRefusal } from './vtex-refusal.ts';
import { toVtexTime } from './vtex-time.ts';

export interface Invoices {
  /** `POST …/invoice`. A number that is known changes nothing: such a call only answers a new receipt. */
  add(order: OmsOrder, invoice: Invoice): void;
  /** Somebody's ERP: everything that is not invoiced yet. */
  addRest(order: OmsOrder, items: Invoice['items']): void;
  /** `PATCH …/invoice/{invoiceNumber}`. */
  ship(order: OmsOrder, invoiceNumber: string, shipped: ShippedPackage): void;
  /** `PUT …/invoice/{invoiceNumber}/tracking`; needs a tracking number first. */
  track(order: OmsOrder, invoiceNumber: string, tracking: Tracking): void;
  /** The courier of the latest package is done. */
  finish(order: OmsOrder, tracking: PnpTracking): void;
}

interface InvoicesDeps {
  now: () => number;
  note: (order: OmsOrder, effect: string) => void;
  moveTo: (order: OmsOrder, state: string) => void;
  tellChange: (order: OmsOrder) => void;
}

export function createInvoices({ now, note, moveTo, tellChange }: InvoicesDeps): Invoices {
  const packagesOf = ({ doc }: OmsOrder): Package[] => doc.packageAttachment.packages;

  const get = (order: OmsOrder, invoiceNumber: string): Package => {
    const found = packagesOf(order).find((parcel) => parcel.invoiceNumber === invoiceNumber);
    if (packagesOf(order).length === 0) throw notInvoiced();
    if (found === undefined) throw new VtexRefusal(404, 'OMS014', `Invoice ${invoiceNumber} not found`);
    return found;
  };

  /** The order's own status stays `invoiced`. */
  const settle = (order: OmsOrder, parcel: Package, status: Omit<NonNullable<Package['courierStatus']>, 'status'>) => {
    if (status.finished && parcel.courierStatus?.finished !== true) note(order, 'delivered');
    parcel.courierStatus = { status: 'ok', ...status };
    tellChange(order);
  };

  const add: Invoices['add'] = (order, invoice) => {
    const packages = packagesOf(order);
    if (packages.some(({ invoiceNumber }) => invoiceNumber === invoice.invoiceNumber)) return;
    if (invoice.type === 'Output' && invoicedValueOf(packages) + invoice.invoiceValue > order.doc.value) {
      throw new VtexRefusal(400, 'OMS015', 'The invoices would come to more than the order');
    }
    if (order.doc.status === 'canceled') throw new VtexRefusal(400, 'OMS012', 'A canceled order cannot be invoiced');
    packages.push(makePackage(invoice, order.doc.items));
    note(order, invoice.type === 'Output' ? 'invoiced' : 'returned');
    if (order.doc.status === 'invoiced' || invoicedValueOf(packages) < order.doc.value) {
      tellChange(order);
      return;
    }
    moveTo(order, 'invoice');
    moveTo(order, 'invoiced');
  };

  return {
    add,
    addRest(order, items) {
      const { sequence, status, value } = order.doc;
      const invoiceValue = value - invoicedValueOf(packagesOf(order));
      if (invoiceValue <= 0 || status === 'canceled') return;
      add(order, { type: 'Output', issuanceDate: toVtexTime(now()), invoiceNumber: `INV${sequence}`, invoiceValue, items }); // prettier-ignore
    },
    ship(order, invoiceNumber, shipped) {
      const { trackingNumber, trackingUrl, courier } = shipped;
      Object.assign(get(order, invoiceNumber), { trackingNumber, trackingUrl, courier });
      note(order, 'shipped');
      tellChange(order);
    },
    track(order, invoiceNumber, { isDelivered, deliveredDate, events }) {
      const parcel = get(order, invoiceNumber);
      if (parcel.trackingNumber === null) throw new VtexRefusal(400, 'OMS013', 'The package has no tracking number');
      const at = toVtexTime(now());
      const data = events.map(({ date, ...event }) => ({ ...event, lastChange: at, createDate: date }));
      note(order, 'tracked');
      settle(order, parcel, { finished: isDelivered, deliveredDate, data });
    },
    finish(order, { deliveredDate, events }) {
      const parcel = packagesOf(order).findLast(({ type }) => type === 'Output');
      if (parcel === undefined) return;
      const at = toVtexTime(now());
      const told = events.map(({ date, ...event }) => ({ ...event, lastChange: at, createDate: date }));
      const data = [...(parcel.courierStatus?.data ?? []), ...told];
      settle(order, parcel, { finished: true, deliveredDate: deliveredDate ?? at, data });
    },
  };
}

/** What the Pick and Pack API documents for the same thing; the Orders API prints no refusal of its own. */
const notInvoiced = (): VtexRefusal =>
  new VtexRefusal(404, 'ORA0001B', 'The order must be invoiced to update the status to delivered');
