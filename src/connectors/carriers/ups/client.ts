import { randomUUID } from 'node:crypto';
import type { ConnectorIo } from '../../io.ts';
import { segment } from '../exchange.ts';
import { OAuthSession } from '../oauth-session.ts';
import type { UpsSettings } from './settings.ts';
import { SubscriptionsSchema, TrackReplySchema, type WireShipment, type WireSubscriptions } from './wire.ts';

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

  /**
   * Track Alert v2: events of these numbers are sent to the URL that UPS was told of with the application, for 14 days. At
   * most 100; one more, and UPS takes none.
   */
  subscribe(numbers: readonly string[]): Promise<WireSubscriptions> {
    const url = `${this.#baseUrl}/api/track/v2/subscription/standard/package`;
    const headers = { transid: randomUUID(), transactionsrc: 'packline', 'content-type': 'application/json' };
    const body = JSON.stringify({ locale: 'en_US', countryCode: 'US', trackingNumberList: numbers });
    const call = { operation: 'subscription.create', method: 'POST', url, headers, body } as const;
    return this.#session.send(call, SubscriptionsSchema);
  }

  test(): Promise<void> {
    return this.#session.test();
  }
}
