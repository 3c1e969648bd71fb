import type { CarrierEvent } from '../../domain/carrier-event.ts';
import type { Failure } from '../../domain/failure.ts';
import type { TrackingWords } from '../../domain/tracking-words.ts';
import type { CallingConnector, TestableConnection } from '../connector.ts';
import type { InboundDoor, InboundRequest } from '../webhook.ts';

/** A parcel to ask about. */
export interface TrackedParcel {
  number: string;
  /** Who carries it, in the word of an aggregator that has many (`usps`); absent: the connection's own setting. */
  carrier?: string | undefined;
}

/** What a carrier tells about one parcel. */
export interface ParcelReport {
  number: string;
  /** Who carries it, in an aggregator's word; null where the connection is the carrier. */
  carrier: string | null;
  events: readonly CarrierEvent[];
  /** All that it knows, and not only the latest: what is missing that was told before has been taken back. */
  complete: boolean;
  /** The day on which it means to deliver, where that is (`2026-07-13`). */
  expectedOn: string | null;
}

/** The answer about one number. A failure is about this number alone; what concerns the whole call is thrown. */
export type TrackResult =
  | { outcome: 'found'; report: ParcelReport }
  /** Not there, which a number that was printed an hour ago often is not. */
  | { outcome: 'notFound' }
  | { outcome: 'failed'; failure: Failure };

/** What became of asking a carrier to tell of one parcel by itself. */
export type SubscribeResult =
  /** `until`: when it ends and has to be asked for anew; null where it lasts as long as the parcel is under way. */
  { outcome: 'subscribed'; until: string | null } | { outcome: 'refused'; code: string };

/** A service as a carrier with a booking call is asked for it. */
export interface ServiceToBook {
  /** Our own id of the shipment: the same one twice is the same booking. */
  reference: string;
  pickup: BookedPlace;
  dropoff: BookedPlace;
  parcels: readonly { reference: string; weightGrams: number | null }[];
}

export interface BookedPlace {
  name: string;
  phone: string | null;
  addressLines: readonly string[];
  postalCode: string | null;
  city: string | null;
  state: string | null;
  country: string;
  /** Not before and not after (instants). */
  window: { from: string | null; until: string | null };
}

export interface Booking {
  bookingId: string;
  trackingNumber: string | null;
  trackingUrl: string | null;
}

/** One merchant's account at a carrier. A method that the carrier lacks is absent. All throw Failure. */
export interface CarrierConnection extends TestableConnection {
  /**
   * Asks about at most `numbersPerCallMax` parcels, in one call where the carrier takes several; a result for each, in their
   * order.
   * @throws Failure for what concerns them all: `throttled`, `transient`, `misconfigured`, `aborted`
   */
  track?(parcels: readonly TrackedParcel[]): Promise<readonly TrackResult[]>;
  /**
   * Asks it to tell of at most `subscriptions.numbersPerCall` parcels by itself, at the URL that its account knows; a result
   * for each, in their order. Safe to repeat.
   * @throws Failure for what concerns them all, like `track`
   */
  subscribe?(parcels: readonly TrackedParcel[]): Promise<readonly SubscribeResult[]>;
  /** Takes the service over. Safe to repeat: keyed by `reference`. */
  book?(service: ServiceToBook): Promise<Booking>;
  cancel?(bookingId: string): Promise<{ canceled: true } | { canceled: false; code: string; detail: string }>;
  /** The public keys that its webhooks are signed with, as its list has them now. */
  readWebhookKeys?(): Promise<readonly WebhookKey[]>;
}

/** A public RSA key (RFC 7517). */
export interface WebhookKey {
  kid: string;
  n: string;
  e: string;
}

export interface CarrierWebhook<S> extends InboundDoor<S> {
  /** What the parcels in it are said to do. Throws Failure `malformed` for bytes that are not what the carrier documents. */
  read(body: Uint8Array, receivedAt: string, settings: S): readonly ParcelReport[];
  /**
   * For carriers that publish the keys they sign with: the settings with these keys, too. `verify` says `key_unknown` of a hook
   * whose key is not among them.
   */
  withKeys?(settings: S, keys: readonly WebhookKey[]): S;
  /**
   * For carriers that ask us for a token first and send it with each hook (OAuth 2.0, client credentials): the answer to
   * such a request. To be sent with `cache-control: no-store` (RFC 6749, 5.1).
   */
  issueToken?(request: InboundRequest, settings: S, nowMs: number): { status: 200 | 400 | 401; body: object };
}

/** Calls that a credential has for a day, and when the day begins. */
export interface DailyQuota {
  calls: number;
  resetHourUtc: number;
}

export interface CarrierConnector<S = unknown> extends CallingConnector<S, CarrierConnection> {
  readonly kind: 'carrier';
  readonly numbersPerCallMax: number;
  /**
   * What its words mean where one is told alone. One that says this or that by what stands beside it is not among them.
   * `settings`: undefined where the merchant has no connection to it.
   */
  words(settings: S | undefined): TrackingWords;
  /** With these settings it only tells by itself, and `track` is absent. Left out: it is asked, whatever the settings. */
  isPushOnly?(settings: S): boolean;
  /** Knows the parcels of many carriers: those that have no connection of their own are asked about here. */
  readonly isAggregator?: true;
  /** Where it is a matter of the settings; never more than `numbersPerCallMax`. */
  numbersPerCall?(settings: S): number;
  /** The connection's name is the carrier's: its connector stands for any carrier. */
  readonly isNamedByConnection?: true;
  /** Absent, and undefined, where the carrier limits no day. */
  dailyQuota?(settings: S): DailyQuota | undefined;
  readonly webhook?: CarrierWebhook<S>;
  /** Its hooks come for numbers that it was asked to tell of, and for no others. */
  readonly subscriptions?: {
    readonly numbersPerCall: number;
    /** The account’s hooks are set up: what it tells would be believed. */
    areWanted(settings: S): boolean;
  };
}
