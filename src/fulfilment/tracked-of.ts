import type { CarrierConnector, TrackedParcel } from '../connectors/carriers/port.ts';
import type { Parcel } from '../domain/parcel.ts';

/** A parcel as its connection is asked about it: an aggregator is told who carries it. */
export const trackedOf = (
  { id, isAggregator }: Pick<CarrierConnector, 'id' | 'isAggregator'>,
  { number, carrier, carrierName }: Parcel,
): TrackedParcel => ({
  number,
  ...(isAggregator === true && carrier !== id ? { carrier: carrierName } : {}),
});
