import type { ServiceRequest } from '../../../domain/service-request.ts';
import type { Service } from '../../../domain/service.ts';
import type { Rate } from './rates.ts';
import type { LastMileCarrier } from './settings.ts';

/** A label as VTEX is shown it. */
export type ShownLabel = Readonly<Record<string, unknown>>;

/** What VTEX is answered. Every key is there: what is not known is null, and no list is ever missing. */
export const toServiceAnswer = (service: Service, labels: readonly ShownLabel[]) => ({
  status: service.status,
  serviceId: service.id,
  shippingPrice: service.shippingPrice,
  metaData: {
    ...(service.booking?.trackingNumber ? { trackingNumber: service.booking.trackingNumber } : {}),
    ...(service.refusal === null ? {} : { refusal: service.refusal }),
  },
  shippingEstimatedDate: service.shippingEstimatedDate,
  labels,
});

export const toCancelAnswer = ({ id, carrierId }: Service, reason: string | null) => ({
  message: executed,
  data: { serviceId: id, carrierId, reason },
});

/** The answer says the flag as it was sent, under the name `cancel`. */
export const toPauseAnswer = ({ id, carrierId }: Service, pause: boolean | null, reason: string | null) => ({
  message: executed,
  data: { serviceId: id, carrierId, cancel: pause, reason },
});
const executed = 'Service executed successfully';

const money = (value: number, currency: string) => ({ value, currency });
const dayMs = 24 * 3_600_000;

/** A carrier in the shape that VTEX's services have it (`metaData.carrier`), with what it takes for this. */
const toCarrier = ({ id, name }: Pick<LastMileCarrier, 'id' | 'name'>, rates: readonly Rate[], nowMs: number) => ({
  id,
  name,
  image: null,
  metaData: {},
  type:
    rates.map((rate) => ({
      id: `${id}-${rate.upToGrams ?? 'any'}`,
      name,
      description: name,
      terms: '',
      metaData: {},
      rate: { shippingPrice: money(rate.price, rate.currency), insurancePrice: money(0, rate.currency) },
      transitTime: rate.transitDays,
      shippingEstimatedDate: new Date(nowMs + rate.transitDays * dayMs).toISOString(),
      international: false,
    }))[0] ?? null,
});

/** `POST /list-carriers`. Documented as the answer to create-service, which lists nothing: the protocol's usual envelope. */
export const toCarriersAnswer = (carriers: readonly LastMileCarrier[], nowMs: number) => ({
  message: 'success',
  data: carriers.map((carrier) => toCarrier(carrier, carrier.rates, nowMs)),
});

/** `POST /rates`. Documented as a whole service: it has what was asked, and the price. */
export function toRatesAnswer(request: ServiceRequest, carrier: LastMileCarrier, rate: Rate, nowMs: number) {
  const shown = toCarrier(carrier, [rate], nowMs);
  return {
    message: 'success',
    data: {
      id: '',
      orderId: request.orderId,
      carrierId: request.carrierId,
      serviceId: '',
      carrierName: carrier.name,
      seller: request.seller ?? '',
      status: 'CREATED',
      type: request.type ?? '',
      tags: [],
      labels: [],
      evidences: [],
      packages: request.packages.map((one) => toPackage(request.orderId, one)),
      timeline: [],
      notes: [],
      timezone: { offset: 0, value: request.timezone ?? 'UTC', label: null },
      carrierLogo: '',
      trackingUrl: '',
      comments: '',
      paymentMethod: request.paymentMethod ?? '',
      carrierServiceType: request.carrierServiceType ?? 'OTHERS',
      rate: { shippingPrice: money(rate.price, rate.currency), insurancePrice: money(0, rate.currency) },
      shippingEstimatedDate: new Date(nowMs + rate.transitDays * dayMs).toISOString(),
      shippingFinishedDate: null,
      metaData: { integrationResponse: {}, carrier: shown },
    },
  };
}

/** As it was understood: weights in grams, and text where text is documented. */
const toPackage = (
  orderId: string,
  { id, description, weightGrams, dimensions, totalValue, categories, items }: ServiceRequest['packages'][number],
) => ({
  // prettier-ignore
  id,
  orderId,
  envelope: '',
  dimensions: {
    height: String(dimensions.height ?? ''),
    length: String(dimensions.length ?? ''),
    width: String(dimensions.width ?? ''),
  },
  weight: String(weightGrams ?? ''),
  totalValue: Math.round(totalValue ?? 0),
  items: items.map((item) => ({
    id: item.id ?? '',
    name: item.name ?? '',
    ean: item.ean ?? '',
    quantity: Math.round(item.quantity ?? 0),
    price: Math.round(item.price ?? 0),
    refId: item.refId ?? '',
    image: '',
    type: '',
    weight: String(item.weightGrams ?? ''),
  })),
  categories,
  description: description ?? '',
});
