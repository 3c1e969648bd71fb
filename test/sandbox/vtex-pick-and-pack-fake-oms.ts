import type { OmsAccount, OmsOrderRecord } from '../../src/sandbox/vtex-oms/oms-account.ts';

type Picked = Parameters<OmsAccount['pickingDone']>[1];

/** An OMS account that does nothing by itself, and remembers what Pick and Pack told it. */
export interface FakeOms extends OmsAccount {
  /** A shopper's order, which is ready for handling. */
  make(orderId: string, order?: { warehouseId?: string; isPickup?: boolean; lines?: FakeLine[] }): void;
  moveTo(orderId: string, status: string): void;
  /** Somebody's ERP: an invoice, and `invoiced`. */
  invoice(orderId: string): void;
  readonly handled: string[];
  readonly picked: Map<string, Picked>;
  readonly finished: ({ orderId: string } & Parameters<OmsAccount['delivered']>[1])[];
}

interface FakeLine {
  sku: string;
  quantity?: number;
  price?: number;
  unit?: string;
  unitMultiplier?: number;
}

const bananas: FakeLine = { sku: '75', quantity: 2, price: 322, unit: 'kg', unitMultiplier: 0.19 };

export function createFakeOms(name: string): FakeOms {
  const orders = new Map<string, OmsOrderRecord>();
  const listeners = new Set<Parameters<OmsAccount['onStatus']>[0]>();
  const oms: FakeOms = {
    name,
    handled: [],
    picked: new Map(),
    finished: [],
    orders: () => [...orders.values()],
    order: (orderId) => orders.get(orderId),
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    startHandling(orderId) {
      oms.handled.push(orderId);
      if (orders.get(orderId)?.doc.status !== 'ready-for-handling') return false;
      oms.moveTo(orderId, 'handling');
      return true;
    },
    pickingDone(orderId, picked) {
      oms.picked.set(orderId, picked);
    },
    delivered(orderId, tracking) {
      oms.finished.push({ orderId, ...tracking });
    },
    make(orderId, { warehouseId = 'store-2', isPickup = false, lines = [{ sku: '18' }, bananas] } = {}) {
      const doc = {
        orderId,
        sequence: orderId.replaceAll(/\D/g, '').padStart(6, '5'),
        status: 'window-to-cancel',
        items: lines.map((line, index) => ({
          uniqueId: `${orderId}/${index}`,
          id: line.sku,
          refId: `ref-${line.sku}`,
          name: `Item ${line.sku}`,
          ean: null,
          quantity: line.quantity ?? 1,
          price: line.price ?? 990,
          measurementUnit: line.unit ?? 'un',
          unitMultiplier: line.unitMultiplier ?? 1,
        })),
        packageAttachment: { packages: [] as unknown[] },
        shippingData: {
          logisticsInfo: lines.map(() => ({
            deliveryChannel: isPickup ? 'pickup-in-point' : 'delivery',
            deliveryIds: [{ warehouseId }],
          })),
        },
      };
      orders.set(orderId, { orderId, doc });
      oms.moveTo(orderId, 'ready-for-handling');
    },
    moveTo(orderId, status) {
      const order = orders.get(orderId);
      if (order === undefined) throw new Error(`no order ${orderId}`);
      const previous = order.doc.status;
      order.doc.status = status;
      for (const listener of listeners) listener(order, previous);
    },
    invoice(orderId) {
      const order = orders.get(orderId);
      if (order === undefined) throw new Error(`no order ${orderId}`);
      order.doc['packageAttachment'] = {
        packages: [{ invoiceKey: `key-${orderId}`, invoiceNumber: '1', invoiceValue: 1634 }],
      };
      oms.moveTo(orderId, 'invoiced');
    },
  };
  return oms;
}
