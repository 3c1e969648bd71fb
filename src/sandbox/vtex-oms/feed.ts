import { randomBytes } from 'node:crypto';
import type { SandboxContext } from '../context.ts';
import type { Random } from '../random.ts';
import type { AccountSettings } from './account-settings.ts';
import type { OrderEvent } from './order-event.ts';
import { createWants, type OrderFilter, type Wants } from './order-filter.ts';

export interface FeedConfig {
  filter: OrderFilter;
  visibilityTimeoutInSeconds: number;
  messageRetentionPeriodInSeconds: number;
}

interface Waiting {
  event: OrderEvent;
  atMs: number;
  visibleAtMs: number;
  /** Of the latest read. */
  handle: string | null;
}

/** The feed's queue, which is SQS Standard: no order, duplicates, empty answers, and events that come back uncommitted. */
export function createFeed(context: SandboxContext, settings: () => AccountSettings) {
  let config: FeedConfig | null = null;
  let wants: Wants = () => false;
  let queue: Waiting[] = [];

  const prune = (): void => {
    const oldestMs = context.now() - (config?.messageRetentionPeriodInSeconds ?? 0) * 1000;
    queue = queue.filter(({ atMs }) => atMs > oldestMs);
  };

  return {
    config: () => config,
    /** A new configuration keeps what waits under the old one; null ends the feed. */
    configure(next: FeedConfig | null): void {
      config = next;
      wants = next === null ? () => false : createWants(next.filter);
      if (next === null) queue = [];
    },
    push(...[event, doc, isMove]: Parameters<Wants>): void {
      if (!wants(event, doc, isMove)) return;
      const copies = context.random() < settings().feed.duplicateShare ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        queue.push({ event, atMs: context.now(), visibleAtMs: 0, handle: null });
      }
    },
    /** At most `max` events that nobody holds. */
    receive(max: number): (OrderEvent & { handle: string })[] {
      if (config === null || context.random() < settings().feed.emptyShare) return [];
      prune();
      const now = context.now();
      const visible = queue.filter(({ visibleAtMs }) => visibleAtMs <= now);
      const hiddenMs = Math.max(1_000, (config.visibilityTimeoutInSeconds * 1_000) / context.speed);
      return draw(visible, max, context.random).map((waiting) => {
        const handle = makeHandle(settings(), waiting.event);
        Object.assign(waiting, { handle, visibleAtMs: now + hiddenMs });
        return { ...waiting.event, handle };
      });
    },
    /** Handles that are unknown, or were replaced by a later read, change nothing. */
    commit(handles: readonly string[]): void {
      const given = new Set(handles);
      queue = queue.filter(({ handle }) => handle === null || !given.has(handle));
    },
    /** As if the visibility timeout of everything that is held had passed. */
    lapse(): void {
      for (const waiting of queue) waiting.visibleAtMs = 0;
    },
    /** Held events count too. */
    waiting(): { quantity: number; oldestSeconds: number } {
      prune();
      const oldestMs = queue.reduce((oldest, { atMs }) => Math.min(oldest, atMs), context.now());
      return { quantity: queue.length, oldestSeconds: (context.now() - oldestMs) / 1000 };
    },
    forget(): void {
      queue = [];
    },
  };
}

/** Takes at most `max` out of the list, in no order. The list may be long: the rest of it is not shuffled. */
function draw<Item>(from: Item[], max: number, random: Random): Item[] {
  const drawn: Item[] = [];
  while (drawn.length < max && from.length > 0) drawn.push(...from.splice(Math.floor(random() * from.length), 1));
  return drawn;
}

/** A JWT around SQS's own handle, another one for each read: about as long as VTEX's, so that nobody keeps it where only an id fits. */
function makeHandle({ account, appKey }: AccountSettings, { eventId, orderId, state, lastState }: OrderEvent): string {
  const toPart = (claims: Record<string, unknown>): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const header = toPart({ alg: 'HS256', typ: 'JWT' });
  const receipt = randomBytes(500).toString('base64');
  const claims = { AppKey: appKey, Account: account, OrderId: orderId, MessageId: eventId, State: state, LastState: lastState }; // prettier-ignore
  return `${header}.${toPart({ ...claims, Handle: receipt })}.${randomBytes(32).toString('base64url')}`;
}
export type Feed = ReturnType<typeof createFeed>;
