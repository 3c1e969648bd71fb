import type { SandboxContext } from '../context.ts';
import { createHookSender } from '../hook-sender.ts';
import type { AccountSettings } from './account-settings.ts';
import { createFeed, isWanted, type FeedFilter, type OrderEvent } from './feed.ts';
import type { OmsAccount } from './oms-account.ts';
import { makeOrderDoc, type NewOrder, type OrderDoc } from './order-doc.ts';
import { toVtexTime } from './vtex-time.ts';

export interface OmsOrder {
  orderId: string;
  doc: OrderDoc;
  invisibleReads: number;
  gone: boolean;
  interactions: { source: string; message: string }[];
}

export interface HookConfig {
  filter: FeedFilter;
  hook: { url: string; headers: Record<string, string> };
}

/** The guide's words: an undisclosed geometric progression. */
const hookLadderMs = [0, 5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 640_000];
const hookTimeoutMs = 5_000;
const partner = 'vtex';

/** One simulated VTEX account: its orders, and whom it tells of them. */
export function createAccount(context: SandboxContext, initial: AccountSettings) {
  const orders = new Map<string, OmsOrder>();
  const listeners = new Set<Parameters<OmsAccount['onStatus']>[0]>();
  let settings = initial;
  let hook: HookConfig | null = null;
  let made = 0;
  const feed = createFeed(context, () => settings);
  const sender = createHookSender(context, {
    partner,
    org: initial.account,
    ladderMs: hookLadderMs,
    timeoutMs: hookTimeoutMs,
    isTaken: (status) => status === 200,
  });

  const tell = (event: OrderEvent): void => {
    feed.push(event);
    if (hook === null || !isWanted(hook.filter, event.state)) return;
    const { domain, orderId, state, lastState, lastChange, currentChange } = event;
    const full = settings.hookStyle === 'full' ? { LastState: lastState, CurrentChange: currentChange } : {};
    const Origin = { Account: settings.account, Key: settings.appKey };
    const body = { Domain: domain, OrderId: orderId, State: state, LastChange: full.CurrentChange === undefined ? currentChange : lastChange, ...full, Origin }; // prettier-ignore
    sender.send(hook.hook, `hook.${state}`, body);
  };

  function moveTo(order: OmsOrder, state: string): void {
    const { doc } = order;
    const { status: lastState, lastChange } = doc;
    if (lastState === state) return;
    const currentChange = toVtexTime(context.now());
    Object.assign(doc, { status: state, lastChange: currentChange });
    if (state === 'invoiced') doc['invoicedDate'] = currentChange;
    const domains = settings.bothDomains ? ['Marketplace', 'Fulfillment'] : ['Fulfillment'];
    for (const domain of domains) {
      const eventId = `${order.orderId}-${state}-${domain}`.toUpperCase();
      tell({
        eventId,
        domain,
        orderId: order.orderId,
        state,
        lastState,
        lastChange: String(lastChange),
        currentChange,
      });
    }
    for (const listener of listeners) listener(order, lastState);
  }

  function invoice(order: OmsOrder, invoiceNumber: string, value: number, extra: Record<string, unknown> = {}): void {
    const packages = packagesOf(order);
    const known = packages.find((entry) => entry['invoiceNumber'] === invoiceNumber);
    if (known === undefined) {
      packages.push({ invoiceNumber, invoiceValue: value, type: 'Output', courierStatus: null, ...extra });
      context.books.addEffect(settings.account, order.orderId, 'oms.invoiced');
    }
    const invoiced = packages
      .filter((entry) => entry['type'] !== 'Input')
      .reduce((sum, entry) => sum + Number(entry['invoiceValue']), 0);
    if (invoiced >= Number(order.doc['value'])) moveTo(order, 'invoiced');
  }

  /** A change of what is in the order: only who filters by orders, not by workflow, hears of it. */
  function tellChange(order: OmsOrder): void {
    const { status: state, lastChange } = order.doc;
    const at = String(lastChange);
    const event = { domain: 'Fulfillment', orderId: order.orderId, state, lastState: state, lastChange: at };
    tell({ ...event, eventId: `${order.orderId}-${at}`, currentChange: at });
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
      if (order === undefined || order.doc.status !== 'ready-for-handling') return false;
      context.books.addEffect(settings.account, orderId, 'oms.handlingStarted');
      moveTo(order, 'start-handling');
      moveTo(order, 'handling');
      return true;
    },
    pickingDone(orderId) {
      const order = orders.get(orderId);
      if (order === undefined || order.doc.status !== 'handling') return;
      if (settings.readyForInvoicing) moveTo(order, 'ready-for-invoicing');
      if (settings.erp.invoices) {
        context.timers.after(1_000, () => invoice(order, `INV${order.doc.sequence}`, Number(order.doc['value'])));
      }
    },
    delivered(orderId, deliveredDate) {
      const last = packagesOf(orders.get(orderId)).at(-1);
      if (last !== undefined) last['courierStatus'] = { status: 'delivered', finished: true, deliveredDate, data: [] };
    },
  };

  return {
    port,
    orders,
    feed,
    moveTo,
    tellChange,
    invoice,
    settings: () => settings,
    change(next: AccountSettings): void {
      settings = next;
    },
    hook: () => hook,
    setHook(next: HookConfig | null): void {
      hook = next;
    },
    /** "Ping": what VTEX sends before it keeps a hook. */
    ping: async (to: HookConfig['hook']): Promise<boolean> =>
      (await sender.attempt(to, { hookConfig: 'ping' })) === 200,
    make(input: NewOrder): OmsOrder {
      made += 1;
      const orderId = input.orderId ?? `v${String(40_000_000 + made)}${settings.account.slice(0, 4)}-01`;
      const facts = { account: settings.account, number: made, nowMs: context.now() };
      const order: OmsOrder = {
        orderId,
        doc: makeOrderDoc({ ...input, orderId }, facts),
        invisibleReads: input.visibleAfterReads,
        gone: input.gone,
        interactions: [],
      };
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
    forget(): void {
      orders.clear();
      feed.forget();
    },
    stop: () => sender.stop(),
  };
}
export type Account = ReturnType<typeof createAccount>;

export function packagesOf(order: OmsOrder | undefined): Record<string, unknown>[] {
  const attachment: unknown = order?.doc['packageAttachment'];
  const packages: unknown =
    typeof attachment === 'object' && attachment !== null && 'packages' in attachment ? attachment.packages : [];
  return Array.isArray(packages) ? packages : [];
}
