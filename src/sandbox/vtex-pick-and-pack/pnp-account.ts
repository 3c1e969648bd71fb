import { randomInt, randomUUID } from 'node:crypto';
import type { SandboxContext } from '../context.ts';
import type { OmsAccount, OmsOrderRecord, PnpTracking } from '../vtex-oms/oms-account.ts';
import type { PnpAccountSettings } from './account-settings.ts';
import { createHooks } from './hooks.ts';
import { createOrderIndex, type OrderIndex } from './order-index.ts';
import { pick, pickingPriceOf } from './picker.ts';
import { importOrder, invoicesOf, type PnpOrder, type PnpReturn, type PnpShipment } from './pnp-order.ts';
import { serviceStatusOf } from './statuses.ts';
import { nextStatus } from './walk.ts';

/** Pick and Pack in one VTEX account: imports, picks, packs, waits for the invoice, ships, and tells. */
export interface PnpAccount {
  readonly name: string;
  readonly index: OrderIndex;
  settings(): PnpAccountSettings;
  change(next: PnpAccountSettings): void;
  /** To any status, from any. */
  moveTo(order: PnpOrder, status: string): void;
  /** The Admin's "Import": whatever the settings and filters say; undefined when the OMS has no such order. */
  importByHand(orderId: string): PnpOrder | undefined;
  /** `PATCH /orders/{id}/tracking`: delivered here, and told to the OMS. */
  setDelivered(order: PnpOrder, tracking: PnpTracking): void;
  /** The customer gave some of it back, and it is in the store again. */
  bringBack(order: PnpOrder, items: PnpReturn['items']): PnpReturn;
  /** Forgets orders, and what was to be told of them. */
  forget(): void;
  stop(): void;
}

const ends: ReadonlySet<string> = new Set(['IDLE', 'DELIVERED', 'RETURNED', 'CANCELED']);

export function createPnpAccount(context: SandboxContext, oms: OmsAccount, initial: PnpAccountSettings): PnpAccount {
  const { name } = oms;
  const index = createOrderIndex();
  let settings = initial;
  const hooks = createHooks(context, name, () => settings);

  function moveTo(order: PnpOrder, status: string): void {
    const oldStatus = order.status;
    if (oldStatus === status) return;
    const now = context.now();
    Object.assign(order, { status, updatedAt: now });
    order.history.push({ status, at: now });
    if (status === 'READY_FOR_PACKING' || status === 'READY_FOR_INVOICING') {
      order.picks ??= pick(order, context.picker.outcome, context.seed);
    }
    const shipped = serviceStatusOf(status);
    if (shipped !== undefined) ship(order, shipped, now);
    else if (status === 'CANCELED' && order.shipment !== null) order.shipment.status = 'CANCELLED';
    order.isPacked ||= shipped !== undefined || (status === 'READY_FOR_INVOICING' && settings.packing === 'afterPicking'); // prettier-ignore
    hooks.tell(order, oldStatus);
    if (context.picker.mode === 'walk') goOn(order);
    if (status === 'READY_FOR_INVOICING') oms.pickingDone(order.orderId, toPicked(order));
  }

  function ship(order: PnpOrder, status: string, now: number): void {
    if (order.shipment === null) {
      order.shipment = makeShipment(now);
      index.addShipment(order, order.shipment);
    }
    order.shipment.status = status;
    if (status === 'DELIVERED') order.shipment.deliveredAt = now;
  }

  function goOn(order: PnpOrder): void {
    const next = nextStatus(order, settings.packing);
    if (next === null) return;
    const from = order.status;
    context.timers.after(context.picker.stepMs, () => {
      if (order.status === from) moveTo(order, next);
    });
  }

  function take(order: PnpOrder, record: OmsOrderRecord): PnpOrder {
    index.add(order);
    context.books.addEffect(name, order.orderId, 'pnp.imported');
    moveTo(order, 'READY_FOR_HANDLING');
    if (settings.startHandling) oms.startHandling(order.orderId);
    follow(order, record);
    return order;
  }

  function importByItself(record: OmsOrderRecord): void {
    if (index.orders.has(record.orderId) || (record.doc.status === 'canceled' && settings.followsCancel)) return;
    const order = importOrder(record, name, context.now());
    if (!settings.excludeWarehouseIds.includes(order.warehouseId)) take(order, record);
  }

  /** Invoiced while Pick and Pack was not ready for it: it gives the order up, and never takes it back. */
  function follow(order: PnpOrder, record: OmsOrderRecord): void {
    if (ends.has(order.status)) return;
    const { status } = record.doc;
    if (status === 'invoiced') {
      order.invoices = invoicesOf(record);
      const isReady = order.status === 'READY_FOR_INVOICING' || order.status === 'INVOICING';
      moveTo(order, isReady ? 'INVOICING' : 'IDLE');
    } else if (status === 'canceled' && settings.followsCancel) moveTo(order, 'CANCELED');
  }

  function onStatus(record: OmsOrderRecord): void {
    const order = index.orders.get(record.orderId);
    if (order !== undefined) follow(order, record);
    else if (record.doc.status === 'ready-for-handling' && settings.importing) {
      context.timers.after(settings.importDelayMs, () => importByItself(record));
    }
  }
  const detach = oms.onStatus(onStatus);
  for (const record of oms.orders()) onStatus(record);

  return {
    name,
    index,
    settings: () => settings,
    change(next) {
      settings = next;
    },
    moveTo,
    importByHand(orderId) {
      const record = oms.order(orderId);
      if (record === undefined) return undefined;
      return index.orders.get(orderId) ?? take(importOrder(record, name, context.now()), record);
    },
    setDelivered(order, tracking) {
      context.books.addEffect(name, order.orderId, 'pnp.deliveryTold');
      if (!ends.has(order.status)) moveTo(order, 'DELIVERED');
      oms.delivered(order.orderId, tracking);
    },
    bringBack(order, items) {
      const now = context.now();
      const shipment = { ...makeShipment(now), status: 'DELIVERED', deliveredAt: now };
      const back = { id: randomUUID(), items, shipment };
      order.returns.push(back);
      order.updatedAt = now;
      index.addShipment(order, shipment);
      context.books.addEffect(name, order.orderId, 'pnp.broughtBack');
      hooks.tellReturn(order, back);
      return back;
    },
    forget() {
      index.clear();
      hooks.forget();
    },
    stop() {
      detach();
      hooks.stop();
    },
  };
}

/** What the order comes to; what took the place of a line costs what the line did. */
const toPicked = ({ picks }: PnpOrder): Parameters<OmsAccount['pickingDone']>[1] =>
  (picks ?? []).map((row) => ({
    uniqueId: row.uniqueId,
    quantity: row.replacedBy === null ? row.pickedQuantity : row.quantity,
    priceMinor: pickingPriceOf(row),
  }));

const makeShipment = (createdAt: number): PnpShipment => ({
  id: randomUUID(),
  serviceId: Array.from({ length: 30 }, () => randomInt(1, 10)).join(''),
  status: 'CREATED',
  createdAt,
  deliveredAt: null,
});
