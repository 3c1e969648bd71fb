import { setTimeout as delay } from 'node:timers/promises';
import { sampleOrder } from '../support/sample-order.ts';
import { finishedAt } from './deliveries.ts';
import type { World } from './world.ts';

/** An order that somebody was promised: posted and answered with 2xx, or bought in the OMS. */
export interface Placed {
  externalId: string;
  source: 'generic' | 'vtex';
  /** When the merchant had its 2xx, or the shopper bought. */
  acceptedMs: number;
}

export interface Load {
  readonly accepted: readonly Placed[];
  /** Answers to `POST /v1/orders` that no client can do anything with: neither 2xx nor "try again". */
  readonly wrongAnswers: readonly string[];
  /** Posts that had no answer or "try again", and were sent again. */
  readonly repeats: number;
  /** Orders of both kinds, one after the other; resolves when the last one posted has its 2xx. */
  stop(): Promise<void>;
}

const tryAgain = new Set([429, 502, 503]);
const retryEveryMs = 300;
/** Long enough for any fault here to end; who still has no answer then has lost nothing, but is told of. */
const patienceMs = 120_000;
/** Several times what is under way in an outage: more would say only how busy the machine is, and be judged as lost. */
const underWayMax = 100;

/**
 * Orders at a steady rate, in turn: posted for Nash, bought at VTEX for Nash, bought at VTEX for Pick and Pack. Who posts
 * is a client as it should be: without a 2xx it sends the same order with the same key again.
 */
export function startLoad(world: World, { ratePerSecond }: { ratePerSecond: number }): Load {
  const { packline, vtex, seed } = world;
  const accepted: Placed[] = [];
  const wrongAnswers: string[] = [];
  const posts = new Set<Promise<void>>();
  let repeats = 0;
  const ending = new AbortController();

  const post = async (externalId: string): Promise<void> => {
    const headers = { 'idempotency-key': externalId };
    const startedMs = Date.now();
    while (Date.now() - startedMs < patienceMs) {
      const answer = await packline
        .call('POST', '/v1/orders', sampleOrder({ externalId }), headers)
        .catch(() => ({ status: 502, body: {} }));
      if (answer.status === 202 || answer.status === 200) {
        accepted.push({ externalId, source: 'generic', acceptedMs: Date.now() });
        return;
      }
      if (!tryAgain.has(answer.status)) {
        wrongAnswers.push(`${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`);
        return;
      }
      repeats += 1;
      await delay(retryEveryMs);
    }
    wrongAnswers.push(`${externalId}: no 2xx within ${patienceMs} ms`);
  };

  const buy = (orderId: string, warehouseId: string): void => {
    packline.sandbox.vtex.find(vtex.account)?.make({ orderId, warehouseId });
    accepted.push({ externalId: orderId, source: 'vtex', acceptedMs: Date.now() });
  };

  const isFull = (): boolean =>
    accepted.length + posts.size - finishedAt(packline.subscriber.received).size >= underWayMax;

  const run = async (): Promise<void> => {
    for (let n = 0; !ending.signal.aborted; n += 1) {
      while (isFull() && !ending.signal.aborted) await delay(100);
      if (n % 3 === 0) {
        const posting = post(`posted-${seed}-${n}`);
        posts.add(posting);
        void posting.finally(() => posts.delete(posting));
      } else {
        buy(`v${seed}${String(n).padStart(6, '0')}demo-01`, n % 3 === 1 ? 'store-1' : 'store-2');
      }
      await delay(1_000 / ratePerSecond);
    }
    await Promise.all(posts);
  };
  const running = run();
  return {
    accepted,
    wrongAnswers,
    get repeats() {
      return repeats;
    },
    stop: () => {
      ending.abort();
      return running;
    },
  };
}
