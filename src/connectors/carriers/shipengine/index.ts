import { toInstant } from '../../../platform/clock.ts';
import type { ConnectorIo } from '../../io.ts';
import { carrierOf } from '../exchange.ts';
import type { CarrierConnection, CarrierConnector } from '../port.ts';
import { subscribeEach } from '../subscribe-each.ts';
import { trackEach } from '../track-each.ts';
import { ShipengineClient, shipengineName } from './client.ts';
import { toReport } from './mapper.ts';
import { ShipengineSettingsSchema, type ShipengineSettings } from './settings.ts';
import { details, statuses } from './statuses.ts';
import { webhook } from './webhook.ts';

/** ShipEngine (ShipStation API): parcels of the carriers that the account is connected to. */
export const shipengine: CarrierConnector<ShipengineSettings> = {
  id: 'shipengine',
  kind: 'carrier',
  title: 'ShipEngine',
  settings: ShipengineSettingsSchema,
  numbersPerCallMax: 1,
  words: () => ({ ...details, ...statuses }),
  isAggregator: true,
  account: ({ baseUrl, apiKey }) => [baseUrl, apiKey].join('\n'),
  budgets: ({ requestsPerMinute }) => ({ default: { calls: requestsPerMinute, perMs: 60_000 } }),
  urls: ({ baseUrl }) => [baseUrl],
  connect,
  webhook,
  subscriptions: { numbersPerCall: 1, areWanted: ({ subscribes }) => subscribes },
};

function connect(settings: ShipengineSettings, io: ConnectorIo): CarrierConnection {
  const client = new ShipengineClient(settings, io);
  return {
    track: (parcels) =>
      trackEach(parcels, async (parcel) => {
        const tracking = await client.getTracking(carrierOf(shipengineName, parcel, settings), parcel.number);
        return toReport(tracking, { source: 'poll', receivedAt: toInstant(io.nowMs()) });
      }),
    subscribe: (parcels) =>
      subscribeEach(parcels, (parcel) =>
        client.startTracking(carrierOf(shipengineName, parcel, settings), parcel.number),
      ),
    readWebhookKeys: () => client.readKeys(),
    async test() {
      await client.listCarriers();
      return { account: 'ShipEngine' };
    },
  };
}
