import { toInstant } from '../../../platform/clock.ts';
import type { ConnectorIo } from '../../io.ts';
import { carrierOf } from '../exchange.ts';
import type { CarrierConnection, CarrierConnector } from '../port.ts';
import { subscribeEach } from '../subscribe-each.ts';
import { trackEach } from '../track-each.ts';
import { ShippoClient, shippoName } from './client.ts';
import { toReport } from './mapper.ts';
import { ShippoSettingsSchema, type ShippoSettings } from './settings.ts';
import { statuses, substatuses } from './statuses.ts';
import { webhook } from './webhook.ts';

/** Shippo: parcels of many carriers, which it asks itself about every two hours. */
export const shippo: CarrierConnector<ShippoSettings> = {
  id: 'shippo',
  kind: 'carrier',
  title: 'Shippo',
  settings: ShippoSettingsSchema,
  numbersPerCallMax: 1,
  words: () => ({ ...substatuses, ...statuses }),
  isAggregator: true,
  account: ({ baseUrl, apiKey }) => [baseUrl, apiKey].join('\n'),
  budgets: ({ requestsPerMinute }) => ({ default: { calls: requestsPerMinute, perMs: 60_000 } }),
  urls: ({ baseUrl }) => [baseUrl],
  connect,
  webhook,
  subscriptions: { numbersPerCall: 1, areWanted: ({ subscribes }) => subscribes },
};

function connect(settings: ShippoSettings, io: ConnectorIo): CarrierConnection {
  const client = new ShippoClient(settings, io);
  return {
    track: (parcels) =>
      trackEach(parcels, async (parcel) => {
        const track = await client.getTrack(carrierOf(shippoName, parcel, settings), parcel.number);
        return toReport(track, { source: 'poll', receivedAt: toInstant(io.nowMs()) });
      }),
    subscribe: (parcels) =>
      subscribeEach(parcels, (parcel) => client.registerTrack(carrierOf(shippoName, parcel, settings), parcel.number)),
    async test() {
      await client.listAccounts();
      return { account: 'Shippo' };
    },
  };
}
