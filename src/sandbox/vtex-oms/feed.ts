import { randomBytes } from 'node:crypto';
import type { SandboxContext } from '../context.ts';
import { shuffle } from '../random.ts';
import type { AccountSettings } from './account-settings.ts';

/** One event in the account's words, before hook or feed spell it. */
export interface OrderEvent {
  eventId: string;
  domain: string;
  orderId: string;
  state: string;
  lastState: string;
  lastChange: string;
  currentChange: string;
}

export interface FeedFilter {
  type: string;
  status?: string[] | undefined;
  expression?: string | undefined;
  disableSingleFire?: boolean | undefined;
}
export interface FeedConfig {
  filter: FeedFilter;
  visibilityTimeoutInSeconds: number;
  messageRetentionPeriodInSeconds: number;
}

/** FromOrders expressions are not evaluated: everything matches. */
export const isWanted = ({ type, status }: FeedFilter, state: string): boolean =>
  type !== 'FromWorkflow' || status === undefined || status.includes(state);

interface Waiting {
  event: OrderEvent;
  visibleAtMs: number;
  handle: string | null;
}

/** The feed's queue, which is SQS Standard: no order, duplicates, empty answers, and events that come back uncommitted. */
export function createFeed(context: SandboxContext, settings: () => AccountSettings) {
  let config: FeedConfig | null = null;
  let queue: Waiting[] = [];
  return {
    config: () => config,
    configure(next: FeedConfig | null): void {
      config = next;
      if (next === null) queue = [];
    },
    push(event: OrderEvent): void {
      if (config === null || !isWanted(config.filter, event.state)) return;
      queue.push({ event, visibleAtMs: 0, handle: null });
      if (context.random() < settings().feed.duplicateShare) queue.push({ event, visibleAtMs: 0, handle: null });
    },
    /** At most `max` events that nobody holds. */
    receive(max: number): (OrderEvent & { handle: string })[] {
      if (config === null || context.random() < settings().feed.emptyShare) return [];
      const now = context.now();
      const visible = queue.filter(({ visibleAtMs }) => visibleAtMs <= now);
      const hiddenMs = Math.max(1_000, (config.visibilityTimeoutInSeconds * 1_000) / context.speed);
      return shuffle(visible, context.random)
        .slice(0, max)
        .map((waiting) => {
          const handle = `handle.${randomBytes(24).toString('base64url')}`;
          Object.assign(waiting, { handle, visibleAtMs: now + hiddenMs });
          return { ...waiting.event, handle };
        });
    },
    /** Handles that are unknown, or were replaced by a later read, change nothing. */
    commit(handles: readonly string[]): number {
      const given = new Set(handles);
      const before = queue.length;
      queue = queue.filter(({ handle }) => handle === null || !given.has(handle));
      return before - queue.length;
    },
    waiting: () => queue.length,
    forget(): void {
      queue = [];
    },
  };
}
export type Feed = ReturnType<typeof createFeed>;
