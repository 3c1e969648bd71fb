import { toCarrierSlug } from '../../domain/parcel.ts';
import type { CarrierConnector } from './port.ts';
import { carrierConnectors } from './registry.ts';

interface Candidate {
  id: string;
  connector: string;
  name: string;
  kind: string;
  paused: boolean;
}

/**
 * Who is asked about the parcels of a carrier: the merchant's own account at it, else an aggregator's; of several the one that
 * was connected first. Undefined where nobody can be asked.
 */
export function chooseCarrierConnection(connections: readonly Candidate[], carrier: string): string | undefined {
  const carriers = connections.filter(({ kind, paused }) => kind === 'carrier' && !paused);
  const own = carriers.find((connection) => isOwn(connection, carrier));
  const aggregator = carriers.find(({ connector }) => carrierConnectors.get(connector)?.isAggregator === true);
  return (own ?? aggregator)?.id;
}

/** This connection is to that carrier itself, and not to somebody who knows its parcels, too. */
export function isOwn(connection: Pick<Candidate, 'connector' | 'name'>, carrier: string): boolean {
  const name = carrierNameOf(connection);
  return toCarrierSlug(name) === carrier || (name === connection.connector && isCalled(name, carrier));
}

/** `dhl` is what people call the carrier of `dhl-unified`. */
const isCalled = (connector: string, carrier: string): boolean =>
  connector === carrier || connector.startsWith(`${carrier}-`);

/** The connector that knows this carrier's words, whoever asks it; undefined where there is none. */
export const connectorCalled = (carrier: string): CarrierConnector | undefined =>
  carrierConnectors.get(carrier) ?? [...carrierConnectors.values()].find(({ id }) => isCalled(id, carrier));

/** The carrier that a connection is about, in words: its connector's, or its own where its connector stands for any carrier. */
export const carrierNameOf = ({ connector, name }: Pick<Candidate, 'connector' | 'name'>): string =>
  carrierConnectors.get(connector)?.isNamedByConnection === true ? name : connector;
