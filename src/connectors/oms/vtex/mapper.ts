import { Failure } from '../../../domain/failure.ts';
import { OrderInputSchema } from '../../../domain/order-input.ts';
import { toInstant } from '../../vendor/vtex/to-instant.ts';
import type { OmsOrder } from '../port.ts';
import { toFulfilment, toRecipient, toStore, toWindow } from './delivery.ts';
import { toMinor } from './money.ts';
import { toLines, type Remark } from './order-lines.ts';
import type { VtexSettings } from './settings.ts';
import type { WireOrder } from './wire.ts';

/**
 * VTEX's order in Packline's shape. `externalId` is the id it was asked for by, which hooks and Pick and Pack use too.
 * Whatever is odd but harmless is a remark.
 * @throws Failure `rejected` `vtex.order_unusable` for an order that lacks what nobody can do without
 */
export function toOmsOrder(order: WireOrder, externalId: string, settings: VtexSettings): OmsOrder {
  const remarks: Remark[] = [];
  const currency = order.storePreferencesData?.currencyCode ?? '';
  const { lines, remarks: lineRemarks } = toLines(order.items ?? [], currency);
  const fulfilment = toFulfilment(order, remarks);
  if (order.workflowIsInError === true) {
    remarks.push({
      code: 'vtex.workflow_error',
      detail: 'the order’s workflow at VTEX is in error: it needs a person there',
    });
  }
  const notes = order.openTextField?.value?.trim().slice(0, 2_000);
  const channel = order.salesChannel?.slice(0, 60);
  const input = OrderInputSchema.safeParse({
    externalId,
    placedAt: toInstant(order.creationDate) ?? undefined,
    currency,
    storeLocationId: toStore(order, settings, remarks),
    fulfilment,
    window: toWindow(order, remarks),
    recipient: toRecipient(order, fulfilment, remarks),
    lines,
    totals: toTotals(order, currency, remarks),
    ...(notes === undefined || notes === '' ? {} : { notes }),
    ...(channel === undefined || channel === '' ? {} : { channel }),
    metadata: toMetadata(order),
  });
  if (!input.success) throw unusable(input.error.issues.map(({ path }) => `/${path.join('/')}`));
  return {
    input: input.data,
    state: order.status,
    changedAt: toInstant(order.lastChange),
    remarks: [...remarks, ...lineRemarks],
  };
}

/** Names of fields only: what is in them may be about a person. */
const unusable = (pointers: string[]): Failure =>
  new Failure(
    'rejected',
    'vtex.order_unusable',
    `The order lacks what it takes to handle it: ${pointers.slice(0, 5).join(', ')}`,
    {
      detail: { pointers: pointers.slice(0, 20) },
    },
  );

/** VTEX's totals need not add up (its own example does not); discounts are negative. */
function toTotals(order: WireOrder, currency: string, remarks: Remark[]) {
  const sumOf = (...ids: string[]): number => {
    const rows = (order.totals ?? []).filter((row) => ids.includes(row?.id ?? ''));
    return rows.reduce((sum, row) => sum + (row?.value ?? 0), 0);
  };
  const amount = (hundredths: number, name: string): number => {
    if (hundredths >= 0) return toMinor(hundredths, currency);
    remarks.push({ code: 'vtex.total_negative', detail: `the order's ${name} total is below zero; taken for zero` });
    return 0;
  };
  return {
    itemsMinor: amount(sumOf('Items', 'Discounts'), 'items'),
    shippingMinor: amount(sumOf('Shipping'), 'shipping'),
    taxMinor: amount(sumOf('Tax'), 'tax'),
    grandTotalMinor: amount(order.value ?? Number.NaN, 'grand'),
  };
}

const metadataFields = [
  'sequence',
  'orderGroup',
  'marketplaceOrderId',
  'sellerOrderId',
  'affiliateId',
  'origin',
  'salesChannel',
  'hostname',
] as const satisfies readonly (keyof WireOrder)[];

/** The other ids under which people know the order. */
const toMetadata = (order: WireOrder): Record<string, string> =>
  Object.fromEntries(
    metadataFields.flatMap((field) => {
      const value = order[field];
      return value === null || value === undefined || value === '' ? [] : [[field, value.slice(0, 500)]];
    }),
  );
