import { Failure } from '../../../domain/failure.ts';
import type { OmsInvoice } from '../write-back.ts';
import { fromMinor } from './money.ts';

/** `POST …/invoice` (Orders API, "Order invoice notification"). Money in hundredths. */
export interface InvoiceBody {
  type: 'Output' | 'Input';
  issuanceDate: string;
  invoiceNumber: string;
  /** In a string, without a separator. */
  invoiceValue: string;
  items: { id: string; price: number; quantity: number; description?: string }[];
  /** "Should be left empty" in a call that invoices. */
  trackingNumber: '';
  trackingUrl: '';
  invoiceKey?: string;
  invoiceUrl?: string;
}

/**
 * @throws Failure `rejected` `vtex.invoice_number_unusable`: with anything but letters and digits VTEX's own calls about it
 * answer 404, 400 or 500 (known issues 631970, 1302085); `vtex.invoice_value_unusable`
 */
export function toInvoiceBody(invoice: OmsInvoice, currency: string): InvoiceBody {
  const { number, valueMinor, issuedAt, key, url } = invoice;
  if (!/^[A-Za-z0-9]{1,64}$/.test(number)) {
    throw new Failure(
      'rejected',
      'vtex.invoice_number_unusable',
      'VTEX takes only letters and digits as an invoice’s number',
    );
  }
  if (valueMinor <= 0) {
    throw new Failure('rejected', 'vtex.invoice_value_unusable', 'VTEX takes only invoices of more than nothing');
  }
  return {
    type: typeOf(invoice.kind),
    issuanceDate: issuedAt,
    invoiceNumber: number,
    invoiceValue: String(fromMinor(valueMinor, currency)),
    items: invoice.lines.map(({ sku: id, quantity, unitPriceMinor, description }) => ({
      id,
      price: fromMinor(unitPriceMinor, currency),
      quantity,
      ...(description === undefined ? {} : { description }),
    })),
    trackingNumber: '',
    trackingUrl: '',
    ...(key === undefined ? {} : { invoiceKey: key }),
    ...(url === undefined ? {} : { invoiceUrl: url }),
  };
}

export const typeOf = (kind: OmsInvoice['kind']): InvoiceBody['type'] => (kind === 'sale' ? 'Output' : 'Input');
