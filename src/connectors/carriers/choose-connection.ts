import { carrierConnectors } from './registry.ts';

interface Candidate {
  id: string;
  connector: string;
  kind: string;
  paused: boolean;
}

/**
 * Who is asked about the parcels of a carrier: the merchant's own account at it, else an aggregator's; of several the one that
 * was connected first. Undefined where nobody can be asked.
 */
export function chooseCarrierConnection(connections: readonly Candidate[], carrier: string): string | undefined {
  const carriers = connections.filter(({ kind, paused }) => kind === 'carrier' && !paused);
  // `dhl` is what people call the carrier of `dhl-unified`.
  const own = carriers.find(({ connector }) => connector === carrier || connector.startsWith(`${carrier}-`));
  const aggregator = carriers.find(({ connector }) => carrierConnectors.get(connector)?.isAggregator === true);
  return (own ?? aggregator)?.id;
}
