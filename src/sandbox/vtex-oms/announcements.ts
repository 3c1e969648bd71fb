import type { SandboxContext } from '../context.ts';
import { createHookSender, type HookSender } from '../hook-sender.ts';
import type { AccountSettings } from './account-settings.ts';
import { createFeed, type Feed } from './feed.ts';
import type { OmsOrder } from './oms-order.ts';
import { domainsOf, type OrderEvent } from './order-event.ts';
import { createWants, type OrderFilter, type Wants } from './order-filter.ts';
import { createStamps, toEventTime, toVtexTime } from './vtex-time.ts';

export interface HookConfig {
  filter: OrderFilter;
  hook: { url: string; headers: Record<string, string> };
}

/** Whom an account tells of its orders: the one feed and the one hook of its key. */
export interface Announcements {
  feed: Feed;
  hook: () => HookConfig | null;
  setHook: (next: HookConfig | null) => void;
  /** What VTEX sends before it keeps a hook; anything but 200 is false. */
  ping: (to: HookConfig['hook']) => Promise<boolean>;
  /** Dates the change that was made to an order, and tells of it. `isMove`: its status changed, and was `lastState`. */
  tell: (order: OmsOrder, lastState: string, isMove: boolean) => void;
  /** Events that wait, and notifications that are still to be sent again; hook and feed stay configured. */
  forget: () => void;
  stop: () => void;
}

interface AnnouncementsDeps {
  context: SandboxContext;
  settings: () => AccountSettings;
  hexOf: (...parts: string[]) => string;
}

/** The guide's words: an undisclosed geometric progression. */
const hookLadderMs = [0, 5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 640_000];
const hookTimeoutMs = 5_000;

export function createAnnouncements({ context, settings, hexOf }: AnnouncementsDeps): Announcements {
  const stamp = createStamps(context.now);
  const feed = createFeed(context, settings);
  const makeSender = (): HookSender =>
    createHookSender(context, {
      partner: 'vtex',
      org: settings().account,
      ladderMs: hookLadderMs,
      timeoutMs: hookTimeoutMs,
      isTaken: (status) => status === 200,
    });
  let sender = makeSender();
  let hook: HookConfig | null = null;
  let wants: Wants = () => false;

  function sendHook(target: HookConfig['hook'], event: OrderEvent): void {
    const { account, appKey, hookStyle } = settings();
    const changes =
      hookStyle === 'full'
        ? { LastState: event.lastState, LastChange: event.lastChange, CurrentChange: event.currentChange }
        : { LastChange: event.currentChange };
    sender.send(target, `hook.${event.state}`, {
      Domain: event.domain,
      OrderId: event.orderId,
      State: event.state,
      ...changes,
      Origin: { Account: account, Key: appKey },
    });
  }

  return {
    feed,
    hook: () => hook,
    setHook(next) {
      hook = next;
      wants = next === null ? () => false : createWants(next.filter);
    },
    ping: async (to) => (await sender.attempt(to, { hookConfig: 'ping' })) === 200,
    tell(order, lastState, isMove) {
      const { orderId, doc } = order;
      const lastChange = toEventTime(order.changedAt);
      order.changedAt = stamp();
      const currentChange = toEventTime(order.changedAt);
      doc.lastChange = toVtexTime(order.changedAt);
      for (const domain of domainsOf(doc.status, settings().bothDomains)) {
        const eventId = hexOf('event', orderId, domain, currentChange).toUpperCase();
        const event = { eventId, domain, orderId, state: doc.status, lastState, lastChange, currentChange };
        feed.push(event, doc, isMove);
        if (hook !== null && wants(event, doc, isMove)) sendHook(hook.hook, event);
      }
    },
    forget() {
      feed.forget();
      sender.stop();
      sender = makeSender();
    },
    stop: () => sender.stop(),
  };
}
