import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import { z } from 'zod';
import { answerControlError } from './control-error.ts';

/** One webhook as a subscriber got it. */
export interface ReceivedWebhook {
  /** Of `keptHeaders` those that came, and whatever begins with `x-`. */
  headers: Record<string, string>;
  /** Parsed; the text itself when it is no JSON. */
  body: unknown;
  /** What was signed. */
  text: string;
  /** When its headers were there, milliseconds since the epoch. */
  arrivedAt: number;
  /** What it was answered with. */
  status: number;
}

/**
 * A merchant's own systems, which are told by webhooks what Packline has to tell. They are no partner: no faults, no
 * books and no limits. A subscriber exists by being called; it answers 200 unless other answers are queued.
 */
export interface Subscribers {
  /** Takes `POST /{name}`. Mounted under `/subscribers`. */
  makeApi(): Hono;
  /** What was received, and how to answer. Mounted under `/_sandbox/subscribers`. */
  makeControl(): Hono;
  /** Forgets everything that was received and every queued answer. */
  clear(): void;
}

interface Subscriber {
  /** Oldest first, the latest `receivedKeptMax`. */
  received: ReceivedWebhook[];
  /** All since the last clear. */
  total: number;
  answers: { status: number; delayMs: number }[];
}

const keptHeaders: ReadonlySet<string> = new Set(
  'authorization content-digest content-type user-agent webhook-id webhook-signature webhook-timestamp'.split(' '),
);

const receivedKeptMax = 1000;

/** One status for each webhook to come, in this order; the answer is held back for `delayMs` of real time. */
const answersBody = z.strictObject({
  statuses: z.array(z.int().min(200).max(599)).min(1),
  delayMs: z.int().min(0).default(0),
});

export function createSubscribers(now: () => number): Subscribers {
  const subscribers = new Map<string, Subscriber>();

  const subscriberOf = (name: string): Subscriber => {
    const subscriber = subscribers.get(name) ?? { received: [], total: 0, answers: [] };
    subscribers.set(name, subscriber);
    return subscriber;
  };

  return {
    makeApi: () =>
      new Hono().post('/:name', async (c) => {
        const arrivedAt = now();
        const text = await c.req.text();
        const body = parse(text);
        const headers = Object.fromEntries(
          Object.entries(c.req.header()).filter(([name]) => keptHeaders.has(name) || name.startsWith('x-')),
        );
        const subscriber = subscriberOf(c.req.param('name'));
        const { status, delayMs } = subscriber.answers.shift() ?? { status: 200, delayMs: 0 };
        subscriber.total += 1;
        subscriber.received.push({ headers, body, text, arrivedAt, status });
        if (subscriber.received.length > receivedKeptMax) subscriber.received.shift();
        // Unreferenced, so that an answer held back for long does not keep a sandbox alive that is closed.
        if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
        return new Response(null, { status });
      }),
    makeControl: () =>
      new Hono()
        .onError(answerControlError)
        .get('/:name', (c) => {
          const { received, total } = subscribers.get(c.req.param('name')) ?? { received: [], total: 0 };
          return c.json({ received: received.toReversed(), total });
        })
        .post('/:name/answers', async (c) => {
          const { statuses, delayMs } = answersBody.parse(await c.req.json());
          const { answers } = subscriberOf(c.req.param('name'));
          answers.push(...statuses.map((status) => ({ status, delayMs })));
          return c.json({ answers });
        })
        .delete('/:name', (c) => {
          subscribers.delete(c.req.param('name'));
          return c.body(null, 204);
        }),
    clear: () => subscribers.clear(),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
