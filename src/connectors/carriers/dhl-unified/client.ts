import type { ConnectorIo } from '../../io.ts';
import { exchange } from '../exchange.ts';
import type { DhlUnifiedSettings } from './settings.ts';
import { TrackReplySchema, type WireShipment } from './wire.ts';

export const dhlName = { id: 'dhl-unified', title: 'DHL' } as const;

/** DHL's operations that Packline uses. All throw the Failures of `exchange`. */
export class DhlUnifiedClient {
  readonly #settings: DhlUnifiedSettings;
  readonly #io: ConnectorIo;

  constructor(settings: DhlUnifiedSettings, io: ConnectorIo) {
    this.#settings = settings;
    this.#io = io;
  }

  async getShipments(number: string): Promise<WireShipment[]> {
    const { apiKey, baseUrl, service, requesterCountryCode } = this.#settings;
    const query = new URLSearchParams({
      trackingNumber: number,
      ...(service === undefined ? {} : { service }),
      ...(requesterCountryCode === undefined ? {} : { requesterCountryCode }),
    });
    const url = `${baseUrl}/track/shipments?${query.toString()}`;
    const call = { operation: 'shipment.list', method: 'GET', url, headers: { 'dhl-api-key': apiKey } } as const;
    return (await exchange(this.#io, dhlName, call, TrackReplySchema)).shipments;
  }
}
