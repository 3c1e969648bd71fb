import type * as z from 'zod';
import type { ConnectorIo } from '../../io.ts';
import { exchange, segment } from '../exchange.ts';
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

  async listAccounts(): Promise<void> {
    await this.#get('account.list', '/carrier_accounts/?results=1', AccountListSchema);
  }

  #get<T extends z.ZodType>(operation: string, path: string, schema: T): Promise<z.infer<T>> {
    const { apiKey, baseUrl } = this.#settings;
    const headers = { authorization: `ShippoToken ${apiKey}` };
    return exchange(this.#io, shippoName, { operation, method: 'GET', url: baseUrl + path, headers }, schema);
  }
}
