import { toCarrierSlug } from '../../domain/parcel.ts';
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
  const own = carriers.find((connection) => {
    const name = carrierNameOf(connection);
    // `dhl` is what people call the carrier of `dhl-unified`.
    return toCarrierSlug(name) === carrier || (name === connection.connector && name.startsWith(`${carrier}-`));
  });
  const aggregator = carriers.find(({ connector }) => carrierConnectors.get(connector)?.isAggregator === true);
  return (own ?? aggregator)?.id;
}

/** The carrier that a connection is about, in words: its connector's, or its own where its connector stands for any carrier. */
export const carrierNameOf = ({ connector, name }: Pick<Candidate, 'connector' | 'name'>): string =>
  carrierConnectors.get(connector)?.isNamedByConnection === true ? name : connector;
