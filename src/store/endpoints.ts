import {
  concurrencyDefault,
  endpointsMax,
  type DisabledReason,
  type PayloadForm,
  type SignatureScheme,
} from '../domain/endpoint.ts';
import type { EndpointWarning } from '../domain/endpoint-health.ts';
import type { EventFilter } from '../domain/event-filter.ts';
import type { EventType } from '../domain/events.ts';
import { Failure } from '../domain/failure.ts';
import { toInstant } from '../platform/clock.ts';
import { commit, type CommitPlan } from './commit.ts';
import { newId, type StoreDeps } from './deps.ts';
import {
  keysAt,
  makeSigningKey,
  openSecrets,
  rotateKeys,
  sealSecrets,
  signingKeysMax,
  type SigningKey,
} from './endpoint-secrets.ts';
import { isTroubled, troubleEndedWrites } from './endpoint-issue.ts';
import { limitWrites, resumeWrites, unlimitWrites } from './lanes.ts';
import { parseStored } from './stored-json.ts';
import { updateDoc } from './update-doc.ts';

/** What its merchant decides. */
export interface EndpointFacts {
  url: string;
  /** Empty: all of them. */
  eventTypes: readonly EventType[];
  /** Null: whatever is in them. */
  filter: EventFilter | null;
  description: string | null;
  /** Sent with every event; names in lower case. */
  headers: Readonly<Record<string, string>>;
  payload: PayloadForm;
  /** At least one. */
  signatures: readonly SignatureScheme[];
  /** Events of one order leave one after the other. */
  ordered: boolean;
  /** Null: as fast as they come. */
  rateLimitPerSecond: number | null;
  /** Deliveries under way at the same time, in all processes together. */
  concurrency: number;
  /** Nothing more is sent to it when it has taken nothing for days; otherwise its merchant is warned, and that is all. */
  autoDisable: boolean;
}

/** A subscriber's URL. */
export interface Endpoint extends EndpointFacts {
  schema: 1;
  id: string;
  merchantId: string;
  disabled: boolean;
  disabledReason: DisabledReason | null;
  /** What its merchant wrote beside it. */
  disabledNote: string | null;
  disabledAt: string | null;
  /** Rises with another URL and each time it is enabled: how it did before is of no concern (endpoint-health.ts). */
  era: number;
  /** It takes nothing, and its merchant was warned. */
  warned: EndpointWarning | null;
  sealed: string;
  createdAt: string;
  updatedAt: string;
}

/** As it lies in Redis. */
export type StoredEndpoint = Omit<Endpoint, 'url' | 'headers'>;

const defaults: Omit<EndpointFacts, 'url' | 'eventTypes' | 'description'> = {
  filter: null,
  headers: {},
  payload: 'full',
  signatures: ['v1'],
  ordered: true,
  rateLimitPerSecond: null,
  concurrency: concurrencyDefault,
  autoDisable: true,
};
const enabled = { disabled: false, disabledReason: null, disabledNote: null, disabledAt: null } as const;
const wellAgain = { ...enabled, warned: null } as const;

/** Enabled as if it were new. */
export const enabledAnew = (doc: StoredEndpoint): StoredEndpoint => ({ ...doc, ...wellAgain, era: doc.era + 1 });

const withSecrets = (deps: StoreDeps, doc: StoredEndpoint): Endpoint => {
  const { url, headers } = openSecrets(deps, doc);
  return { ...doc, url, headers };
};

/** Of its document. */
export const openEndpoint = (deps: StoreDeps, doc: string): Endpoint => withSecrets(deps, parseStored(doc));

export const endpointLane = (endpointId: string): string => `endpoint.${endpointId}`;

/** How its lane is told what its merchant allows. What waits in it waits in Redis, and holds nobody's place. */
const laneWrites = (
  { keys }: StoreDeps,
  { id, rateLimitPerSecond, concurrency }: Pick<Endpoint, 'id' | 'rateLimitPerSecond' | 'concurrency'>,
): string[][] =>
  rateLimitPerSecond === null
    ? unlimitWrites(keys, endpointLane(id), concurrency)
    : limitWrites(keys, endpointLane(id), { calls: rateLimitPerSecond, perMs: 1_000, inflightMax: concurrency });

/** @throws Failure `rejected` `endpoint.too_many`; of several that are made at the same moment, a few more may pass. */
export async function createEndpoint(
  deps: StoreDeps,
  merchantId: string,
  facts: Pick<EndpointFacts, 'url' | 'eventTypes' | 'description'> & Partial<EndpointFacts>,
  secret: string,
): Promise<Endpoint> {
  if ((await deps.redis.hlen(deps.keys.endpoints(merchantId))) >= endpointsMax) {
    throw new Failure('rejected', 'endpoint.too_many', `a merchant may have ${endpointsMax} endpoints`);
  }
  const id = newId('endpoint', deps.clock);
  const at = toInstant(deps.clock.now());
  const { url, headers, ...shown } = { ...defaults, ...facts };
  const sealed = sealSecrets(deps, id, { url, headers, keys: [makeSigningKey(secret)] });
  const fresh = { ...wellAgain, era: 1, sealed, createdAt: at, updatedAt: at };
  const doc: StoredEndpoint = { schema: 1, id, merchantId, ...shown, ...fresh };
  await commit(deps, {
    writes: [...laneWrites(deps, doc), ['HSET', deps.keys.endpoints(merchantId), id, JSON.stringify(doc)]],
  });
  return { ...doc, url, headers };
}

export async function readEndpoint(deps: StoreDeps, merchantId: string, id: string): Promise<Endpoint | null> {
  const doc = await deps.redis.hget(deps.keys.endpoints(merchantId), id);
  return doc === null ? null : openEndpoint(deps, doc);
}

const listStored = async (deps: StoreDeps, merchantId: string): Promise<StoredEndpoint[]> =>
  (await deps.redis.hvals(deps.keys.endpoints(merchantId)))
    .map((doc) => parseStored<StoredEndpoint>(doc))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

/** In the order in which they were made. */
export const listEndpoints = async (deps: StoreDeps, merchantId: string): Promise<Endpoint[]> =>
  (await listStored(deps, merchantId)).map((doc) => withSecrets(deps, doc));

/** What an order's commit has to know of endpoints: nothing of it is sealed, so that no lost key holds up an order. */
export type Subscriber = Pick<Endpoint, 'id' | 'eventTypes' | 'filter' | 'payload' | 'ordered' | 'disabled'>;
export const listSubscribers: (deps: StoreDeps, merchantId: string) => Promise<readonly Subscriber[]> = listStored;

/** Null when it was deleted meanwhile. */
export const updateEndpoint = (
  deps: StoreDeps,
  endpoint: Endpoint,
  change: Partial<EndpointFacts>,
): Promise<Endpoint | null> => {
  const { url, headers, ...shown } = change;
  const fresh = { ...(url !== undefined && { url }), ...(headers !== undefined && { headers }) };
  return update(deps, endpoint, (doc) => {
    if (Object.keys(fresh).length === 0) return { ...doc, ...shown };
    const secrets = openSecrets(deps, doc);
    const isMoved = url !== undefined && url !== secrets.url;
    const sealed = sealSecrets(deps, doc.id, { ...secrets, ...fresh });
    return { ...doc, ...shown, sealed, ...(isMoved && { era: doc.era + 1, warned: null }) };
  });
};

/** Its state, as Packline decides it; `beside` is what that has for its consequence, part of the same commit. */
export const turnStored = (
  deps: StoreDeps,
  endpoint: Pick<Endpoint, 'id' | 'merchantId'>,
  change: (doc: StoredEndpoint) => StoredEndpoint | null,
  beside: (doc: StoredEndpoint) => Pick<CommitPlan, 'writes' | 'entries'>,
): Promise<Endpoint | null> => update(deps, endpoint, change, beside);

async function update(
  deps: StoreDeps,
  { merchantId, id }: Pick<Endpoint, 'id' | 'merchantId'>,
  change: (doc: StoredEndpoint) => StoredEndpoint | null,
  beside: (doc: StoredEndpoint) => Pick<CommitPlan, 'writes' | 'entries'> = () => ({}),
): Promise<Endpoint | null> {
  const isOtherLane = (a: StoredEndpoint, b: StoredEndpoint): boolean =>
    a.rateLimitPerSecond !== b.rateLimitPerSecond || a.concurrency !== b.concurrency;
  const updated = await updateDoc<StoredEndpoint>(
    deps,
    { key: deps.keys.endpoints(merchantId), field: id },
    (doc) => {
      const changed = change(doc);
      return changed && { ...changed, updatedAt: toInstant(deps.clock.now()) };
    },
    (doc, before) => {
      const { writes = [], entries = [] } = beside(doc);
      const lane = isOtherLane(doc, before) ? laneWrites(deps, doc) : [];
      const resolved = isTroubled(before) && !isTroubled(doc) ? troubleEndedWrites(deps, doc) : [];
      // Who asked for a pause was the URL that it had; what waits for a disabled one is dropped at once.
      const isOther = doc.era !== before.era || doc.disabled !== before.disabled;
      const resumed = isOther ? resumeWrites(deps.keys, endpointLane(doc.id), deps.clock.now()) : [];
      return { writes: [...writes, ...lane, ...resolved, ...resumed], entries };
    },
  );
  return updated && withSecrets(deps, updated);
}

export async function deleteEndpoint(deps: StoreDeps, endpoint: Endpoint): Promise<void> {
  await commit(deps, {
    writes: [
      ['HDEL', deps.keys.endpoints(endpoint.merchantId), endpoint.id],
      ['DEL', deps.keys.endpointHealth(endpoint.id, endpoint.era), deps.keys.endpointMissed(endpoint.id)],
      ...(isTroubled(endpoint) ? troubleEndedWrites(deps, endpoint) : []),
      ['SADD', deps.keys.formerEndpoints(endpoint.merchantId), endpoint.id],
      ...unlimitWrites(deps.keys, endpointLane(endpoint.id), concurrencyDefault),
      ...resumeWrites(deps.keys, endpointLane(endpoint.id), deps.clock.now()),
    ],
  });
}

/**
 * The new secret, and with it a new key pair, signs at once; those before it sign beside it until `overlapMs` is over, or
 * their own time. Null when it was deleted.
 * @throws Failure `rejected` `endpoint.keys_full`
 */
export const rotateEndpointSecret = (
  deps: StoreDeps,
  endpoint: Endpoint,
  secret: string,
  overlapMs: number,
): Promise<Endpoint | null> =>
  update(deps, endpoint, (doc) => {
    const secrets = openSecrets(deps, doc);
    const keys = rotateKeys(secrets.keys, secret, { nowMs: deps.clock.now(), overlapMs });
    if (keys.length > signingKeysMax) {
      const most = signingKeysMax - 1;
      throw new Failure('rejected', 'endpoint.keys_full', `${most} earlier secrets still sign; use a shorter overlap`);
    }
    return { ...doc, sealed: sealSecrets(deps, doc.id, { ...secrets, keys }) };
  });

/** What signs now, the newest first. */
export const signingKeys = (deps: StoreDeps, endpoint: Pick<Endpoint, 'id' | 'sealed'>): SigningKey[] =>
  keysAt(openSecrets(deps, endpoint).keys, deps.clock.now());
