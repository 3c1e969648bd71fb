import type { CarrierConnector } from './port.ts';

/** How many parcels one call of this connection may be about. */
export const numbersPerCallOf = (connector: CarrierConnector, settings: unknown): number =>
  connector.numbersPerCall?.(settings) ?? connector.numbersPerCallMax;
