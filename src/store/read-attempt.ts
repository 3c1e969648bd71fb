import type { DataKey } from '../platform/secrets.ts';
import type { StoreDeps } from './deps.ts';
import { openEndpoint, type Endpoint } from './endpoints.ts';
import { entryLua } from './entry-lua.ts';
import type { Delivery, StoredEvent } from './events.ts';
import { firstReadLua, toFirstRead, type FirstRead } from './first-read-lua.ts';
import { pauseLeftMs } from './lanes.ts';
import { rememberByText } from '../platform/remember.ts';
import { openOrderKey } from './persons.ts';
import { defineScript, runScript } from './script.ts';
import { parseStored } from './stored-json.ts';

/** What an attempt has to know, as it was in one moment. */
export interface AttemptReading {
  /** Null: past its retention. */
  delivery: Delivery | null;
  event: StoredEvent | null;
  /** Null: deleted. */
  endpoint: Endpoint | null;
  /** For how long somebody's answer still pauses the endpoint; 0: it does not. */
  pausedMs: number;
  /** What seals the answer: the key of the order that it is about, null once that is erased; undefined: it is about none. */
  orderKey: DataKey | null | undefined;
}

interface Names {
  deliveryId: string;
  merchantId: string;
  endpointId: string;
}

const script = defineScript(
  `${entryLua}${firstReadLua}return firstRead({ job = 'delivery-attempt', payload = ARGV[1] })`,
);

const remembered = new WeakMap<StoreDeps['keyring'], ReturnType<typeof rememberByText<Endpoint>>>();

/** `first`: what came with the run's beginning; without it, it is read now. */
export async function readAttempt(
  deps: StoreDeps,
  { deliveryId, merchantId, endpointId }: Names,
  first: FirstRead = [],
): Promise<AttemptReading> {
  const [doc = null, event = null, endpoint = null, rest = null, wrapped = null] =
    first.length > 0
      ? first
      : toFirstRead(
          await runScript(
            deps.redis,
            script,
            [deps.keys.tag],
            [JSON.stringify({ deliveryId, merchantId, endpointId })],
          ),
        );
  const delivery = doc === null ? null : parseStored<Delivery>(doc);
  const orderId = delivery?.status === 'pending' ? delivery.orderId : null;
  return {
    delivery,
    event: event === null ? null : parseStored<StoredEvent>(event),
    endpoint: endpoint === null ? null : open(deps, endpoint),
    pausedMs: pauseLeftMs(deps.clock, rest),
    orderKey: orderId === null ? undefined : openOrderKey(deps, orderId, wrapped),
  };
}

/** The same document comes with every attempt at an endpoint. */
function open(deps: StoreDeps, doc: string): Endpoint {
  const known = remembered.get(deps.keyring) ?? rememberByText<Endpoint>();
  remembered.set(deps.keyring, known);
  return known(doc, () => openEndpoint(deps, doc));
}
