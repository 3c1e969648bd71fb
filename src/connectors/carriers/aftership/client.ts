import type * as z from 'zod';
import type { ConnectorIo } from '../../io.ts';
import { exchange, type CarrierCall, type Judge } from '../exchange.ts';
import type { AftershipSettings } from './settings.ts';
import { ErrorSchema, TrackingListSchema, TrackingReplySchema, type WireTracking } from './wire.ts';

const name = { id: 'aftership', title: 'AfterShip' } as const;
const version = '2026-07';
const listedMax = 200;

type Call = Pick<CarrierCall, 'operation' | 'method' | 'body' | 'budget'>;

/** AfterShip's operations that Packline uses. All throw the Failures of `exchange`. */
export class AftershipClient {
  readonly #settings: AftershipSettings;
  readonly #io: ConnectorIo;

  constructor(settings: AftershipSettings, io: ConnectorIo) {
    this.#settings = settings;
    this.#io = io;
  }

  /** What the organisation has of these numbers; several of one number where several carriers use it. */
  async listTrackings(numbers: readonly string[]): Promise<WireTracking[]> {
    const query = new URLSearchParams({ tracking_numbers: numbers.join(','), limit: String(listedMax) });
    const path = `/trackings?${query.toString()}`;
    return (await this.#call({ operation: 'tracking.list', method: 'GET' }, path, TrackingListSchema)).data;
  }

  /** @throws Failure `rejected` `aftership.exists` for a number that the organisation has */
  async createTracking(number: string, slug: string | undefined): Promise<WireTracking> {
    const body = JSON.stringify({ tracking_number: number, ...(slug === undefined ? {} : { slug }) });
    const call = { operation: 'tracking.create', method: 'POST', budget: 'create', body } as const;
    return (await this.#call(call, '/trackings', TrackingReplySchema)).data;
  }

  #call<T extends z.ZodType>(call: Call, path: string, schema: T): Promise<z.infer<T>> {
    const { apiKey, baseUrl } = this.#settings;
    const url = `${baseUrl}/tracking/${version}${path}`;
    const headers = { 'as-api-key': apiKey, 'content-type': 'application/json' };
    return exchange(this.#io, name, { ...call, url, headers }, schema, this.#judge);
  }

  readonly #judge: Judge = ({ status, body, headers }) => {
    if (status === 429) {
      // Seconds since the epoch; its window is a second, so that the longest wait that makes sense is short.
      const resetMs = Number(headers['x-ratelimit-reset']) * 1_000 - this.#io.nowMs();
      const retryAfterMs = resetMs > 0 && resetMs < 60_000 ? resetMs : undefined;
      return { kind: 'throttled', code: 'throttled', retryAfterMs };
    }
    const code = ErrorSchema.safeParse(body).data?.meta.code;
    return status >= 400 && code === alreadyThere ? { kind: 'rejected', code: 'exists' } : undefined;
  };
}

/** "Tracking already exists." */
const alreadyThere = 4003;
