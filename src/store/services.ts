import { Failure } from '../domain/failure.ts';
import type { ServiceRequest } from '../domain/service-request.ts';
import { endsService } from '../domain/service-status.ts';
import { identityOfService, makeService, type Service, type ServiceAgent } from '../domain/service.ts';
import type { DataKey } from '../platform/secrets.ts';
import { toInstant } from '../platform/clock.ts';
import { commit, fromEntry, generationFailure, type CommitOutcome, type CommitPlan, type NewEntry } from './commit.ts';
import { digest, newId, type StoreDeps } from './deps.ts';
import { entryLua } from './entry-lua.ts';
import { findServiceId, keptNumberWrites, serviceNumberWrites } from './service-numbers.ts';
import { runReplicated } from './replicas.ts';
import { defineScript } from './script.ts';
import { parseStored } from './stored-json.ts';

/**
 * A service as it lies in Redis: a hash of `v`, `doc` (no personal data), `key` (its own data key, wrapped) and what is sealed
 * under that: `request`, `agent`, `comment` and `paper:<id>`. Without the key nothing of them can be read again.
 */
export interface StoredService {
  service: Service;
  key: string;
}

/** Claims what the service is known by, stores it and pushes its work in one call: it is there whole, once, or not at all. */
const createScript = defineScript(`${entryLua}
local given, generation, id, doc, key, request, entries = unpack(ARGV, 1, 7)
if not known(generation) then return { 'generation' } end
local existing = redis.call('GET', KEYS[2])
if existing and redis.call('EXISTS', ARGV[8] .. existing) == 1 then return { 'existing', existing } end
redis.call('SET', KEYS[2], id)
redis.call('SADD', KEYS[4], id)
redis.call('ZADD', KEYS[5], 0, id)
-- Services end by their retention, their places in the list by this: it never has more than a quarter of them too many.
for _, old in ipairs(redis.call('ZRANDMEMBER', KEYS[5], 4)) do
  if redis.call('EXISTS', ARGV[8] .. old) == 0 and old ~= id then redis.call('ZREM', KEYS[5], old) end
end
redis.call('HSET', KEYS[3], 'v', 1, 'doc', doc, 'key', key, 'request', request)
local now = clock(given)
for _, n in ipairs(cjson.decode(entries)) do push(n.id, n.entry, now + n.delay) end
return { 'created', id }`);

/** @returns the service that was made, or the one that was asked for before in the same words. */
export async function createService(
  store: StoreDeps,
  asked: {
    merchantId: string;
    connectionId: string;
    carrierConnectionId: string | null;
    request: ServiceRequest;
    shippingPrice: number | null;
    work: (serviceId: string) => readonly NewEntry[];
  },
): Promise<{ outcome: 'created' | 'existing'; service: Service }> {
  const { keys, clock, keyring } = store;
  const { request, work, ...facts } = asked;
  const id = newId('service', clock);
  const service = makeService({ ...facts, id, request, at: toInstant(clock.now()) });
  const context = contextOf(id);
  const { wrapped, key } = keyring.newDataKey(context);
  const claim = keys.serviceClaim(facts.connectionId, digest(identityOfService(request)));
  const reply = await runReplicated(
    store,
    createScript,
    [
      keys.tag,
      claim,
      keys.service(id),
      keys.orderServices(facts.merchantId, request.orderId),
      keys.services(facts.merchantId),
    ],
    [
      clock.scriptNow(),
      store.generation,
      id,
      JSON.stringify(service),
      wrapped,
      key.seal(JSON.stringify(request), context),
      JSON.stringify(work(id).map((entry) => fromEntry(entry))),
      keys.service(''),
    ],
  );
  const [outcome, serviceId = ''] = Array.isArray(reply) ? reply.map(String) : [];
  if (outcome === 'created') return { outcome, service };
  if (outcome !== 'existing') throw generationFailure();
  return { outcome, service: (await requireService(store, serviceId)).service };
}

const contextOf = (serviceId: string): string => `service:${serviceId}`;

export async function readService({ redis, keys }: StoreDeps, id: string): Promise<StoredService | null> {
  const [doc, key] = await redis.hmget(keys.service(id), 'doc', 'key');
  return doc === null || doc === undefined ? null : { service: parseStored<Service>(doc), key: key ?? '' };
}

/** @throws Failure `rejected` `service.not_found`; another merchant's service is not found either */
export async function requireService(store: StoreDeps, id: string, merchantId?: string): Promise<StoredService> {
  const stored = await readService(store, id);
  if (stored === null || (merchantId !== undefined && stored.service.merchantId !== merchantId)) {
    throw new Failure('rejected', 'service.not_found', 'no such service', { detail: { serviceId: id } });
  }
  return stored;
}

/**
 * The service that a parcel's number is of: the number that its carrier gave it, or our own id, which a courier without
 * numbers of its own may tell in its place. Null where it is of none.
 */
export async function findServiceByNumber(
  store: StoreDeps,
  merchantId: string,
  number: string,
): Promise<StoredService | null> {
  const id = await findServiceId(store, merchantId, number);
  const stored = id === null ? null : await readService(store, id);
  return stored?.service.merchantId === merchantId ? stored : null;
}

/** What is sealed beside a service; null for what is not there, or was erased. */
async function openPart<T>(store: StoreDeps, { service: { id }, key }: StoredService, field: string) {
  const sealed = await store.redis.hget(store.keys.service(id), field);
  return sealed === null || key === '' ? null : parseStored<T>(keyOf(store, id, key).openText(sealed, contextOf(id)));
}
const keyOf = ({ keyring }: StoreDeps, id: string, wrapped: string): DataKey =>
  keyring.unwrapDataKey(wrapped, contextOf(id));

export const openRequest = (store: StoreDeps, stored: StoredService): Promise<ServiceRequest | null> =>
  openPart<ServiceRequest>(store, stored, 'request');
/** What was said of why it stands still. */
export const openComment = (store: StoreDeps, stored: StoredService): Promise<string | null> =>
  openPart<string>(store, stored, 'comment');
export const openAgent = (store: StoreDeps, stored: StoredService): Promise<ServiceAgent | null> =>
  openPart<ServiceAgent>(store, stored, 'agent');
/** The body that the platform is to be sent. */
export const openPaper = (store: StoreDeps, stored: StoredService, paperId: string) =>
  openPart<Record<string, unknown>>(store, stored, `paper:${paperId}`);

/** The writes of what is sealed beside it, for a commit that is guarded by its version. None once it was erased. */
export const sealedWrites = (
  store: StoreDeps,
  { service: { id }, key }: StoredService,
  parts: Readonly<Record<string, unknown>>,
): string[][] =>
  key === ''
    ? []
    : Object.entries(parts).map(([field, part]) => [
        'HSET',
        store.keys.service(id),
        field,
        keyOf(store, id, key).seal(JSON.stringify(part), contextOf(id)),
      ]);

/** A change of one service, made purely from what was read. Null: nothing to change (the work may still be ended). */
export type ServiceChange = ({ service: Service } & Pick<CommitPlan, 'writes' | 'entries'>) | null;

const racesMax = 25;

/**
 * Reads a service, applies the change, and commits it with the work that follows, guarded by the version that was read; a
 * lost race reads and applies again. Answers the service as it then is.
 */
export async function changeService(
  store: StoreDeps,
  id: string,
  change: (stored: StoredService) => ServiceChange | Promise<ServiceChange>,
  commitPlan: (plan: CommitPlan) => Promise<CommitOutcome> = (plan) => commit(store, plan),
): Promise<Service> {
  for (let race = 0; race < racesMax; race += 1) {
    const stored = await requireService(store, id);
    const changed = await change(stored);
    const before = stored.service;
    const at = toInstant(store.clock.now());
    const service = changed === null ? before : { ...changed.service, version: before.version + 1, updatedAt: at };
    const outcome = await commitPlan(changed === null ? {} : planOf(store, before, service, changed));
    if (outcome === 'gone') throw new Failure('aborted', 'entry.gone', 'another run has this work');
    if (outcome === 'committed') return service;
  }
  throw new Failure('transient', 'service.contended', 'too many others changed this service at the same time');
}

function planOf(
  store: StoreDeps,
  before: Service,
  after: Service,
  { writes = [], entries = [] }: Partial<CommitPlan>,
): CommitPlan {
  const { keys, retention } = store;
  const key = keys.service(after.id);
  return {
    guards: [{ key, field: 'v', expected: String(before.version) }],
    writes: [
      ['HSET', key, 'v', String(after.version), 'doc', JSON.stringify(after)],
      ...writes,
      ...serviceNumberWrites(store, before, after),
      ...(endsService(after.status) && !endsService(before.status)
        ? endWrites(store, after, retention.orderSeconds)
        : []),
    ],
    entries,
  };
}

/** Kept as long as an order is. What was canceled may be asked for anew, under the same ids. */
function endWrites(store: StoreDeps, service: Service, seconds: number): string[][] {
  const { keys } = store;
  const asked = { ...service, packages: service.packageIds.map((id) => ({ id })) };
  const claim = keys.serviceClaim(service.connectionId, digest(identityOfService(asked)));
  return [
    ...keptNumberWrites(store, service, seconds),
    ['EXPIRE', keys.service(service.id), String(seconds)],
    ['EXPIRE', keys.orderServices(service.merchantId, service.orderId), String(seconds)],
    service.status === 'CANCELED' ? ['DEL', claim] : ['EXPIRE', claim, String(seconds)],
  ];
}

/** The services of this order of the platform, by the id that it and its OMS have for it; those past their retention too. */
export const listOrderServices = ({ redis, keys }: StoreDeps, merchantId: string, orderId: string): Promise<string[]> =>
  redis.smembers(keys.orderServices(merchantId, orderId));

/** What was sealed can never be opened again; what is told of the services, and of their parcels, goes on. */
export const erasedServiceWrites = ({ keys }: StoreDeps, serviceIds: readonly string[]): string[][] =>
  serviceIds.map((id) => ['HDEL', keys.service(id), 'key', 'request', 'agent', 'comment']);
