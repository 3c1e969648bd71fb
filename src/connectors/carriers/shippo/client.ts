import type * as z from 'zod';
import type { ConnectorIo } from '../../io.ts';
import { exchange, segment, type CarrierCall } from '../exchange.ts';
import type { ShippoSettings } from './settings.ts';
import { AccountListSchema, TrackSchema, type WireTrack } from './wire.ts';

export const shippoName = { id: 'shippo', title: 'Shippo' } as const;

/** Shippo's operations that Packline uses. All throw the Failures of `exchange`. */
export class ShippoClient {
  readonly #settings: ShippoSettings;
  readonly #io: ConnectorIo;

  constructor(settings: ShippoSettings, io: ConnectorIo) {
    this.#settings = settings;
    this.#io = io;
  }

  getTrack(carrier: string, number: string): Promise<WireTrack> {
    const path = `/tracks/${segment(shippoName, carrier)}/${segment(shippoName, number)}`;
    return this.#get('track.get', path, TrackSchema);
  }

  /** From now on Shippo tells the account's webhook of it. The same number again is the same track. */
  async registerTrack(carrier: string, number: string): Promise<void> {
    const body = JSON.stringify({ carrier, tracking_number: number });
    await this.#call({ operation: 'track.register', method: 'POST', body }, '/tracks/', TrackSchema);
  }

  async listAccounts(): Promise<void> {
    await this.#get('account.list', '/carrier_accounts/?results=1', AccountListSchema);
  }

  #get<T extends z.ZodType>(operation: string, path: string, schema: T): Promise<z.infer<T>> {
    return this.#call({ operation, method: 'GET' }, path, schema);
  }

  #call<T extends z.ZodType>(
    call: Pick<CarrierCall, 'operation' | 'method' | 'body'>,
    path: string,
    schema: T,
  ): Promise<z.infer<T>> {
    const { apiKey, baseUrl } = this.#settings;
    const headers = {
      authorization: `ShippoToken ${apiKey}`,
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    return exchange(this.#io, shippoName, { ...call, url: baseUrl + path, headers }, schema);
  }
}
