import { canonicalJson } from '../domain/canonical-json.ts';
import { makeOrder, type Order, type OrderPerson } from '../domain/order.ts';
import type { OrderInput } from '../domain/order-input.ts';
import { toInstant } from '../platform/clock.ts';
import { fromEntry, generationFailure, type NewEntry } from './commit.ts';
import { digest, newId, type StoreDeps } from './deps.ts';
import { entryLua } from './entry-lua.ts';
import { sealPerson } from './orders.ts';
import { defineScript, runScript } from './script.ts';

/**
 * Claims the idempotency key and the order's identity, stores the order, and pushes the work that follows: one call, so
 * there is no moment at which a crash could leave one without the other.
 */
const acceptScript = defineScript(`${entryLua}
local p = cjson.decode(ARGV[1])
local now = clock(p.now)
if not known(p.generation) then return { 'generation' } end
local seen = redis.call('GET', p.idem)
if seen then
  local fp, answer = string.match(seen, '^([^|]*)|(.*)$')
  if fp ~= p.fingerprint then return { 'reused' } end
  return { 'replayed', answer }
end
local claim = redis.call('HGET', p.claims, p.claimField)
if claim then
  local content, id = string.match(claim, '^([^|]*)|(.*)$')
  if content ~= p.content then return { 'different', id } end
  redis.call('SET', p.idem, p.fingerprint .. '|existing|' .. id, 'EX', p.idemSeconds)
  return { 'existing', id }
end
redis.call('HSET', p.claims, p.claimField, p.content .. '|' .. p.id)
redis.call('HSET', p.order, 'v', 1, 'doc', ARGV[2], 'key', ARGV[3], 'person', ARGV[4])
redis.call('ZADD', p.orders, 0, p.id)
redis.call('ZADD', T .. ':open', now, p.id)
redis.call('SADD', T .. ':merchants', p.merchant)
redis.call('RPUSH', p.timeline, ARGV[5])
redis.call('SET', p.idem, p.fingerprint .. '|created|' .. p.id .. '|' .. p.at, 'EX', p.idemSeconds)
push(p.work.id, p.work.entry, now)
return { 'created', p.id }`);

/** What became of a posted order. `replayed`: this key was answered before, and gets the same answer. */
export type AcceptOutcome =
  | { outcome: 'created'; order: Order; person: OrderPerson; replayed: boolean }
  /** The same order, equal in content, had come under another key. */
  | { outcome: 'existing'; orderId: string; replayed: boolean }
  /** Another order has this external id. */
  | { outcome: 'different'; orderId: string }
  /** The key was used for another request. */
  | { outcome: 'reused' };

/**
 * `parsed` is the body as it was sent (the fingerprint is taken of it), `input` the same after its schema, `work` what
 * has to be done for an order once it is accepted.
 */
export async function acceptOrder(
  deps: StoreDeps,
  request: {
    merchantId: string;
    source: string;
    idempotencyKey: string;
    parsed: unknown;
    input: OrderInput;
    work: (orderId: string) => NewEntry;
  },
): Promise<AcceptOutcome> {
  const { keys, clock } = deps;
  const { merchantId, source, input } = request;
  const id = newId('order', clock);
  const at = toInstant(clock.now());
  const facts = { merchantId, source };
  const { order, person } = makeOrder(input, { ...facts, id, acceptedAt: at });
  const sealed = sealPerson(deps, id, person);
  const fingerprint = digest(canonicalJson(request.parsed));
  const identity = digest(`${source}\n${input.externalId}`);
  const header = {
    now: clock.scriptNow(),
    generation: deps.generation,
    id,
    at,
    merchant: merchantId,
    fingerprint,
    content: fingerprint.slice(0, 22),
    idem: keys.idempotency(merchantId, digest(`POST /v1/orders\n${request.idempotencyKey}`)),
    idemSeconds: deps.retention.idempotencySeconds,
    claims: keys.claims(merchantId, identity.slice(0, 2)),
    claimField: identity.slice(2, 24),
    order: keys.order(id),
    orders: keys.orders(merchantId),
    timeline: keys.timeline(id),
    work: fromEntry(request.work(id)),
  };
  const line = JSON.stringify({ at, what: 'order.accepted', detail: { source } });
  const args = [JSON.stringify(header), JSON.stringify(order), sealed.key, sealed.person, line];
  const reply = await runScript(deps.redis, acceptScript, [keys.tag], args);
  const [outcome, value] = Array.isArray(reply) ? reply.map(String) : [];
  switch (outcome) {
    case 'created':
      return { outcome, order, person, replayed: false };
    case 'replayed': {
      const [kind, orderId = '', acceptedAt = ''] = (value ?? '').split('|');
      if (kind === 'existing') return { outcome: 'existing', orderId, replayed: true };
      // The same request gives the same order: the first answer is made again, not stored.
      return { outcome: 'created', ...makeOrder(input, { ...facts, id: orderId, acceptedAt }), replayed: true };
    }
    case 'existing':
      return { outcome, orderId: value ?? '', replayed: false };
    case 'different':
      return { outcome, orderId: value ?? '' };
    case 'reused':
      return { outcome };
    default:
      throw generationFailure();
  }
}
