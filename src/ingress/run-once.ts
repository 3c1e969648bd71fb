import { canonicalJson } from '../domain/canonical-json.ts';
import type { Log } from '../platform/log.ts';
import { digest, type StoreDeps } from '../store/deps.ts';
import { claimIdempotencyKey } from '../store/idempotency.ts';
import type { Answer } from './answer.ts';
import { makeRefusal } from './problem.ts';
import { reasonOf } from '../platform/redis-away.ts';

/**
 * Acts at most once for an idempotency key. What was thrown before anything was done frees the key; an answer is kept
 * for the next request with the same key. Throws `idempotency.in_progress`, `idempotency.key_reused` and `order.state`.
 */
export async function runOnce(
  store: StoreDeps,
  scope: { owner: string; route: string; key: string; parsed: unknown; orderId: string | undefined; log: Log },
  act: () => Promise<Answer>,
): Promise<Answer> {
  const { owner, route, key, parsed, orderId, log } = scope;
  const claim = await claimIdempotencyKey(store, {
    owner,
    route,
    key,
    orderId,
    fingerprint: digest(canonicalJson(parsed)),
  });
  switch (claim.state) {
    case 'busy':
      throw makeRefusal('idempotency.in_progress', 'a request with this key is under way', { retryAfterMs: 1_000 });
    case 'reused':
      throw makeRefusal('idempotency.key_reused', 'this key was used for another request');
    case 'erased':
      throw makeRefusal('order.state', 'this was done; its answer went when the order’s person was erased');
    case 'done': {
      const { status, headers, body } = claim.answer;
      return { status, json: body === '' ? undefined : JSON.parse(body), headers: { ...headers, ...replayedHeader } };
    }
    case 'claimed':
  }
  let answer: Answer;
  try {
    answer = await act();
  } catch (error) {
    // Where not even this reaches Redis, the claim ends with its lease.
    await claim.release().catch(() => undefined);
    throw error;
  }
  const { status, headers = {}, json } = answer;
  const body = json === undefined ? '' : JSON.stringify(json);
  // It is done: a failure to write that down must not tell the caller that it is not.
  await claim
    .complete({ status, headers, body })
    .catch((error: unknown) => log.warn({ reason: reasonOf(error), route }, 'idempotency.answerNotKept'));
  return answer;
}

export const replayedHeader = { 'Idempotent-Replayed': 'true' } as const;
