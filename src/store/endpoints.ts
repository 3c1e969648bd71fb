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

/** As it lies in Redis: who knows the URL of a receiver may often speak to it, so that lies under seal as well. */
type StoredEndpoint = Omit<Endpoint, 'url'>;

/** What is sealed. The keys that sign: the newest first, and the one before it until its time is over. */
interface EndpointSecrets {
  url: string;
  current: string;
  previous: { secret: string; until: string } | null;
}

const sealContext = (endpointId: string): string => `endpoint:${endpointId}`;

const seal = (deps: StoreDeps, id: string, secrets: EndpointSecrets): string =>
  deps.keyring.seal(JSON.stringify(secrets), sealContext(id));

const remembered = new WeakMap<StoreDeps['keyring'], ReturnType<typeof rememberOpened<EndpointSecrets>>>();

function open(deps: StoreDeps, { id, sealed }: Pick<Endpoint, 'id' | 'sealed'>): EndpointSecrets {
  const known = remembered.get(deps.keyring) ?? rememberOpened<EndpointSecrets>();
  remembered.set(deps.keyring, known);
  return known(sealed, () => parseStored<EndpointSecrets>(deps.keyring.openText(sealed, sealContext(id))));
}

const withUrl = (deps: StoreDeps, doc: StoredEndpoint): Endpoint => ({ ...doc, url: open(deps, doc).url });

export const endpointLane = (endpointId: string): string => `endpoint.${endpointId}`;
/** A slow endpoint may hold this many deliveries at once, and no more of our workers. */
const endpointInflightMax = 10;

export async function createEndpoint(
  deps: StoreDeps,
  merchantId: string,
  { url, ...facts }: Pick<Endpoint, 'url' | 'eventTypes' | 'description'>,
  secret: string,
): Promise<Endpoint> {
  const id = newId('endpoint', deps.clock);
  const at = toInstant(deps.clock.now());
  const sealed = seal(deps, id, { url, current: secret, previous: null });
  const state = { disabled: false, disabledReason: null };
  const doc: StoredEndpoint = { schema: 1, id, merchantId, ...facts, ...state, sealed, createdAt: at, updatedAt: at };
  await deps.redis.hset(`${deps.keys.tag}:lane-state:${endpointLane(id)}`, 'cap', endpointInflightMax);
  await deps.redis.hset(deps.keys.endpoints(merchantId), id, JSON.stringify(doc));
  return { ...doc, url };
}

export async function readEndpoint(deps: StoreDeps, merchantId: string, id: string): Promise<Endpoint | null> {
  const doc = await deps.redis.hget(deps.keys.endpoints(merchantId), id);
  return doc === null ? null : withUrl(deps, parseStored<StoredEndpoint>(doc));
}

const listStored = async (deps: StoreDeps, merchantId: string): Promise<StoredEndpoint[]> =>
  (await deps.redis.hvals(deps.keys.endpoints(merchantId)))
    .map((doc) => parseStored<StoredEndpoint>(doc))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

/** In the order in which they were made. */
export const listEndpoints = async (deps: StoreDeps, merchantId: string): Promise<Endpoint[]> =>
  (await listStored(deps, merchantId)).map((doc) => withUrl(deps, doc));

/** What an order's commit has to know of endpoints: nothing of it is sealed, so that no lost key holds up an order. */
export type Subscriber = Pick<Endpoint, 'id' | 'eventTypes' | 'disabled'>;
export const listSubscribers: (deps: StoreDeps, merchantId: string) => Promise<readonly Subscriber[]> = listStored;

/** Null when it was deleted meanwhile. `unless` looks at it as it is now. */
export const updateEndpoint = (
  deps: StoreDeps,
  endpoint: Endpoint,
  { url, ...change }: Partial<Pick<Endpoint, 'url' | 'eventTypes' | 'description' | 'disabled' | 'disabledReason'>>,
  unless: (endpoint: Endpoint) => boolean = () => false,
): Promise<Endpoint | null> =>
  update(deps, endpoint, (doc) => {
    if (unless(withUrl(deps, doc))) return null;
    const sealed = url === undefined ? doc.sealed : seal(deps, doc.id, { ...open(deps, doc), url });
    return { ...doc, ...change, sealed };
  });

async function update(
  deps: StoreDeps,
  { merchantId, id }: Endpoint,
  change: (doc: StoredEndpoint) => StoredEndpoint | null,
): Promise<Endpoint | null> {
  const updated = await updateDoc<StoredEndpoint>(deps, { key: deps.keys.endpoints(merchantId), field: id }, (doc) => {
    const changed = change(doc);
    return changed && { ...changed, updatedAt: toInstant(deps.clock.now()) };
  });
  return updated && withUrl(deps, updated);
}

export async function deleteEndpoint(deps: StoreDeps, endpoint: Endpoint): Promise<void> {
  await deps.redis.hdel(deps.keys.endpoints(endpoint.merchantId), endpoint.id);
}

/** The new secret signs at once; the old one signs beside it until `overlapMs` is over. Null when it was deleted. */
export const rotateEndpointSecret = (
  deps: StoreDeps,
  endpoint: Endpoint,
  secret: string,
  overlapMs: number,
): Promise<Endpoint | null> =>
  update(deps, endpoint, (doc) => {
    const { url, current } = open(deps, doc);
    const previous = overlapMs === 0 ? null : { secret: current, until: toInstant(deps.clock.now() + overlapMs) };
    return { ...doc, sealed: seal(deps, doc.id, { url, current: secret, previous }) };
  });

/** The secrets that sign now. */
export function signingSecrets(deps: StoreDeps, endpoint: Endpoint): string[] {
  const { current, previous } = open(deps, endpoint);
  return previous !== null && Date.parse(previous.until) > deps.clock.now() ? [current, previous.secret] : [current];
}
