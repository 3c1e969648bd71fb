import type { ConnectorIo } from '../../io.ts';
import { exchange } from '../exchange.ts';
import { australiaPostName } from './mapper.ts';
import type { AustraliaPostSettings } from './settings.ts';
import { TrackReplySchema, type WireResult } from './wire.ts';

/** Australia Post's operations that Packline uses. All throw the Failures of `exchange`. */
export class AustraliaPostClient {
  readonly #settings: AustraliaPostSettings;
  readonly #io: ConnectorIo;

  constructor(settings: AustraliaPostSettings, io: ConnectorIo) {
    this.#settings = settings;
    this.#io = io;
  }

  async track(numbers: readonly string[]): Promise<WireResult[]> {
    const { apiKey, password, accountNumber, baseUrl } = this.#settings;
    const query = new URLSearchParams({ tracking_ids: numbers.join(',') });
    const url = `${baseUrl}/shipping/v1/track?${query.toString()}`;
    const headers = {
      authorization: `Basic ${Buffer.from(`${apiKey}:${password}`).toString('base64')}`,
      'account-number': accountNumber,
    };
    const call = { operation: 'track.list', method: 'GET', url, headers } as const;
    return (await exchange(this.#io, australiaPostName, call, TrackReplySchema)).tracking_results;
  }
}
