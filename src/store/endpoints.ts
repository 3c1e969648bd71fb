import { toInstant } from '../platform/clock.ts';
import type { EventType } from '../domain/events.ts';
import { newId, type StoreDeps } from './deps.ts';
import { parseStored } from './stored-json.ts';
import { rememberOpened } from './opened.ts';
import { updateDoc } from './update-doc.ts';

/** A subscriber's URL. */
export interface Endpoint {
  schema: 1;
  id: string;
  merchantId: string;
  url: string;
  /** Empty: all of them. */
  eventTypes: readonly EventType[];
  description: string | null;
  disabled: boolean;
  /** Why it is disabled: `merchant` did it, or `gone` (it answered 410). */
  disabledReason: 'merchant' | 'gone' | null;
  sealed: string;
  createdAt: string;
  updatedAt: string;
}

/** The keys that sign: the newest first, and the one before it until its time is over. */
export interface EndpointSecrets {
  current: string;
  previous: { secret: string; until: string } | null;
}

const sealContext = (endpointId: string): string => `endpoint:${endpointId}`;

export const endpointLane = (endpointId: string): string => `endpoint.${endpointId}`;
/** A slow endpoint may hold this many deliveries at once, and no more of our workers. */
const endpointInflightMax = 10;

async function write(deps: StoreDeps, endpoint: Endpoint): Promise<Endpoint> {
  await deps.redis.hset(deps.keys.endpoints(endpoint.merchantId), endpoint.id, JSON.stringify(endpoint));
  return endpoint;
}

export async function createEndpoint(
  deps: StoreDeps,
  merchantId: string,
  facts: Pick<Endpoint, 'url' | 'eventTypes' | 'description'>,
  secret: string,
): Promise<Endpoint> {
  const id = newId('endpoint', deps.clock);
  const at = toInstant(deps.clock.now());
  const secrets: EndpointSecrets = { current: secret, previous: null };
  const sealed = deps.keyring.seal(JSON.stringify(secrets), sealContext(id));
  await deps.redis.hset(`${deps.keys.tag}:lane-state:${endpointLane(id)}`, 'cap', endpointInflightMax);
  const state = { disabled: false, disabledReason: null };
  return write(deps, { schema: 1, id, merchantId, ...facts, ...state, sealed, createdAt: at, updatedAt: at });
}

export async function readEndpoint(deps: StoreDeps, merchantId: string, id: string): Promise<Endpoint | null> {
  const doc = await deps.redis.hget(deps.keys.endpoints(merchantId), id);
  return doc === null ? null : parseStored<Endpoint>(doc);
}

export async function listEndpoints(deps: StoreDeps, merchantId: string): Promise<Endpoint[]> {
  const docs = await deps.redis.hvals(deps.keys.endpoints(merchantId));
  return docs.map((doc) => parseStored<Endpoint>(doc)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Null when it was deleted meanwhile. `unless` looks at it as it is now. */
export const updateEndpoint = (
  deps: StoreDeps,
  { merchantId, id }: Endpoint,
  change: Partial<Pick<Endpoint, 'url' | 'eventTypes' | 'description' | 'disabled' | 'disabledReason'>>,
  unless: (endpoint: Endpoint) => boolean = () => false,
): Promise<Endpoint | null> =>
  updateDoc<Endpoint>(deps, { key: deps.keys.endpoints(merchantId), field: id }, (endpoint) =>
    unless(endpoint) ? null : { ...endpoint, ...change, updatedAt: toInstant(deps.clock.now()) },
  );

export async function deleteEndpoint(deps: StoreDeps, endpoint: Endpoint): Promise<void> {
  await deps.redis.hdel(deps.keys.endpoints(endpoint.merchantId), endpoint.id);
}

export const openEndpoint = (deps: StoreDeps, endpoint: Endpoint): EndpointSecrets =>
  parseStored<EndpointSecrets>(deps.keyring.openText(endpoint.sealed, sealContext(endpoint.id)));

/** The new secret signs at once; the old one signs beside it until `overlapMs` is over. Null when it was deleted. */
export const rotateEndpointSecret = (
  deps: StoreDeps,
  { merchantId, id }: Endpoint,
  secret: string,
  overlapMs: number,
): Promise<Endpoint | null> =>
  updateDoc<Endpoint>(deps, { key: deps.keys.endpoints(merchantId), field: id }, (endpoint) => {
    const { current } = openEndpoint(deps, endpoint);
    const secrets: EndpointSecrets = {
      current: secret,
      previous: overlapMs === 0 ? null : { secret: current, until: toInstant(deps.clock.now() + overlapMs) },
    };
    const sealed = deps.keyring.seal(JSON.stringify(secrets), sealContext(id));
    return { ...endpoint, sealed, updatedAt: toInstant(deps.clock.now()) };
  });

const opened = new WeakMap<StoreDeps['keyring'], ReturnType<typeof rememberOpened<EndpointSecrets>>>();

/** The secrets that sign now. */
export function signingSecrets(deps: StoreDeps, endpoint: Endpoint): string[] {
  const remembered = opened.get(deps.keyring) ?? rememberOpened<EndpointSecrets>();
  opened.set(deps.keyring, remembered);
  const { current, previous } = remembered(endpoint.sealed, () => openEndpoint(deps, endpoint));
  return previous !== null && Date.parse(previous.until) > deps.clock.now() ? [current, previous.secret] : [current];
}
