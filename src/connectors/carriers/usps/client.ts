import type { ConnectorIo } from '../../io.ts';
import { segment, type Judge } from '../exchange.ts';
import { OAuthSession } from '../oauth-session.ts';
import type { UspsSettings } from './settings.ts';
import { ErrorSchema, TrackingSchema, type WireTracking } from './wire.ts';

const name = { id: 'usps', title: 'USPS' } as const;

/** USPS's operations that Packline uses. All throw the Failures of `exchange`. */
export class UspsClient {
  readonly #baseUrl: string;
  readonly #session: OAuthSession;

  constructor({ baseUrl, clientId, clientSecret }: UspsSettings, io: ConnectorIo) {
    const tokenUrl = `${baseUrl}/oauth2/v3/token`;
    const client = { carrier: name, tokenUrl, clientId, clientSecret, credentials: 'form', scope: 'tracking' } as const;
    this.#baseUrl = baseUrl;
    this.#session = new OAuthSession(client, io);
  }

  getTracking(number: string): Promise<WireTracking> {
    const url = `${this.#baseUrl}/tracking/v3/tracking/${segment(name, number)}?expand=DETAIL`;
    return this.#session.send({ operation: 'tracking.get', method: 'GET', url, headers: {} }, TrackingSchema, judge);
  }

  test(): Promise<void> {
    return this.#session.test();
  }
}

/** "Tracking number not found" comes as a 404 and as a 200. */
const judge: Judge = ({ status, body }) => {
  const code = ErrorSchema.safeParse(body).data?.error.code;
  if (code === undefined || (status >= 300 && status !== 404)) return undefined;
  return { kind: 'rejected', code: code === '404' ? 'not_found' : 'refused' };
};
