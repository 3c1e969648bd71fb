import { randomUUID } from 'node:crypto';
import type { SandboxContext } from '../context.ts';
import { createHookSender } from '../hook-sender.ts';
import type { OmsAccount, OmsOrderRecord } from '../vtex-oms/oms-account.ts';
import type { PnpAccountSettings } from './account-settings.ts';
import { pick } from './picker.ts';
import { importOrder, warehouseOf, type PnpOrder } from './pnp-order.ts';
import { nextStatus, serviceStatuses } from './walk.ts';

export const partner = 'vtex-pick-and-pack';
/** No retries are documented: two quick ones, for a receiver that was just restarting. */
const hookLadderMs = [0, 1_000, 5_000];

/** Pick and Pack in one VTEX account: imports, picks, packs, waits for the invoice, ships, and tells. */
export function createPnpAccount(context: SandboxContext, oms: OmsAccount, initial: PnpAccountSettings) {
  const orders = new Map<string, PnpOrder>();
  let settings = initial;
  const sender = createHookSender(context, {
    partner,
    org: initial.account,
    ladderMs: hookLadderMs,
    timeoutMs: 10_000,
    isTaken: (status) => status >= 200 && status < 300,
  });

  function tell(order: PnpOrder, oldStatus: string): void {
    const { orderId, status: newStatus } = order;
    for (const { type, ...target } of settings.webhooks) {
      if (type === 'ORDER_STATUS') {
        sender.send(target, `order.${newStatus}`, { orderId, oldStatus, newStatus, hostname: settings.account });
      } else if (type === 'INVOICING' && newStatus === 'READY_FOR_INVOICING') {
        sender.send(target, 'invoicing', { orderId, status: newStatus, hostname: settings.account, type });
      } else if (type === 'WORKSHEET_STATUS' && newStatus === 'PICKING') {
        sender.send(target, 'worksheet', { worksheetId: order.worksheetId, ordersIds: [{ orderId }], status: 'IN_PROGRESS', hostname: settings.account }); // prettier-ignore
      } else if (type === 'RETURN_STATUS' && newStatus === 'RETURNED') {
        sender.send(target, 'return', { returnId: randomUUID(), orderId, status: 'RETURNED', hostname: settings.account }); // prettier-ignore
      }
    }
  }

  function moveTo(order: PnpOrder, status: string): void {
    const oldStatus = order.status;
    if (oldStatus === status) return;
    const now = context.now();
    Object.assign(order, { status, updatedAt: now });
    order.history.push({ status, at: now });
    if (status === 'READY_FOR_PACKING' || status === 'READY_FOR_INVOICING') {
      order.picks ??= pick(order, context.picker.outcome, context.seed);
    }
    const service = serviceStatuses[status];
    if (service !== undefined) ship(order, service, now);
    tell(order, oldStatus);
    if (status === 'READY_FOR_INVOICING') {
      const picked = (order.picks ?? []).map(({ uniqueId, pickedQuantity, price }) => ({
        uniqueId,
        quantity: pickedQuantity,
        priceMinor: price,
      }));
      oms.pickingDone(order.orderId, picked);
    }
    if (context.picker.mode === 'walk') goOn(order);
  }

  function ship(order: PnpOrder, status: string, now: number): void {
    if (order.shipment === null && status !== 'CREATED') return;
    order.shipment ??= { id: randomUUID(), serviceId: String(BigInt(`0x${randomUUID().replaceAll('-', '')}`)).slice(0, 30), status, deliveredAt: null }; // prettier-ignore
    order.shipment.status = status;
    if (status === 'DELIVERED') order.shipment.deliveredAt = now;
  }

  function goOn(order: PnpOrder): void {
    const next = nextStatus(order, settings.packing);
    if (next === null) return;
    const from = order.status;
    context.timers.after(context.picker.stepMs, () => {
      if (order.status === from && orders.get(order.orderId) === order) moveTo(order, next);
    });
  }

  function take(record: OmsOrderRecord): PnpOrder | null {
    const known = orders.get(record.orderId);
    if (known !== undefined || settings.excludeWarehouseIds.includes(warehouseOf(record))) return known ?? null;
    const order = importOrder(record, context.now());
    orders.set(order.orderId, order);
    context.books.addEffect(settings.account, order.orderId, 'pnp.imported');
    moveTo(order, 'READY_FOR_HANDLING');
    if (settings.startHandling) oms.startHandling(order.orderId);
    return order;
  }

  /** Invoiced while Pick and Pack was not ready for it: it gives the order up, and never takes it back. */
  function onInvoiced(order: PnpOrder, value: number): void {
    order.invoices.push({ invoiceKey: `key-${order.sequence}`, invoiceTotal: value });
    moveTo(order, order.status === 'READY_FOR_INVOICING' ? 'INVOICING' : 'IDLE');
  }

  const ends: ReadonlySet<string> = new Set(['IDLE', 'DELIVERED', 'RETURNED', 'CANCELED']);
  const detach = oms.onStatus((record) => {
    const { status } = record.doc;
    if (status === 'ready-for-handling' && settings.importing) {
      context.timers.after(settings.importDelayMs, () => take(record));
      return;
    }
    const order = orders.get(record.orderId);
    if (order === undefined || ends.has(order.status)) return;
    if (status === 'invoiced') onInvoiced(order, Number(record.doc['value']));
    if (status === 'canceled' && settings.followsCancel) moveTo(order, 'CANCELED');
  });

  return {
    orders,
    settings: () => settings,
    change(next: PnpAccountSettings): void {
      settings = next;
    },
    moveTo,
    /** The Admin's "Import". */
    importByHand(orderId: string): PnpOrder | null {
      const record = oms.order(orderId);
      return record === undefined ? null : take(record);
    },
    /** `PATCH /orders/{id}/tracking`: delivered here, and told to the OMS. */
    setDelivered(order: PnpOrder, deliveredDate: string | null): void {
      moveTo(order, 'DELIVERED');
      oms.delivered(order.orderId, deliveredDate);
    },
    forget: () => orders.clear(),
    stop(): void {
      detach();
      sender.stop();
    },
  };
}
export type PnpAccount = ReturnType<typeof createPnpAccount>;
