import type * as z from 'zod';
import type { ConnectorIo } from '../../io.ts';
import { exchange, type CarrierCall } from '../exchange.ts';
import type { EasypostSettings } from './settings.ts';
import { TrackerListSchema, TrackerSchema, type WireTracker } from './wire.ts';

export const easypostName = { id: 'easypost', title: 'EasyPost' } as const;

/** EasyPost's operations that Packline uses (API v2). All throw the Failures of `exchange`. */
export class EasypostClient {
  readonly #settings: EasypostSettings;
  readonly #io: ConnectorIo;

  constructor(settings: EasypostSettings, io: ConnectorIo) {
    this.#settings = settings;
    this.#io = io;
  }

  /** The same number within three months is the same tracker, however often it is asked for. */
  openTracker(number: string, carrier: string | undefined): Promise<WireTracker> {
    const tracker = { tracking_code: number, ...(carrier === undefined ? {} : { carrier }) };
    const body = JSON.stringify({ tracker });
    return this.#call({ operation: 'tracker.open', method: 'POST', body }, '/v2/trackers', TrackerSchema);
  }

  async listOne(): Promise<void> {
    await this.#call({ operation: 'tracker.list', method: 'GET' }, '/v2/trackers?page_size=1', TrackerListSchema);
  }

  #call<T extends z.ZodType>(
    call: Pick<CarrierCall, 'operation' | 'method' | 'body'>,
    path: string,
    schema: T,
  ): Promise<z.infer<T>> {
    const { apiKey, baseUrl } = this.#settings;
    const headers = {
      // The key is the user's name; there is no password.
      authorization: `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`,
      'content-type': 'application/json',
    };
    return exchange(this.#io, easypostName, { ...call, url: baseUrl + path, headers }, schema);
  }
}
