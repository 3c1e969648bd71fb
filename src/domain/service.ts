import type { Intent } from './intent.ts';
import { endsService, judgeMove, reachedBy, type ServiceMove, type ServiceStatus } from './service-status.ts';

/** How far the carrier has the service. */
export type Handover =
  /** Nobody was told yet. */
  | 'waiting'
  /** `service.requested` is on its way to whoever listens. */
  | 'announced'
  /** By the carrier's own booking call. */
  | 'booked'
  /** The carrier will not have it. */
  | 'refused';

/** Something of a service that the platform is shown once: its text may be about a person, and lies elsewhere, sealed. */
export interface ServicePaper {
  id: string;
  kind: 'note' | 'evidence' | 'label';
  told: boolean;
}

/** A service that a last-mile platform asked for. No personal data: the request and the courier are sealed beside it. */
export interface Service {
  schema: 1;
  id: string;
  merchantId: string;
  /** The platform's connection. */
  connectionId: string;
  /** The platform's own ids. */
  orderId: string;
  carrierId: string;
  type: string | null;
  packageIds: readonly string[];
  /** The connection of the carrier that is called; null: whoever hears `service.requested`. */
  carrierConnectionId: string | null;
  status: ServiceStatus;
  /** The furthest that it was, while it is in a side state. */
  reached: ServiceStatus;
  handover: Handover;
  refusal: string | null;
  /** When the carrier first said that it has it. */
  confirmedAt: string | null;
  booking: { bookingId: string | null; trackingNumber: string | null } | null;
  /** The platform wants it no more. `open` until the carrier has said whether it lets go. */
  cancel: { state: 'open' | 'done' | 'refused' } | null;
  trackingUrl: string | null;
  shippingPrice: number | null;
  shippingEstimatedDate: string | null;
  totalDistanceTraveled: number | null;
  rating: number | null;
  /** Why it stands still, for `ON_HOLD` and `CANCELED`; what was said of it is sealed. */
  why: ServiceWhy['type'] | null;
  papers: readonly ServicePaper[];
  /** What the platform knows: the status that it set or was told, and a digest of the whole update. */
  told: { status: ServiceStatus; update: string | null };
  /** By whom is called: the platform's connection, and the carrier's. */
  intents: Readonly<Record<string, Intent>>;
  /** When the platform last asked something of us. Until it has its answer, it is told nothing. */
  askedAt: string;
  version: number;
  createdAt: string;
  updatedAt: string;
}

export interface ServiceWhy {
  comment: string;
  type: 'ERROR_CREATE_SERVICE' | 'END_CLIENT_CANCELED' | 'END_CLIENT_PAUSE' | 'NO_THERE_DELIVERY_MAN_ASSIGN' | 'OTHER';
}

export interface ServiceAgent {
  id: string;
  name: string;
  identification: string | null;
  phone: string | null;
  email: string | null;
  vehicle: 'SCOOTER' | 'VAN' | 'CAR' | 'TRUCK' | 'BIKE' | 'WALK' | 'DRONE' | null;
}

/** What is told of a service. What is absent is as it was. */
export interface ServiceNews {
  /** Null: nothing is said of where it is. */
  status: ServiceStatus | null;
  why?: ServiceWhy;
  trackingNumber?: string;
  trackingUrl?: string;
  shippingPrice?: number;
  shippingEstimatedDate?: string;
  totalDistanceTraveled?: number;
  rating?: number;
}

export function makeService(facts: {
  id: string;
  merchantId: string;
  connectionId: string;
  carrierConnectionId: string | null;
  request: { orderId: string; carrierId: string; type: string | null; packages: readonly { id: string }[] };
  shippingPrice: number | null;
  at: string;
}): Service {
  const { request, at, ...rest } = facts;
  return {
    schema: 1,
    ...rest,
    orderId: request.orderId,
    carrierId: request.carrierId,
    type: request.type,
    packageIds: request.packages.map(({ id }) => id),
    status: 'PENDING',
    reached: 'PENDING',
    handover: 'waiting',
    refusal: null,
    confirmedAt: null,
    booking: null,
    cancel: null,
    trackingUrl: null,
    shippingEstimatedDate: null,
    totalDistanceTraveled: null,
    rating: null,
    why: null,
    papers: [],
    told: { status: 'PENDING', update: null },
    intents: {},
    askedAt: at,
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
}

/** The platform wants it no more, and the carrier has let go of it or never had it. */
export const cancelService = (service: Service): Service => ({
  ...service,
  status: 'CANCELED',
  reached: 'CANCELED',
  why: 'END_CLIENT_CANCELED',
  cancel: { state: 'done' },
});

/** The platform paused it, or lets it go on where it was. It knows that itself. */
export function pauseService(service: Service, isPaused: boolean): Service {
  const status = isPaused ? 'ON_HOLD' : service.status === 'ON_HOLD' ? service.reached : service.status;
  return {
    ...service,
    status,
    why: isPaused ? 'END_CLIENT_PAUSE' : service.why,
    told: { ...service.told, status },
  };
}

/** Nobody at the carrier has said anything, and it is not over. */
export const isUnconfirmed = ({ confirmedAt, status }: Service): boolean =>
  confirmedAt === null && !endsService(status);

/** Who of one platform asks for the same service again: it has no idempotency key. */
export const identityOfService = (request: {
  orderId: string;
  carrierId: string;
  type: string | null;
  packages: readonly { id: string }[];
}): string =>
  JSON.stringify([
    request.orderId,
    request.carrierId,
    // The way there and the way back have the same packages.
    request.type,
    request.packages.map(({ id }) => id).sort(),
  ]);

/** Takes what a carrier tells. What came late, or after the end, changes nothing but what is new beside the status. */
export function takeNews(service: Service, news: ServiceNews, at: string): { service: Service; move: ServiceMove } {
  const { status, why, trackingNumber, ...facts } = news;
  const move = status === null ? 'repeats' : judgeMove(service, status);
  const booking = { bookingId: null, trackingNumber: null, ...service.booking };
  const next: Service = {
    ...service,
    ...facts,
    ...(trackingNumber === undefined ? {} : { booking: { ...booking, trackingNumber } }),
    ...(status !== null && move !== 'over' ? { confirmedAt: service.confirmedAt ?? at } : {}),
    ...(status !== null && move === 'moves'
      ? { status, reached: reachedBy(service.reached, status), why: why?.type ?? null }
      : {}),
  };
  return { service: next, move };
}
