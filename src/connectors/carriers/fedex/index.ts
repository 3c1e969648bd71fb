import { toInstant } from '../../../platform/clock.ts';
import type { ConnectorIo } from '../../io.ts';
import type { CarrierConnection, CarrierConnector } from '../port.ts';
import { FedexClient } from './client.ts';
import { toResult } from './mapper.ts';
import { FedexSettingsSchema, type FedexSettings } from './settings.ts';
import { codes } from './statuses.ts';
import { webhook } from './webhook.ts';

/** FedEx: Track API v1, and the Advanced Integrated Visibility webhook. */
export const fedex: CarrierConnector<FedexSettings> = {
  id: 'fedex',
  kind: 'carrier',
  title: 'FedEx',
  settings: FedexSettingsSchema,
  numbersPerCallMax: 30,
  words: () => codes,
  account: ({ baseUrl, clientId }) => [baseUrl, clientId].join('\n'),
  budgets: ({ requestsPer10Seconds }) => ({ default: { calls: requestsPer10Seconds, perMs: 10_000 } }),
  dailyQuota: ({ requestsPerDay }) => ({ calls: requestsPerDay, resetHourUtc: 0 }),
  urls: ({ baseUrl }) => [baseUrl],
  connect,
  webhook,
};

function connect(settings: FedexSettings, io: ConnectorIo): CarrierConnection {
  const client = new FedexClient(settings, io);
  return {
    async track(parcels) {
      const answers = await client.track(parcels.map(({ number }) => number));
      const heard = { source: 'poll', receivedAt: toInstant(io.nowMs()) } as const;
      return parcels.map(({ number }) => {
        const own = answers.filter(({ trackingNumber }) => trackingNumber.toUpperCase() === number.toUpperCase());
        return toResult(
          number,
          own.flatMap(({ trackResults }) => trackResults),
          heard,
        );
      });
    },
    async test() {
      await client.test();
      return { account: settings.clientId };
    },
  };
}
