import { Failure } from '../../../domain/failure.ts';
import { OrderInputSchema } from '../../../domain/order-input.ts';
import { toInstant } from '../../vendor/vtex/to-instant.ts';
import type { OmsOrder } from '../port.ts';
import { toFulfilment, toRecipient, toStore, toWindow } from './delivery.ts';
import { toLines } from './order-lines.ts';
import { Remarks } from './remarks.ts';
import type { VtexSettings } from './settings.ts';
import { toText } from './to-text.ts';
import { toTotals } from './totals.ts';
import { toReturns } from './returns.ts';
import type { WireOrder } from './wire.ts';

/**
 * VTEX's order in Packline's shape. `externalId` is the id it was asked for by, which hooks and Pick and Pack use too.
 * Whatever is odd but harmless is a remark.
 * @throws Failure `rejected` `vtex.order_unusable` for an order that lacks what nobody can do without
 */
export function toOmsOrder(order: WireOrder, externalId: string, settings: VtexSettings): OmsOrder {
  const remarks = new Remarks();
  if (order.workflowIsInError === true) {
    remarks.add('vtex.workflow_error', 'the order’s workflow at VTEX is in error: it needs a person there');
  }
  const currency = order.storePreferencesData?.currencyCode ?? '';
  const fulfilment = toFulfilment(order, remarks);
  const notes = toText(order.openTextField?.value, 2_000);
  const channel = toText(order.salesChannel, 60);
  const input = OrderInputSchema.safeParse({
    externalId,
    placedAt: toInstant(order.creationDate) ?? undefined,
    currency,
    storeLocationId: toStore(order, settings, remarks),
    fulfilment,
    window: toWindow(order, remarks),
    recipient: toRecipient(order, fulfilment, remarks),
    lines: toLines(order.items ?? [], currency, remarks),
    totals: toTotals(order, currency, remarks),
    ...(notes === undefined ? {} : { notes }),
    ...(channel === undefined ? {} : { channel }),
    metadata: toMetadata(order),
  });
  const state = order.status;
  if (input.success && typeof state === 'string') {
    return {
      input: input.data,
      state,
      changedAt: toInstant(order.lastChange),
      remarks: remarks.list(),
      returns: toReturns(order),
    };
  }
  const pointers = (input.error?.issues ?? []).map(({ path }) => `/${path.join('/')}`);
  throw unusable([...new Set(typeof state === 'string' ? pointers : ['/status', ...pointers])]);
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
      const value = toText(order[field], 500);
      return value === undefined ? [] : [[field, value]];
    }),
  );
