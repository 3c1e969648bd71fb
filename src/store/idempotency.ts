import { Failure } from '../domain/failure.ts';
import { digest, type StoreDeps } from './deps.ts';
import { findOrderKey } from './persons.ts';
import { defineScript, runScript } from './script.ts';
import { parseStored } from './stored-json.ts';

/**
 * A stored answer. Sealed at rest, because it may hold a secret that is shown only once; one that shows an order is sealed
 * under that order's key, so that it goes with the person.
 */
export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Longer than any such request may take; after it another request with the same key takes over. */
const leaseMs = 30_000;

const claimScript = defineScript(`
local now = tonumber(ARGV[1])
if not now then local c = redis.call('TIME') now = c[1] * 1000 + math.floor(c[2] / 1000) end
local s = redis.call('HMGET', KEYS[1], 'fp', 'answer', 'until', 'fence')
if s[1] and s[1] ~= ARGV[2] then return { 'reused' } end
if s[2] then return { 'done', s[2] } end
if s[1] and tonumber(s[3]) > now then return { 'busy' } end
local fence = tonumber(s[4] or '0') + 1
redis.call('HSET', KEYS[1], 'fp', ARGV[2], 'until', now + tonumber(ARGV[3]), 'fence', fence)
redis.call('EXPIRE', KEYS[1], ARGV[4])
return { 'claimed', tostring(fence) }`);

const completeScript = defineScript(`
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
-- The fence outlives a release, or the next claim would have the number of a holder long gone.
if ARGV[2] == '' then redis.call('HDEL', KEYS[1], 'fp', 'until') else redis.call('HSET', KEYS[1], 'answer', ARGV[2]) end
return 1`);

export type IdempotencyClaim =
  | { state: 'claimed'; complete(answer: StoredAnswer): Promise<void>; release(): Promise<void> }
  | { state: 'done'; answer: StoredAnswer }
  /** Another request with this key is under way. */
  | { state: 'busy' }
  /** The key belongs to another request. */
  | { state: 'reused' }
  /** It was done, and its answer went with the order's person. */
  | { state: 'erased' };

/**
 * Claim, fence, complete: for POSTs that act across several calls. (Routes whose whole effect is one script claim their
 * key inside it and are never "in flight".) A holder that lost its lease cannot complete any more.
 */
export async function claimIdempotencyKey(
  deps: StoreDeps,
  scope: { owner: string; route: string; key: string; fingerprint: string; orderId?: string | undefined },
): Promise<IdempotencyClaim> {
  const key = `${deps.keys.idempotency(scope.owner, digest(`${scope.route}\n${scope.key}`))}:act`;
  const args = [deps.clock.scriptNow(), scope.fingerprint, leaseMs, deps.retention.idempotencySeconds];
  const { orderId } = scope;
  const findSealer = async () => (orderId === undefined ? deps.keyring : findOrderKey(deps, orderId));
  const reply = await runScript(deps.redis, claimScript, [key], args);
  const [state, value = ''] = Array.isArray(reply) ? reply.map(String) : [];
  switch (state) {
    case 'done': {
      const sealer = await findSealer();
      if (sealer === null) return { state: 'erased' };
      return { state, answer: parseStored<StoredAnswer>(sealer.openText(value, key)) };
    }
    case 'busy':
    case 'reused':
      return { state };
    case 'claimed':
      return {
        state,
        complete: async (answer) => {
          const sealed = (await findSealer())?.seal(JSON.stringify(answer), key) ?? '';
          await runScript(deps.redis, completeScript, [key], [value, sealed]);
        },
        release: async () => {
          await runScript(deps.redis, completeScript, [key], [value, '']);
        },
      };
    default:
      throw new Failure('transient', 'redis.unexpected_reply', 'the idempotency script answered something else');
  }
}
