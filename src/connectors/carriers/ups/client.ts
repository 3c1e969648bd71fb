import { randomUUID } from 'node:crypto';
import type { ConnectorIo } from '../../io.ts';
import { segment } from '../exchange.ts';
import { OAuthSession } from '../oauth-session.ts';
import type { UpsSettings } from './settings.ts';
import { TrackReplySchema, type WireShipment } from './wire.ts';

export const upsName = { id: 'ups', title: 'UPS' } as const;

/** UPS's operations that Packline uses. All throw the Failures of `exchange`. */
export class UpsClient {
  readonly #baseUrl: string;
  readonly #session: OAuthSession;

  constructor({ baseUrl, clientId, clientSecret }: UpsSettings, io: ConnectorIo) {
    const tokenUrl = `${baseUrl}/security/v1/oauth/token`;
    this.#baseUrl = baseUrl;
    this.#session = new OAuthSession({ carrier: upsName, tokenUrl, clientId, clientSecret, credentials: 'basic' }, io);
  }

  /** A number that is not there is a 200 with a warning. */
  async getDetails(number: string): Promise<WireShipment[]> {
    const url = `${this.#baseUrl}/api/track/v1/details/${segment(upsName, number)}?locale=en_US`;
    const headers = { transid: randomUUID(), transactionsrc: 'packline' };
    const call = { operation: 'track.get', method: 'GET', url, headers } as const;
    return (await this.#session.send(call, TrackReplySchema)).trackResponse.shipment;
  }

  test(): Promise<void> {
    return this.#session.test();
  }
}
