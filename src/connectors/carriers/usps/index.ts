import { toInstant } from '../../../platform/clock.ts';
import type { ConnectorIo } from '../../io.ts';
import type { CarrierConnection, CarrierConnector } from '../port.ts';
import { trackEach } from '../track-each.ts';
import { UspsClient } from './client.ts';
import { toReport } from './mapper.ts';
import { UspsSettingsSchema, type UspsSettings } from './settings.ts';
import { categories, codes, texts } from './statuses.ts';

/** USPS: Tracking API v3. It pushes to mailboxes only. */
export const usps: CarrierConnector<UspsSettings> = {
  id: 'usps',
  kind: 'carrier',
  title: 'USPS',
  settings: UspsSettingsSchema,
  numbersPerCallMax: 1,
  words: () => ({ ...codes, ...categories, ...texts }),
  account: ({ baseUrl, clientId }) => [baseUrl, clientId].join('\n'),
  budgets: ({ requestsPerHour }) => ({ default: { calls: requestsPerHour, perMs: 3_600_000 } }),
  urls: ({ baseUrl }) => [baseUrl],
  connect,
};

function connect(settings: UspsSettings, io: ConnectorIo): CarrierConnection {
  const client = new UspsClient(settings, io);
  return {
    track: (parcels) =>
      trackEach(parcels, async ({ number }) => {
        const tracking = await client.getTracking(number);
        return toReport(number, tracking, { source: 'poll', receivedAt: toInstant(io.nowMs()) });
      }),
    async test() {
      await client.test();
      return { account: settings.clientId };
    },
  };
}
