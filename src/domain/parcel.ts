import type { CarrierEvent } from './carrier-event.ts';
import { mergeTracking, newsAmong, withdrawnSince } from './merge-tracking.ts';
import { resolveParcel } from './parcel-state.ts';
import type { Subscription } from './parcel-subscription.ts';
import { isTerminal, type TrackingStatus } from './tracking-status.ts';

/** A parcel as it is stored (schema 1), without what happened on its way. All times are UTC instants. */
export interface Parcel {
  schema: 1;
  merchantId: string;
  /** Who carries it, as `toCarrierSlug` writes it. Together with the number it is the parcel's name. */
  carrier: string;
  number: string;
  /** The carrier in the words of who told us first: what an aggregator is asked with. */
  carrierName: string;
  /** Rises with every change; the guard of each write. */
  version: number;
  status: TrackingStatus;
  delayed: boolean;
  /** When it came to this status, by the carrier's clock; null where that has no zone. */
  statusAt: string | null;
  /** The day on which the carrier means to deliver. */
  expectedOn: string | null;
  firstSeenAt: string;
  /** Since when it is followed: after it was given up as expired, from the scan that opened it again. */
  openedAt: string;
  /** When something new was heard of it last. */
  newsAt: string | null;
  orderIds: readonly string[];
  /** Whom we ask about it; absent where nobody can be asked. */
  connectionId?: string | undefined;
  /** They only tell by themselves: `polling.nextAt` is when their silence is looked at, and nobody is asked. */
  isPushOnly?: true | undefined;
  polling: Polling;
  /** Whether its carrier was asked to tell of it by itself; absent where it was not, or does so unasked. */
  subscription?: Subscription | undefined;
  /** The words of its carrier that no table knows, oldest first. */
  unmapped: readonly string[];
  /** Orders and subscribers have not heard of its newest state yet; since when. */
  owedSince?: string | undefined;
  /** What they have heard; `created`: that it is there, where it goes with no order. */
  told: { status: TrackingStatus; created?: true };
  /** Its carrier has not known it for days: somebody should look at the number. */
  missing?: true | undefined;
  /** Its carrier, who cannot be asked, has said nothing of it for days. */
  silent?: true | undefined;
  /** The person it went to was erased: nothing that could name them is kept. */
  erased?: true | undefined;
}

/** How the asking went. */
export interface Polling {
  polledAt: string | null;
  outcome: 'found' | 'notFound' | 'failed' | null;
  /** Polls in a row that told nothing new. */
  unchanged: number;
  /** Polls in a row that did not find it. */
  notFound: number;
  /** When its carrier told us something by itself. */
  pushedAt: string | null;
  /** When it is asked about next; null for never. */
  nextAt: string | null;
}

/** By what a parcel is found. */
export interface ParcelName {
  merchantId: string;
  carrier: string;
  number: string;
}

/** `UPS`, `ups` and `U.P.S.` are one carrier: lower case, one hyphen for everything that is no letter or digit. */
export const toCarrierSlug = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);

const numberPattern = /^[A-Z0-9][A-Z0-9._-]{0,63}$/;

/** As carriers print it, without the blanks that people read it by; null for what is no carrier's number. */
export function toTrackingNumber(text: string): string | null {
  const number = text.replace(/\s+/g, '').toUpperCase();
  return numberPattern.test(number) ? number : null;
}

export const startParcel = ({ merchantId, carrier, number }: ParcelName, carrierName: string, at: string): Parcel => ({
  schema: 1,
  merchantId,
  carrier,
  number,
  carrierName,
  version: 0,
  status: 'UNKNOWN',
  delayed: false,
  statusAt: null,
  expectedOn: null,
  firstSeenAt: at,
  openedAt: at,
  newsAt: null,
  orderIds: [],
  polling: { polledAt: null, outcome: null, unchanged: 0, notFound: 0, pushedAt: null, nextAt: null },
  unmapped: [],
  told: { status: 'UNKNOWN' },
});

const dayMs = 24 * 3_600_000;
/** Carriers give numbers out again; EasyPost takes one for another parcel after three months. */
const numberKeptMs = 90 * dayMs;

/** Its way has been over for so long that what is said of its number now is said of another parcel. */
export const isNumberFree = (parcel: Parcel, at: string): boolean =>
  isOver(parcel) && Date.parse(at) - Date.parse(parcel.newsAt ?? parcel.firstSeenAt) > numberKeptMs;

export const isOver = ({ status }: Pick<Parcel, 'status'>): boolean => isTerminal(status) || status === 'EXPIRED';

/** Told with events; what is not there was not told. */
export interface ParcelNews {
  events: readonly CarrierEvent[];
  /** All that the carrier knows: what it told before and leaves out now, it has taken back. */
  complete?: boolean;
  expectedOn?: string | null;
  receivedAt: string;
}

export interface FollowedParcel {
  parcel: Parcel;
  history: readonly CarrierEvent[];
}

/** More than one carrier's tables can lack. */
const unmappedMax = 10;

/**
 * The parcel after its carrier told of it, by push or poll; `news` are the events that were not known. Whatever is told twice
 * changes nothing.
 */
export function learnOfParcel(
  known: FollowedParcel,
  { events, complete = false, expectedOn, receivedAt }: ParcelNews,
): FollowedParcel & { news: readonly CarrierEvent[]; isChanged: boolean } {
  const { parcel } = known;
  const told = parcel.erased === true ? events.map(withoutPlaces) : events;
  const takenBack = complete ? withdrawnSince(known.history, told, receivedAt) : [];
  const news = newsAmong(known.history, told);
  const day = expectedOn ?? parcel.expectedOn;
  if (news.length === 0 && takenBack.length === 0 && day === parcel.expectedOn) {
    return { ...known, news, isChanged: false };
  }
  const history = mergeTracking(known.history, [...told, ...takenBack]);
  const { status, delayed, decidedBy } = resolveParcel(history);
  const isReopened = parcel.status === 'EXPIRED' && news.length > 0;
  const unmapped = [...new Set([...parcel.unmapped, ...news.flatMap((event) => event.unmapped ?? [])])];
  const isNews = news.length > 0 || takenBack.length > 0;
  return {
    history,
    news,
    isChanged: true,
    parcel: {
      ...parcel,
      status: parcel.status === 'EXPIRED' && !isNews ? parcel.status : status,
      delayed,
      statusAt: decidedBy?.at ?? null,
      expectedOn: day,
      openedAt: isReopened ? receivedAt : parcel.openedAt,
      newsAt: isNews ? receivedAt : parcel.newsAt,
      unmapped: unmapped.slice(0, unmappedMax),
    },
  };
}

/** What may name a person or say where one lives. The city is part of what an event is known by: both sides lose it. */
export function withoutPlaces({ description: _, place: __, ...event }: CarrierEvent): CarrierEvent {
  return event;
}

/** Its person was erased: it goes on, and nothing of it names them. */
export const withoutPerson = ({ parcel, history }: FollowedParcel): FollowedParcel => ({
  parcel: { ...parcel, erased: true },
  history: history.map(withoutPlaces),
});
