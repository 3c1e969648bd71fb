import { Failure } from '../../../domain/failure.ts';
import type { Service, ServiceAgent } from '../../../domain/service.ts';
import type { ConnectorIo } from '../../io.ts';
import type { LastMileConnection, LastMileConnector, ServiceRef, ServiceTelling } from '../port.ts';
import { LastMileClient } from './client.ts';
import { toServiceThere } from './mapper.ts';
import { findRate } from './rates.ts';
import { VtexLastMileSettingsSchema, type VtexLastMileSettings } from './settings.ts';
import { tellBy } from './statuses.ts';

/** "The timeout is 5 seconds", and no call may be made for a service before its creation is confirmed. */
const answerMaxMs = 5_000;

/** VTEX Last Mile (Pick and Pack's carriers integration protocol). Its own calls to us are served by ingress/compat/. */
export const vtexLastMile: LastMileConnector<VtexLastMileSettings> = {
  id: 'vtex-last-mile',
  kind: 'lastMile',
  title: 'VTEX Last Mile',
  door: 'last-mile',
  settings: VtexLastMileSettingsSchema,
  account: ({ apiBaseUrl, account }) => [apiBaseUrl, account].join('\n'),
  vendorAccount: ({ account }) => `vtex:${account}`,
  budgets: ({ requestsPerSecond }) => ({ default: { calls: requestsPerSecond, perMs: 1_000 } }),
  urls: ({ apiBaseUrl, authBaseUrl }) => [apiBaseUrl, authBaseUrl],
  connect,
  policy: (settings) => ({
    answerWithinMs: settings.answerWithinMs,
    confirmWithinMs: settings.confirmWithinMinutes * 60_000,
    tellAfterMs: answerMaxMs,
    carrierConnectionOf: (carrierId) => settings.carriers.find(({ id }) => id === carrierId)?.connectionId ?? null,
    priceOf: (request) => findRate(settings, request)?.price ?? null,
  }),
  tell,
};

/** The id of no service: asking for it shows whether the token is let in. */
const probe: ServiceRef = { carrierId: 'packline', serviceId: 'connection-test' };

function connect(settings: VtexLastMileSettings, io: ConnectorIo): LastMileConnection {
  const client = new LastMileClient(settings, io);
  const read = async (ref: ServiceRef) => {
    try {
      return toServiceThere((await client.getService(ref)).data);
    } catch (error) {
      if (error instanceof Failure && error.code === 'vtex-last-mile.service_not_found') return null;
      throw error;
    }
  };
  return {
    async test() {
      await read(probe);
      return { account: settings.account };
    },
    read,
    update: (ref, body) => client.updateService(ref, body),
    cancel: (ref, why) => client.cancelService(ref, why),
    hold: (ref, why) => client.holdService(ref, why),
    show: (ref, kind, paper) => {
      if (kind === 'label') return client.addLabel(ref, paper);
      return kind === 'note' ? client.addNotes(ref, [paper]) : client.addEvidences(ref, [paper]);
    },
  };
}

/** "All of them are required": every key, null where nothing is known. */
function tell(
  service: Service,
  { agent, comment }: { agent: ServiceAgent | null; comment: string | null },
  { trackingUrlTemplate }: VtexLastMileSettings,
): ServiceTelling {
  const { status, why, refusal } = service;
  const by = tellBy[status];
  if (by !== 'update') {
    const said = comment ?? (refusal === null ? 'No reason was given' : `The carrier refused: ${refusal}`);
    return { by, why: { comment: said, type: why ?? 'OTHER' } };
  }
  return {
    by,
    body: {
      status,
      agent,
      // The one beside the status that may not be null.
      trackingUrl: service.trackingUrl ?? fillTemplate(trackingUrlTemplate, service) ?? '',
      totalDistanceTraveled: service.totalDistanceTraveled,
      rating: service.rating,
      shippingPrice: service.shippingPrice,
      shippingEstimatedDate: service.shippingEstimatedDate,
    },
  };
}

const fillTemplate = (template: string | undefined, { id, booking }: Service): string | undefined =>
  template
    ?.replaceAll('{trackingNumber}', encodeURIComponent(booking?.trackingNumber ?? ''))
    .replaceAll('{serviceId}', encodeURIComponent(id));
