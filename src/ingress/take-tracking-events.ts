import { identityOf } from '../domain/carrier-event.ts';
import { withoutPlaces, type ParcelName } from '../domain/parcel.ts';
import { hearPushed } from '../domain/parcel-step.ts';
import { chooseCarrierConnection } from '../connectors/carriers/choose-connection.ts';
import { carrierConnectors } from '../connectors/carriers/registry.ts';
import { toInstant } from '../platform/clock.ts';
import { hearParcels } from '../queues/hear-parcels.ts';
import { listConnections, openConnection, type Connection } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { Tenant } from './authenticate.ts';
import type { FieldError } from './problem.ts';
import { makeCodeReader } from './read-carrier-code.ts';
import { readTrackingEvent, type ReadEvent } from './tracking-event-input.ts';

export interface EventVerdict {
  index: number;
  verdict: 'accepted' | 'duplicate' | 'rejected';
  errors?: FieldError[];
}

type Told = Extract<ReadEvent, { errors: null }>;
interface Pushed {
  name: ParcelName;
  told: { index: number; event: Told }[];
}

/**
 * What carriers tell of parcels, each event by itself: merged into its parcel, durable when this answers. A parcel is read and
 * written once, however many of the events are about it. `carrier`: the only one whose events are taken.
 */
export async function takeTrackingEvents(
  { store, merchantId }: Tenant,
  inputs: readonly { input: unknown; at: readonly PropertyKey[] }[],
  { carrier, onUnmapped }: { carrier: string | undefined; onUnmapped: (carrier: string, words: number) => void },
): Promise<EventVerdict[]> {
  const receivedAt = toInstant(store.clock.now());
  const connections = await listConnections(store, merchantId);
  const readCode = makeCodeReader(store, connections);
  const verdicts: EventVerdict[] = [];
  const parcels = new Map<string, Pushed>();
  for (const [index, { input, at }] of inputs.entries()) {
    const read = readTrackingEvent(input, { merchantId, receivedAt, at, readCode });
    const errors = read.errors ?? foreign(read, carrier, at);
    if (read.errors !== null || errors !== null) {
      verdicts[index] = { index, verdict: 'rejected', errors: errors ?? [] };
      continue;
    }
    const key = `${read.name.carrier}/${read.name.number}`;
    const pushed = parcels.get(key) ?? { name: read.name, told: [] };
    pushed.told.push({ index, event: read });
    parcels.set(key, pushed);
  }
  const groups = [...parcels.values()];
  if (groups.length === 0) return verdicts;
  const pushOnly = new Set<string | undefined>(connections.filter((one) => takesNoQuestions(store, one)).map(({ id }) => id)); // prettier-ignore
  const outcomes = await hearParcels(
    store,
    groups.map(({ name, told }) => {
      const [first] = told;
      const connectionId = chooseCarrierConnection(connections, name.carrier);
      const isPushOnly = pushOnly.has(connectionId);
      const carrierName = first?.event.carrierName ?? name.carrier;
      const facts = { name, carrierName, connectionId, isPushOnly, at: receivedAt };
      const events = told.map(({ event }) => event.event);
      const expectedOn = told.findLast(({ event }) => event.expectedOn !== null)?.event.expectedOn ?? null;
      return { name, step: (known) => hearPushed(known, facts, { events, expectedOn, receivedAt }) };
    }),
  );
  for (const [at, { told, name }] of groups.entries()) {
    const { now, news } = outcomes[at] ?? { now: null, news: [] };
    const isErased = now?.parcel.erased === true;
    const fresh = new Set(news.map(identityOf));
    for (const { index, event } of told) {
      const isNew = fresh.delete(identityOf(isErased ? withoutPlaces(event.event) : event.event));
      verdicts[index] = { index, verdict: isNew ? 'accepted' : 'duplicate' };
    }
    const unknown = news.filter(({ unmapped }) => unmapped !== undefined).length;
    if (unknown > 0) onUnmapped(name.carrier, unknown);
  }
  return verdicts;
}

/** Its settings are opened only where it is a matter of them. */
const takesNoQuestions = (store: StoreDeps, connection: Connection): boolean =>
  carrierConnectors.get(connection.connector)?.isPushOnly?.(openConnection(store, connection).settings) === true;

/** A key that was made for one carrier speaks for no other. */
function foreign(read: ReadEvent, carrier: string | undefined, at: readonly PropertyKey[]): FieldError[] | null {
  if (read.errors !== null || carrier === undefined || read.name.carrier === carrier) return null;
  const pointer = ['', ...at.map(String), 'carrier'].join('/');
  return [{ code: 'tracking.carrier_forbidden', detail: `this key speaks for ${carrier} alone`, pointer }];
}
