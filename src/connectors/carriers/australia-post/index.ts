import { toInstant } from '../../../platform/clock.ts';
import type { ConnectorIo } from '../../io.ts';
import type { CarrierConnection, CarrierConnector } from '../port.ts';
import { AustraliaPostClient } from './client.ts';
import { toResult } from './mapper.ts';
import { AustraliaPostSettingsSchema, type AustraliaPostSettings } from './settings.ts';
import { statuses, texts } from './statuses.ts';

/** Australia Post: the tracking call of its Shipping and Tracking APIs. It pushes nothing. */
export const australiaPost: CarrierConnector<AustraliaPostSettings> = {
  id: 'australia-post',
  kind: 'carrier',
  title: 'Australia Post',
  settings: AustraliaPostSettingsSchema,
  // More are refused altogether (51101).
  numbersPerCallMax: 10,
  words: () => ({ ...texts, ...statuses }),
  account: ({ baseUrl, apiKey }) => [baseUrl, apiKey].join('\n'),
  budgets: ({ requestsPerSecond }) => ({ default: { calls: requestsPerSecond, perMs: 1_000 } }),
  urls: ({ baseUrl }) => [baseUrl],
  connect,
};

function connect(settings: AustraliaPostSettings, io: ConnectorIo): CarrierConnection {
  const client = new AustraliaPostClient(settings, io);
  return {
    async track(parcels) {
      const results = await client.track(parcels.map(({ number }) => number));
      const heard = { source: 'poll', receivedAt: toInstant(io.nowMs()) } as const;
      return parcels.map(({ number }) => {
        const own = results.find((result) => result.tracking_id.toUpperCase() === number.toUpperCase());
        return toResult(number, own, heard);
      });
    },
    async test() {
      // There is no call that needs no number: one that nobody has is answered to those who may ask.
      await client.track([testNumber]);
      return { account: settings.accountNumber };
    },
  };
}

const testNumber = '7XX1000';
