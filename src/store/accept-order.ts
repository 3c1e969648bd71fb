import { canonicalJson } from '../domain/canonical-json.ts';
import type { OrderOms } from '../domain/order-oms.ts';
import { makeOrder, type Order, type OrderPerson, type Problem } from '../domain/order.ts';
import type { OrderInput } from '../domain/order-input.ts';
import { toInstant } from '../platform/clock.ts';
import { fromEntry, generationFailure, type NewEntry } from './commit.ts';
import { digest, newId, type StoreDeps } from './deps.ts';
import { entryLua } from './entry-lua.ts';
import { listsOf } from './order-lists.ts';
import { foundByField, personMember, sealPerson } from './persons.ts';
import { runReplicated } from './replicas.ts';
import { defineScript } from './script.ts';

/**
 * Claims the idempotency key and the order's identity, stores the order, and pushes the work that follows: one call, so
 * there is no moment at which a crash could leave one without the other.
 */
const acceptScript = defineScript(`${entryLua}
local idem, claims, order, timeline, persons = unpack(KEYS, 2, 6)
local given, generation, fingerprint, idemSeconds, claim, id, at = unpack(ARGV, 1, 7)
local doc, key, person, line, entryId, entry = unpack(ARGV, 8, 13)
if not known(generation) then return { 'generation' } end
local seen = redis.call('GET', idem)
if seen then
  local fp, answer = string.match(seen, '^([^|]*)|(.*)$')
  if fp ~= fingerprint then return { 'reused' } end
  return { 'replayed', answer }
end
local content = string.sub(fingerprint, 1, 22)
local claimed = redis.call('HGET', claims, claim)
if claimed then
  local other, existing = string.match(claimed, '^([^|]*)|(.*)$')
  if other ~= content then return { 'different', existing } end
  redis.call('SET', idem, fingerprint .. '|existing|' .. existing, 'EX', idemSeconds)
  return { 'existing', existing }
end
redis.call('HSET', claims, claim, content .. '|' .. id)
redis.call('HSET', order, 'v', 1, 'doc', doc, 'key', key, 'person', person)
for at = 7, #KEYS do redis.call('ZADD', KEYS[at], 0, id) end
for at = 14, #ARGV, 2 do
  redis.call('HSET', order, ARGV[at], '')
  redis.call('ZADD', persons, 0, ARGV[at + 1])
end
redis.call('RPUSH', timeline, line)
redis.call('SET', idem, fingerprint .. '|created|' .. id .. '|' .. at, 'EX', idemSeconds)
push(entryId, cjson.decode(entry), clock(given))
return { 'created', id }`);

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
 * `input` is the body after its schema, which gives its members one order: the fingerprint is taken of that. `work` is
 * what has to be done for an order once it is accepted.
 */
export async function acceptOrder(
  deps: StoreDeps,
  request: {
    merchantId: string;
    source: string;
    idempotencyKey: string;
    input: OrderInput;
    /** What is known of it at the OMS that it was read from. */
    oms?: OrderOms;
    problems?: readonly Problem[];
    work: (orderId: string) => NewEntry;
  },
): Promise<AcceptOutcome> {
  const { keys, clock } = deps;
  const { merchantId, source, input } = request;
  const id = newId('order', clock);
  const at = toInstant(clock.now());
  const facts = { merchantId, source, oms: request.oms, problems: request.problems };
  const { order, person } = makeOrder(input, { ...facts, id, acceptedAt: at });
  const sealed = sealPerson(deps, order, person);
  const claim = claimOf(source, input.externalId);
  const work = fromEntry(request.work(id));
  const reply = await runReplicated(
    deps,
    acceptScript,
    [
      keys.tag,
      keys.idempotency(merchantId, digest(`POST /v1/orders\n${source}\n${request.idempotencyKey}`)),
      keys.claims(merchantId, claim.bucket),
      keys.order(id),
      keys.timeline(id),
      keys.persons(merchantId),
      keys.orders(merchantId),
      ...listsOf(keys, order),
    ],
    [
      clock.scriptNow(),
      deps.generation,
      digest(JSON.stringify({ ...input, source, metadata: canonicalJson(input.metadata ?? null) })),
      deps.retention.idempotencySeconds,
      claim.field,
      id,
      at,
      JSON.stringify(order),
      sealed.key,
      sealed.sealed,
      JSON.stringify({ at, what: 'order.accepted', detail: { source } }),
      work.id,
      JSON.stringify(work.entry),
      ...sealed.foundBy.flatMap((hash) => [foundByField(hash), personMember(hash, id)]),
    ],
  );
  const [outcome, value = ''] = Array.isArray(reply) ? reply.map(String) : [];
  switch (outcome) {
    case 'created':
      return { outcome, order, person, replayed: false };
    case 'replayed': {
      const [kind, orderId = '', acceptedAt = ''] = value.split('|');
      if (kind === 'existing') return { outcome: 'existing', orderId, replayed: true };
      // The same request gives the same order: the first answer is made again, not stored.
      return { outcome: 'created', ...makeOrder(input, { ...facts, id: orderId, acceptedAt }), replayed: true };
    }
    case 'existing':
      return { outcome, orderId: value, replayed: false };
    case 'different':
      return { outcome, orderId: value };
    case 'reused':
      return { outcome };
    default:
      throw generationFailure();
  }
}

/** Where the claim of an external id lies: digests in small hashes, which Redis keeps packed. */
export interface Claim {
  bucket: string;
  field: string;
}

export function claimOf(source: string, externalId: string): Claim {
  const identity = digest(`${source}\n${externalId}`);
  return { bucket: identity.slice(0, 2), field: identity.slice(2, 24) };
}

/** The order that has this external id from this source; null when none has it. */
export async function findByExternalId(
  { redis, keys }: StoreDeps,
  merchantId: string,
  source: string,
  externalId: string,
): Promise<string | null> {
  const { bucket, field } = claimOf(source, externalId);
  const claimed = await redis.hget(keys.claims(merchantId, bucket), field);
  return claimed?.split('|')[1] ?? null;
}
