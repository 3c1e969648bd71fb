import { inOrder } from '../../../domain/merge-tracking.ts';
import { toInstant } from '../../../platform/clock.ts';
import type { ConnectorIo } from '../../io.ts';
import { isNotFound, makeFailure } from '../exchange.ts';
import type { CarrierConnection, CarrierConnector, ParcelReport } from '../port.ts';
import { trackEach } from '../track-each.ts';
import { DhlUnifiedClient, dhlName } from './client.ts';
import { toReport } from './mapper.ts';
import { DhlUnifiedSettingsSchema, type DhlUnifiedSettings } from './settings.ts';
import { codes } from './statuses.ts';
import type { WireShipment } from './wire.ts';

/** DHL, all its companies: Shipment Tracking - Unified. */
export const dhlUnified: CarrierConnector<DhlUnifiedSettings> = {
  id: 'dhl-unified',
  kind: 'carrier',
  title: 'DHL',
  settings: DhlUnifiedSettingsSchema,
  numbersPerCallMax: 1,
  words: () => codes,
  account: ({ baseUrl, apiKey }) => [baseUrl, apiKey].join('\n'),
  budgets: ({ secondsPerRequest }) => ({ default: { calls: 1, perMs: Math.ceil(secondsPerRequest * 1_000) } }),
  dailyQuota: ({ requestsPerDay }) => ({ calls: requestsPerDay, resetHourUtc: 0 }),
  urls: ({ baseUrl }) => [baseUrl],
  connect,
};

function connect(settings: DhlUnifiedSettings, io: ConnectorIo): CarrierConnection {
  const client = new DhlUnifiedClient(settings, io);

  /** Several of DHL's companies may have the number: the newest of the one that is asked for. */
  function choose(number: string, shipments: readonly WireShipment[]): ParcelReport {
    const heard = { source: 'poll', receivedAt: toInstant(io.nowMs()) } as const;
    const { service: wanted } = settings;
    const own = shipments.filter(({ service }) => wanted === undefined || service === null || service === wanted);
    const reports = own.map((shipment) => toReport(number, shipment, heard));
    const [newest] = reports.sort((a, b) => (newestOf(a) < newestOf(b) ? 1 : -1));
    if (newest !== undefined) return newest;
    throw makeFailure(dhlName, { kind: 'rejected', code: 'not_found' }, 'DHL has no shipment of this number');
  }

  return {
    track: (parcels) => trackEach(parcels, async ({ number }) => choose(number, await client.getShipments(number))),
    async test() {
      try {
        await client.getShipments(testNumber);
      } catch (error) {
        // Not found by somebody who may ask.
        if (!isNotFound(error)) throw error;
      }
      return { account: 'DHL' };
    },
  };
}

/** Of DHL's own example. There is no call that needs no number. */
const testNumber = '7777777770';

const newestOf = ({ events }: ParcelReport): string => inOrder(events).at(-1)?.local ?? '';
