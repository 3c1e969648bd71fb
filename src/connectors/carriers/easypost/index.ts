import { toInstant } from '../../../platform/clock.ts';
import type { ConnectorIo } from '../../io.ts';
import type { CarrierConnection, CarrierConnector } from '../port.ts';
import { trackEach } from '../track-each.ts';
import { EasypostClient } from './client.ts';
import { toReport } from './mapper.ts';
import { EasypostSettingsSchema, type EasypostSettings } from './settings.ts';
import { details, statuses } from './statuses.ts';
import { webhook } from './webhook.ts';

/** EasyPost: parcels of a hundred carriers. Whatever was asked about once is pushed from then on. */
export const easypost: CarrierConnector<EasypostSettings> = {
  id: 'easypost',
  kind: 'carrier',
  title: 'EasyPost',
  settings: EasypostSettingsSchema,
  numbersPerCallMax: 1,
  words: () => ({ ...details, ...statuses }),
  isAggregator: true,
  account: ({ baseUrl, apiKey }) => [baseUrl, apiKey].join('\n'),
  budgets: ({ requestsPerSecond }) => ({ default: { calls: requestsPerSecond, perMs: 1_000 } }),
  urls: ({ baseUrl }) => [baseUrl],
  connect,
  webhook,
};

function connect(settings: EasypostSettings, io: ConnectorIo): CarrierConnection {
  const client = new EasypostClient(settings, io);
  return {
    track: (parcels) =>
      trackEach(parcels, async ({ number, carrier = settings.carrier }) =>
        toReport(await client.openTracker(number, carrier), { source: 'poll', receivedAt: toInstant(io.nowMs()) }),
      ),
    async test() {
      await client.listOne();
      return { account: 'EasyPost' };
    },
  };
}
