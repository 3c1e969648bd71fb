import type { ConnectorIo } from '../../io.ts';
import { OAuthSession } from '../oauth-session.ts';
import { fedexName } from './mapper.ts';
import type { FedexSettings } from './settings.ts';
import { TrackReplySchema, type WireResults } from './wire.ts';

/** FedEx's operations that Packline uses. All throw the Failures of `exchange`. */
export class FedexClient {
  readonly #baseUrl: string;
  readonly #session: OAuthSession;

  constructor({ baseUrl, clientId, clientSecret }: FedexSettings, io: ConnectorIo) {
    const tokenUrl = `${baseUrl}/oauth/token`;
    this.#baseUrl = baseUrl;
    this.#session = new OAuthSession({ carrier: fedexName, tokenUrl, clientId, clientSecret, credentials: 'form' }, io);
  }

  async track(numbers: readonly string[]): Promise<WireResults> {
    const body = {
      includeDetailedScans: true,
      trackingInfo: numbers.map((trackingNumber) => ({ trackingNumberInfo: { trackingNumber } })),
    };
    const url = `${this.#baseUrl}/track/v1/trackingnumbers`;
    const headers = { 'content-type': 'application/json', 'x-locale': 'en_US' };
    const call = { operation: 'track.list', method: 'POST', url, headers, body: JSON.stringify(body) } as const;
    return (await this.#session.send(call, TrackReplySchema)).output.completeTrackResults;
  }

  test(): Promise<void> {
    return this.#session.test();
  }
}
