import { createHash } from 'node:crypto';
import type { SandboxContext } from '../context.ts';
import type { AccountSettings } from './account-settings.ts';
import { createAnnouncements } from './announcements.ts';
import { createCatalog } from './catalog.ts';
import { createChanges } from './changes.ts';
import { createInvoices } from './invoices.ts';
import type { OmsAccount } from './oms-account.ts';
import type { OmsOrder } from './oms-order.ts';
import { contentOf, makeOrderDoc, newOrderSchema, type NewOrder, type OrderRequest } from './order-doc.ts';
import { orderNotFound, VtexRefusal } from './vtex-refusal.ts';
import { toEventTime, toVtexTime } from './vtex-time.ts';

/** The simulated ERP takes a moment. */
const erpDelayMs = 1_000;

/** One simulated VTEX account: its orders, and whom it tells of them. */
export function createAccount(context: SandboxContext, initial: AccountSettings) {
  const orders = new Map<string, OmsOrder>();
  const listeners = new Set<Parameters<OmsAccount['onStatus']>[0]>();
  let settings = initial;
  let made = context.ordersFrom ?? 0;
  let receipts = 0;

  /** 32 digits, the same in every run with the same seed (and clock, where a time is among the parts). */
  const hexOf = (...parts: string[]): string =>
    createHash('md5')
      .update([context.seed, initial.account, ...parts].join('/'))
      .digest('hex');
  const note = ({ orderId }: OmsOrder, effect: string): void =>
    context.books.addEffect(initial.account, orderId, `oms.${effect}`);

  const announcements = createAnnouncements({ context, settings: () => settings, hexOf });
  const { feed, hook, setHook, ping, tell } = announcements;
  const catalog = createCatalog(context, initial.account);

  /** Something else than its status changed: only who filters by orders, not by workflow, hears of it. */
  const tellChange = (order: OmsOrder): void => tell(order, order.doc.status, false);

  function moveTo(order: OmsOrder, state: string): void {
    const lastState = order.doc.status;
    if (lastState === state) return;
    order.doc.status = state;
    if (state === 'invoiced') order.doc['invoicedDate'] = toVtexTime(context.now());
    tell(order, lastState, true);
    for (const listener of listeners) listener(order, lastState);
  }

  const invoices = createInvoices({ now: context.now, note, moveTo, tellChange });
  const changes = createChanges({ context, settings: () => settings, hexOf, note, tellChange });

  /** False when it is not `ready-for-handling`. */
  function startHandling(order: OmsOrder): boolean {
    if (order.doc.status !== 'ready-for-handling') return false;
    note(order, 'handlingStarted');
    moveTo(order, 'start-handling');
    moveTo(order, 'handling');
    return true;
  }

  const port: OmsAccount = {
    name: initial.account,
    orders: () => [...orders.values()],
    order: (orderId) => orders.get(orderId),
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    startHandling(orderId) {
      const order = orders.get(orderId);
      return order !== undefined && startHandling(order);
    },
    pickingDone(orderId, picked) {
      const order = orders.get(orderId);
      if (order === undefined || order.doc.status !== 'handling') return;
      if (settings.readyForInvoicing) moveTo(order, 'ready-for-invoicing');
      if (!settings.erp.invoices) return;
      const items = picked.flatMap(({ uniqueId, quantity, priceMinor: price }) =>
        order.doc.items
          .filter((item) => item.uniqueId === uniqueId && quantity > 0)
          .map(({ id }) => ({ id, quantity, price })),
      );
      context.timers.after(erpDelayMs, () => invoices.addRest(order, items));
    },
    delivered(orderId, tracking) {
      const order = orders.get(orderId);
      if (order !== undefined) invoices.finish(order, tracking);
    },
  };

  /** By id, or by `seq` and its number, as the calls take both; 404 without one. */
  function get(id: string): OmsOrder {
    const sequence = /^seq(\d+)$/.exec(id)?.[1];
    const order =
      sequence === undefined ? orders.get(id) : [...orders.values()].find(({ doc }) => doc.sequence === sequence);
    if (order === undefined || order.input.gone) throw orderNotFound(id);
    return order;
  }

  return {
    port,
    orders,
    feed,
    hook,
    setHook,
    ping,
    invoices,
    changes,
    startHandling,
    moveTo,
    catalog,
    stop(): void {
      announcements.stop();
      catalog.stop();
    },
    settings: () => settings,
    change(next: AccountSettings): void {
      settings = next;
    },
    get,
    /** The same for `GET`, which may come before the order can be read. */
    read(id: string): OmsOrder {
      const order = get(id);
      if (order.invisibleReads > 0) {
        order.invisibleReads -= 1;
        throw orderNotFound(id);
      }
      if (context.now() < order.createdAt + order.input.visibleAfterMs) throw orderNotFound(id);
      return order;
    },
    /** `orderId` is "identification of the order in the seller". */
    receiptOf({ doc }: OmsOrder) {
      receipts += 1;
      const date = toVtexTime(context.now());
      return { date, orderId: doc.sellerOrderId, receipt: hexOf('receipt', doc.orderId, date, String(receipts)) };
    },
    make(request: OrderRequest): OmsOrder {
      const input = newOrderSchema.parse(request);
      made += 1;
      const orderId = input.orderId ?? `v${String(40_000_000 + made)}${settings.account.slice(0, 4)}-01`;
      const createdAt = context.now();
      const order: OmsOrder = {
        orderId,
        doc: makeOrderDoc({ ...input, orderId }, { account: settings.account, number: made, nowMs: createdAt }),
        input,
        createdAt,
        changedAt: createdAt,
        invisibleReads: input.visibleAfterReads,
        startHandlingCalls: 0,
        changes: [],
        changeOutcomes: [],
        interactions: [],
      };
      Object.assign(order.doc, input.doc, { orderId });
      orders.set(orderId, order);
      if (input.status !== undefined) {
        moveTo(order, input.status);
        return order;
      }
      moveTo(order, 'window-to-cancel');
      const release = (): void => {
        if (order.doc.status === 'window-to-cancel') moveTo(order, 'ready-for-handling');
      };
      if (input.afterMs === 0) release();
      else context.timers.after(input.afterMs, release);
      return order;
    },
    /** Somebody changed the order itself: its lines, where it goes, or whether it can be read. */
    revise(order: OmsOrder, input: NewOrder): void {
      order.input = input;
      Object.assign(order.doc, contentOf(order.input, order.doc.sequence, order.createdAt));
      tellChange(order);
    },
    /** Not once something was invoiced: 400. */
    cancel(order: OmsOrder, reason: string, by: 'customer' | 'seller'): void {
      const { doc } = order;
      if (doc.status === 'canceled') return;
      if (doc.status === 'invoiced' || doc.packageAttachment.packages.length > 0) {
        throw new VtexRefusal(400, 'OMS011', 'An invoiced order cannot be canceled');
      }
      const cancellationData = {
        RequestedByUser: by === 'customer',
        RequestedBySystem: false,
        RequestedBySellerNotification: by === 'seller',
        RequestedByPaymentNotification: false,
        Reason: reason,
        CancellationDate: toEventTime(context.now()),
      };
      Object.assign(doc, { cancelReason: reason, cancellationData, allowCancellation: false });
      note(order, 'canceled');
      moveTo(order, 'cancel');
      moveTo(order, 'canceled');
    },
    forget(): void {
      orders.clear();
      announcements.forget();
      catalog.forget();
    },
  };
}
export type Account = ReturnType<typeof createAccount>;
