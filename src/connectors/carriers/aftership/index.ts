import { toInstant } from '../../../platform/clock.ts';
import type { ConnectorIo } from '../../io.ts';
import { isAboutNumber } from '../exchange.ts';
import type { CarrierConnection, CarrierConnector, TrackedParcel, TrackResult } from '../port.ts';
import { toResult } from '../track-each.ts';
import { AftershipClient } from './client.ts';
import { toReport } from './mapper.ts';
import { AftershipSettingsSchema, type AftershipSettings } from './settings.ts';
import { subtags, tags } from './statuses.ts';
import { webhook } from './webhook.ts';
import type { WireTracking } from './wire.ts';

/** AfterShip: parcels of a thousand carriers. A number is registered once, and pushed from then on. */
export const aftership: CarrierConnector<AftershipSettings> = {
  id: 'aftership',
  kind: 'carrier',
  title: 'AfterShip',
  settings: AftershipSettingsSchema,
  // What fits into a URL with room to spare.
  numbersPerCallMax: 50,
  words: () => ({ ...subtags, ...tags }),
  isAggregator: true,
  account: ({ baseUrl, apiKey }) => [baseUrl, apiKey].join('\n'),
  budgets: ({ requestsPerSecond }) => ({
    default: { calls: requestsPerSecond, perMs: 1_000 },
    create: { calls: 20, perMs: 1_000 },
  }),
  urls: ({ baseUrl }) => [baseUrl],
  connect,
  webhook,
};

function connect(settings: AftershipSettings, io: ConnectorIo): CarrierConnection {
  const client = new AftershipClient(settings, io);
  const slugOf = ({ carrier = settings.carrier }: TrackedParcel): string | undefined => carrier;
  const toFound = (tracking: WireTracking): TrackResult =>
    toResult(toReport(tracking, { source: 'poll', receivedAt: toInstant(io.nowMs()) }));

  async function register(parcel: TrackedParcel): Promise<TrackResult> {
    try {
      return toFound(await client.createTracking(parcel.number, slugOf(parcel)));
    } catch (error) {
      if (!isAboutNumber(error)) throw error;
      // Registered by somebody else in this moment: the next list has it.
      return error.code === 'aftership.exists' ? { outcome: 'notFound' } : { outcome: 'failed', failure: error };
    }
  }

  return {
    async track(parcels) {
      const listed = await client.listTrackings(parcels.map(({ number }) => number));
      const results: TrackResult[] = [];
      for (const parcel of parcels) {
        const tracking = listed.find((one) => isOf(one, parcel.number, slugOf(parcel)));
        results.push(tracking === undefined ? await register(parcel) : toFound(tracking));
      }
      return results;
    },
    async test() {
      await client.listTrackings([]);
      return { account: 'AfterShip' };
    },
  };
}

/** Numbers come back in capitals. */
const isOf = ({ tracking_number, slug }: WireTracking, number: string, carrier: string | undefined): boolean =>
  tracking_number.toUpperCase() === number.toUpperCase() &&
  (carrier === undefined || slug === null || slug === carrier);
