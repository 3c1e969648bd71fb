import * as z from 'zod';
import type { ConnectorIo } from '../../io.ts';
import { exchange } from '../exchange.ts';
import type { WebhookKey } from '../port.ts';
import type { ShipengineSettings } from './settings.ts';
import { CarrierListSchema, KeyListSchema, TrackingSchema, type WireTracking } from './wire.ts';

export const shipengineName = { id: 'shipengine', title: 'ShipEngine' } as const;

/** ShipEngine's operations that Packline uses (API v1). All throw the Failures of `exchange`. */
export class ShipengineClient {
  readonly #settings: ShipengineSettings;
  readonly #io: ConnectorIo;

  constructor(settings: ShipengineSettings, io: ConnectorIo) {
    this.#settings = settings;
    this.#io = io;
  }

  getTracking(carrier: string, number: string): Promise<WireTracking> {
    const query = new URLSearchParams({ carrier_code: carrier, tracking_number: number });
    return this.#get('tracking.get', `/v1/tracking?${query.toString()}`, TrackingSchema);
  }

  /** From now on ShipEngine tells the account's webhook of it, until it is delivered (204). */
  async startTracking(carrier: string, number: string): Promise<void> {
    const query = new URLSearchParams({ carrier_code: carrier, tracking_number: number });
    await this.#call('POST', 'tracking.start', `/v1/tracking/start?${query.toString()}`, z.unknown());
  }

  async listCarriers(): Promise<void> {
    await this.#get('carrier.list', '/v1/carriers', CarrierListSchema);
  }

  async readKeys(): Promise<readonly WebhookKey[]> {
    const { keys } = await this.#get('key.list', '/jwks', KeyListSchema);
    return keys.map(({ kid, n, e }) => ({ kid, n, e }));
  }

  #get<T extends z.ZodType>(operation: string, path: string, schema: T): Promise<z.infer<T>> {
    return this.#call('GET', operation, path, schema);
  }

  #call<T extends z.ZodType>(method: 'GET' | 'POST', operation: string, path: string, schema: T): Promise<z.infer<T>> {
    const { apiKey, baseUrl } = this.#settings;
    const call = { operation, method, url: baseUrl + path, headers: { 'api-key': apiKey } };
    return exchange(this.#io, shipengineName, call, schema);
  }
}
