import type { ServiceRequest } from '../../domain/service-request.ts';
import type { Service, ServiceAgent, ServiceWhy } from '../../domain/service.ts';
import type { CallingConnector, TestableConnection } from '../connector.ts';

/** A service as the platform knows it. */
export interface ServiceRef {
  carrierId: string;
  /** Our own id, as the platform was given it. */
  serviceId: string;
}

/** What the platform shows of a service: enough to see what it has been told. */
export interface ServiceThere {
  status: string | null;
  labelIds: readonly string[];
  /** Everything that its notes and evidences say. */
  texts: readonly string[];
}

/** The platform told of one of our services. All throw Failure; none may be called before the platform has its answer. */
export interface LastMileConnection extends TestableConnection {
  /** Null where the platform has no such service (yet). */
  read(ref: ServiceRef): Promise<ServiceThere | null>;
  /** The service's newest state, whole. Safe to repeat. */
  update(ref: ServiceRef, update: Readonly<Record<string, unknown>>): Promise<void>;
  cancel(ref: ServiceRef, why: ServiceWhy): Promise<void>;
  hold(ref: ServiceRef, why: ServiceWhy): Promise<void>;
  /** Each shows once more what is sent twice: look first where it may be there already. */
  show(ref: ServiceRef, kind: 'note' | 'evidence' | 'label', paper: Readonly<Record<string, unknown>>): Promise<void>;
}

/** How services are handed out, as a connection says. */
export interface LastMilePolicy {
  /** A request is answered within this, whatever the carrier does (ms). */
  answerWithinMs: number;
  /** A carrier that has said nothing after this becomes an issue (ms). */
  confirmWithinMs: number;
  /** This long after it asked, the platform has its answer or has given up (ms). */
  tellAfterMs: number;
  /** The connection of whoever carries for this one of the platform's carriers; null: who hears `service.requested`. */
  carrierConnectionOf(carrierId: string): string | null;
  /** What the service costs by the table in the settings; null where none fits. */
  priceOf(request: ServiceRequest): number | null;
}

/**
 * A platform that hands out deliveries, for which we stand in as the carrier. No carrier itself (it moves nothing, and has no
 * parcels to ask about), which is why it is no `CarrierConnector`.
 */
export interface LastMileConnector<S = unknown> extends CallingConnector<S, LastMileConnection> {
  readonly kind: 'lastMile';
  policy(settings: S): LastMilePolicy;
  /** The whole state of a service as the platform takes it, and by which of its calls. Pure. */
  tell(service: Service, sealed: { agent: ServiceAgent | null; comment: string | null }, settings: S): ServiceTelling;
}

export type ServiceTelling =
  { by: 'update'; body: Readonly<Record<string, unknown>> } | { by: 'cancel' | 'hold'; why: ServiceWhy };
