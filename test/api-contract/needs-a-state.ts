import { ownEvidence } from '../../src/domain/order-change.ts';
import type { Order } from '../../src/domain/order.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { changeOrder } from '../../src/store/change-order.ts';
import { commit } from '../../src/store/commit.ts';
import type { StoreDeps } from '../../src/store/deps.ts';

/** How an order has to be for an operation, and a body that is taken then: nobody draws the id of a line. */
interface Need {
  status: Order['status'];
  body: unknown;
}

/** Operations that the order of merchant-with-everything.ts does not allow as it is. */
export const needsAState: Readonly<Record<string, Need>> = {
  'POST /v1/orders/{orderId}/cancel': { status: 'PICKING', body: {} },
  'POST /v1/orders/{orderId}/invoices': {
    status: 'READY_FOR_INVOICING',
    body: { invoiceNumber: 'INV1', issuedAt: '2026-01-15T10:00:00Z', valueMinor: 1, acceptDifferences: true },
  },
  'POST /v1/orders/{orderId}/settlement/accept': { status: 'READY_FOR_INVOICING', body: {} },
  'POST /v1/orders/{orderId}/returns': { status: 'DELIVERED', body: { items: [{ lineId: 'line-1', quantity: 1 }] } },
};

/** Brings an order to where its first line was picked as it was asked for. */
export async function bringTo(store: StoreDeps, orderId: string, { status }: Need): Promise<void> {
  const options = { commit: (plan: Parameters<typeof commit>[1]) => commit(store, plan), work: deliveryWork };
  await changeOrder(store, orderId, options, ({ order }) => {
    const pickedItems = order.content.lines.slice(0, 1).map(({ id, sku, name, quantity, unitPriceMinor }) => ({
      id,
      sku,
      name,
      status: 'picked',
      quantity,
      requested_quantity: quantity,
      weight: null,
      price_cents: unitPriceMinor * quantity,
      requested_id: id,
      requested_sku: sku,
      scanned_barcode: null,
      scans: null,
      lineId: id,
      weightGrams: null,
    }));
    // That of merchant-with-everything.ts is invoiced.
    const heard = order.evidence.filter(({ code }) => code !== 'invoiced');
    const evidence = [...heard, ownEvidence('picks_settled', order.createdAt)];
    const settlement = { state: 'held', obstacles: ['added'] } as const;
    return { order: { ...order, status, invoiceStatus: 'notInvoiced', evidence, pickedItems, settlement } };
  });
}
