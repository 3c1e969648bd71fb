import { setTimeout as delay } from 'node:timers/promises';
import type { PacklineProcesses } from '../test/support/packline-processes.ts';
import { postOrder } from './load.ts';
import { paced } from './paced.ts';

/** Of one order, in milliseconds; all but the first since its POST was answered. */
export interface OrderTimes {
  answer: number;
  /** The partner's socket first hears of it. */
  partner: number;
  dispatch: number;
  webhook: number;
}

interface Seen {
  postedAt: number;
  answeredAt?: number;
  partnerAt?: number;
  dispatchedAt?: number;
  announcedAt?: number;
}

/** What has not reached its end by then, never will. */
const patienceMs = 60_000;
let runs = 0;

/**
 * Posts so many orders at a steady rate, of several merchants in turn where their keys are given, and answers how long each took to where it goes. Throws when one is refused or
 * does not arrive: a figure of those that did would be no figure.
 */
export async function timeOrders(
  {
    baseUrl,
    merchantKey,
    sandbox,
    subscriber,
  }: Pick<PacklineProcesses, 'baseUrl' | 'merchantKey' | 'sandbox' | 'subscriber'>,
  { amount, ratePerSecond, keys = [merchantKey] }: { amount: number; ratePerSecond: number; keys?: readonly string[] },
): Promise<OrderTimes[]> {
  runs += 1;
  const prefix = `timed-${process.pid}-${runs}-`;
  const orders = new Map<string, Seen>();
  const { books } = sandbox;
  const addRequest = books.addRequest.bind(books);
  books.addRequest = (entry) => {
    addRequest(entry);
    const [, externalId = '', rest] = /\/(timed-[\d-]+)(\/autodispatch)?$/.exec(entry.path) ?? [];
    const order = orders.get(externalId);
    if (order === undefined) return;
    order.partnerAt ??= entry.arrivedAt;
    if (rest !== undefined) order.dispatchedAt ??= entry.arrivedAt;
  };
  let read = subscriber.received.length;
  const listen = (): void => {
    for (; read < subscriber.received.length; read += 1) {
      const event = subscriber.received[read];
      const order = orders.get(String(event?.data['externalId']));
      if (event !== undefined && order !== undefined) order.announcedAt ??= event.atMs;
    }
  };
  const post = async (key: string, externalId: string): Promise<void> => {
    const seen: Seen = { postedAt: performance.timeOrigin + performance.now() };
    orders.set(externalId, seen);
    const status = await postOrder(baseUrl, key, externalId);
    seen.answeredAt = performance.timeOrigin + performance.now();
    if (status >= 300) throw new Error(`an order was answered ${status}`);
  };
  try {
    await paced({ amount, perSecond: ratePerSecond }, (n) =>
      post(keys[n % keys.length] ?? merchantKey, `${prefix}${n}`),
    );
    const endsMs = performance.now() + patienceMs;
    for (;;) {
      listen();
      const times = [...orders.values()].flatMap(toTimes);
      if (times.length === amount) return times;
      if (performance.now() > endsMs) throw new Error(`only ${times.length} of ${amount} orders reached their ends`);
      await delay(20);
    }
  } finally {
    books.addRequest = addRequest;
  }
}

function toTimes({ postedAt, answeredAt, partnerAt, dispatchedAt, announcedAt }: Seen): OrderTimes[] {
  if (answeredAt === undefined || partnerAt === undefined) return [];
  if (dispatchedAt === undefined || announcedAt === undefined) return [];
  return [
    {
      answer: answeredAt - postedAt,
      partner: partnerAt - answeredAt,
      dispatch: dispatchedAt - answeredAt,
      webhook: announcedAt - answeredAt,
    },
  ];
}
