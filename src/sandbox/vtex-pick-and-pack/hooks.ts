import { randomUUID } from 'node:crypto';
import type { SandboxContext } from '../context.ts';
import type { FaultOf } from '../../domain/partner-fault.ts';
import { createHookSender } from '../hook-sender.ts';
import { shuffle } from '../random.ts';
import type { PnpAccountSettings, Webhook } from './account-settings.ts';
import type { PnpOrder, PnpReturn } from './pnp-order.ts';
import { worksheetStatusOf } from './statuses.ts';

export const partner = 'vtex-pick-and-pack';

const timeoutMs = 10_000;
const isTaken = (status: number | null): boolean => status !== null && status >= 200 && status < 300;

export interface PnpHooks {
  /** Tells who wants to know that the order had `oldStatus` before. */
  tell(order: PnpOrder, oldStatus: string): void;
  /** Tells who wants to know of returns that some of the order came back. */
  tellReturn(order: PnpOrder, back: PnpReturn): void;
  /** What waits is never sent. */
  forget(): void;
  stop(): void;
}

interface Message {
  event: string;
  body: Record<string, unknown>;
}

/** Webhooks of one account: to each address the news of an order one at a time and in order, as far as the faults let them. */
export function createHooks(context: SandboxContext, org: string, settings: () => PnpAccountSettings): PnpHooks {
  const sender = createHookSender(context, { partner, org, ladderMs: [], timeoutMs, isTaken });
  const queues = new Map<string, Promise<void>>();
  const held: (() => void)[] = [];
  let era = 0;

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      context.timers.afterReal(ms, resolve);
    });

  async function deliver({ url, headers }: Webhook, body: unknown, delayMs: number): Promise<void> {
    const madeIn = era;
    if (delayMs > 0) await wait(delayMs);
    for (const retryMs of [0, ...settings().hookRetriesMs]) {
      if (retryMs > 0) await wait(retryMs / context.speed);
      if (madeIn !== era) return;
      const status = await sender.attempt({ url, headers }, body);
      context.books.addCount(`${partner}.hook.${status ?? 'unanswered'}`);
      if (isTaken(status)) return;
    }
  }

  function enqueue(key: string, send: () => Promise<void>): void {
    const madeIn = era;
    const turn = (queues.get(key) ?? Promise.resolve())
      .then(() => (madeIn === era ? send() : undefined))
      .catch((error: unknown) => context.log.error({ err: error, partner }, 'hook.crashed'))
      .finally(() => {
        if (queues.get(key) === turn) queues.delete(key);
      });
    queues.set(key, turn);
  }

  function post(webhook: Webhook, orderId: string, { event, body }: Message): void {
    const faults = context.faults.take({ partner, org, event });
    if (faults.some(({ kind }) => kind === 'dropWebhook')) {
      context.books.addCount(`${partner}.hook.dropped`);
      return;
    }
    const copies = faults.find((fault): fault is FaultOf<'duplicate'> => fault.kind === 'duplicate')?.copies ?? 1;
    const reorder = faults.find((fault): fault is FaultOf<'reorder'> => fault.kind === 'reorder');
    const delayMs = faults.reduce((total, fault) => total + (fault.kind === 'delay' ? fault.ms : 0), 0);
    const send = (): void => {
      for (let copy = 0; copy < copies; copy += 1) {
        enqueue(`${orderId} ${webhook.url}`, () => deliver(webhook, body, delayMs));
      }
    };
    if (reorder === undefined) {
      send();
      return;
    }
    if (held.length === 0) {
      context.timers.afterReal(reorder.windowMs, () => {
        for (const sendHeld of shuffle(held.splice(0), context.random)) sendHeld();
      });
    }
    held.push(send);
  }

  return {
    tell(order, oldStatus) {
      for (const webhook of settings().webhooks) {
        for (const message of messagesFor(webhook.type, order, oldStatus, settings())) {
          post(webhook, order.orderId, message);
        }
      }
    },
    tellReturn({ orderId, updatedAt }, { id: returnId, shipment: { status } }) {
      const date = new Date(updatedAt).toISOString();
      const body = { returnId, orderId, status, date, hostname: settings().account };
      for (const webhook of settings().webhooks) {
        if (webhook.type === 'RETURN_STATUS') post(webhook, orderId, { event: 'return', body });
      }
    },
    forget() {
      era += 1;
      queues.clear();
      held.length = 0;
    },
    stop() {
      era += 1;
      sender.stop();
    },
  };
}

/** Only ORDER_STATUS is documented; the payloads of the other types are ours. */
function messagesFor(
  type: Webhook['type'],
  order: PnpOrder,
  oldStatus: string,
  { account: hostname, hooksTellImport, strayHookStatus }: PnpAccountSettings,
): Message[] {
  const { orderId, worksheetId, status } = order;
  const spoken = (word: string): string => (!hooksTellImport && word === 'READY_FOR_HANDLING' ? 'PENDING' : word);
  const moved = (from: string, to: string): Message[] =>
    from === to ? [] : [{ event: `order.${to}`, body: { orderId, oldStatus: from, newStatus: to, hostname } }];
  const now = { date: new Date(order.updatedAt).toISOString(), hostname };
  switch (type) {
    case 'ORDER_STATUS':
      return [
        ...moved(spoken(oldStatus), spoken(status)),
        ...(status === 'PICKING' && strayHookStatus !== null ? moved(status, strayHookStatus) : []),
      ];
    case 'INVOICING':
      return status === 'READY_FOR_INVOICING' ? [{ event: 'invoicing', body: { orderId, status, ...now } }] : [];
    case 'WORKSHEET_STATUS': {
      const [from, to] = [worksheetStatusOf(oldStatus), worksheetStatusOf(status)];
      const body = { worksheetId, ordersIds: [{ orderId }], oldStatus: from, newStatus: to, ...now };
      return from === to ? [] : [{ event: 'worksheet', body }];
    }
    case 'RETURN_STATUS':
      return status === 'RETURNED' ? [{ event: 'return', body: { returnId: randomUUID(), orderId, status, ...now } }] : []; // prettier-ignore
  }
}
