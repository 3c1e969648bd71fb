import { toInstant } from '../../../platform/clock.ts';
import type { ConnectorIo } from '../../io.ts';
import { isAboutNumber } from '../exchange.ts';
import type { CarrierConnection, CarrierConnector, TrackedParcel, TrackResult } from '../port.ts';
import type { TrackCall } from './call-schema.ts';
import { GenericClient } from './client.ts';
import { genericName } from './mapper.ts';
import { GenericSettingsSchema, type GenericSettings } from './settings.ts';
import { toResults } from './to-results.ts';
import { webhook } from './webhook.ts';

/** A courier without a connector of its own: its settings say how it is called and read. */
export const genericCarrier: CarrierConnector<GenericSettings> = {
  id: 'generic-carrier',
  kind: 'carrier',
  title: genericName.title,
  settings: GenericSettingsSchema,
  numbersPerCallMax: 100,
  words: (settings) => settings?.statuses ?? {},
  numbersPerCall: ({ track }) => track?.numbersPerCall ?? 1,
  isPushOnly: ({ track }) => track === undefined,
  isNamedByConnection: true,
  account: ({ baseUrl, auth }) => [baseUrl, JSON.stringify(auth)].join('\n'),
  budgets: ({ requestsPerSecond }) => ({ default: { calls: requestsPerSecond, perMs: 1_000 } }),
  dailyQuota: ({ requestsPerDay, dayBeginsAtHourUtc }) =>
    requestsPerDay === undefined ? undefined : { calls: requestsPerDay, resetHourUtc: dayBeginsAtHourUtc },
  urls: ({ baseUrl, auth }) => (auth.scheme === 'oauth' ? [baseUrl, auth.tokenUrl] : [baseUrl]),
  connect,
  webhook,
};

function connect(settings: GenericSettings, io: ConnectorIo): CarrierConnection {
  const client = new GenericClient(settings, io);
  const { track, book, cancel } = settings;

  async function ask(call: TrackCall, numbers: readonly string[]): Promise<readonly TrackResult[]> {
    const heard = { source: 'poll', receivedAt: toInstant(io.nowMs()) } as const;
    try {
      return toResults(numbers, await client.track(call, numbers), { track: call, statuses: settings.statuses, heard });
    } catch (error) {
      if (!isAboutNumber(error)) throw error;
      if (error.code === `${genericName.id}.not_found`) return numbers.map(() => ({ outcome: 'notFound' }));
      if (numbers.length > 1) throw error;
      return [{ outcome: 'failed', failure: error }];
    }
  }

  async function askAll(call: TrackCall, parcels: readonly TrackedParcel[]): Promise<readonly TrackResult[]> {
    const numbers = parcels.map(({ number }) => number);
    const perCall = call.numbersPerCall;
    const results: TrackResult[] = [];
    for (let at = 0; at < numbers.length; at += perCall)
      results.push(...(await ask(call, numbers.slice(at, at + perCall))));
    return results;
  }

  return {
    ...(track === undefined ? {} : { track: (parcels: readonly TrackedParcel[]) => askAll(track, parcels) }),
    async test() {
      await client.test();
      // There is no call that needs no number: one that nobody has is answered to those who may ask.
      if (track !== undefined) await ask(track, [testNumber]);
      return { account: new URL(settings.baseUrl).host };
    },
    ...(book === undefined ? {} : { book: (service) => client.book(book, service) }),
    ...(cancel === undefined ? {} : { cancel: (bookingId) => client.cancel(cancel, bookingId) }),
  };
}

const testNumber = 'PACKLINE0TEST';
