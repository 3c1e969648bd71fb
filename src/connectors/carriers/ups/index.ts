import { inOrder } from '../../../domain/merge-tracking.ts';
import { toInstant } from '../../../platform/clock.ts';
import type { ConnectorIo } from '../../io.ts';
import { makeFailure } from '../exchange.ts';
import type { CarrierConnection, CarrierConnector, ParcelReport } from '../port.ts';
import { trackEach } from '../track-each.ts';
import { UpsClient, upsName } from './client.ts';
import { hookClientOf } from './hook-token.ts';
import { toReport } from './mapper.ts';
import { subscribeAll } from './subscribe-all.ts';
import { UpsSettingsSchema, type UpsSettings } from './settings.ts';
import { codes, types } from './statuses.ts';
import { webhook } from './webhook.ts';
import type { WireShipment } from './wire.ts';

/** UPS: Tracking API v1, and Track Alert v2. */
export const ups: CarrierConnector<UpsSettings> = {
  id: 'ups',
  kind: 'carrier',
  title: 'UPS',
  settings: UpsSettingsSchema,
  numbersPerCallMax: 1,
  words: () => words,
  account: ({ baseUrl, clientId }) => [baseUrl, clientId].join('\n'),
  budgets: ({ requestsPerSecond }) => ({ default: { calls: requestsPerSecond, perMs: 1_000 } }),
  urls: ({ baseUrl }) => [baseUrl],
  connect,
  webhook,
  subscriptions: { numbersPerCall: 100, areWanted: (settings) => hookClientOf(settings) !== null },
};

// Arrived with one type, access restricted with another.
const { AR: _, ...plain } = codes;
const words = { ...types, ...plain };

function connect(settings: UpsSettings, io: ConnectorIo): CarrierConnection {
  const client = new UpsClient(settings, io);

  function choose(number: string, shipments: readonly WireShipment[]): ParcelReport {
    const parcels = shipments.flatMap((shipment) => shipment.package);
    // A shipment of several packages is answered with all of them.
    const own = parcels.filter(({ trackingNumber }) => trackingNumber?.toUpperCase() === number.toUpperCase());
    const heard = { source: 'poll', receivedAt: toInstant(io.nowMs()) } as const;
    const reports = (own.length > 0 ? own : parcels.slice(0, 1)).map((parcel) => toReport(number, parcel, heard));
    const [newest] = reports.sort((a, b) => (newestOf(a) < newestOf(b) ? 1 : -1));
    if (newest !== undefined) return newest;
    const warned = shipments.flatMap(({ warnings }) => warnings.map(({ code }) => code));
    const isMissing = warned.length === 0 || warned.includes(notFoundWarning);
    const refusal = { kind: 'rejected', code: isMissing ? 'not_found' : 'refused' } as const;
    throw makeFailure(upsName, refusal, 'UPS has no package of this number', { warnings: warned });
  }

  return {
    track: (parcels) => trackEach(parcels, async ({ number }) => choose(number, await client.getDetails(number))),
    subscribe: (parcels) => subscribeAll(client, parcels.map(({ number }) => number), io.nowMs()), // prettier-ignore
    async test() {
      await client.test();
      return { account: settings.clientId };
    },
  };
}

/** "Tracking Information Not Found". */
const notFoundWarning = 'TW0001';

const newestOf = ({ events }: ParcelReport): string => inOrder(events).at(-1)?.local ?? '';
