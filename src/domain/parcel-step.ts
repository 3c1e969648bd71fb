import type { CarrierEvent } from './carrier-event.ts';
import {
  isNumberFree,
  learnOfParcel,
  startParcel,
  type FollowedParcel,
  type Parcel,
  type ParcelName,
  type ParcelNews,
} from './parcel.ts';
import { isExpired, nextPollAt } from './poll-schedule.ts';

/** A parcel's next state. */
export interface ParcelStep extends FollowedParcel {
  /** The events that were not known. */
  news: readonly CarrierEvent[];
  /** Its orders and subscribers have to hear of it, and nobody is on the way to tell them. */
  mustTell: boolean;
}

/** Who is asked about it, when something makes it known: the connection, or undefined to leave that as it is. */
interface Facts {
  name: ParcelName;
  carrierName: string;
  connectionId?: string | undefined;
  at: string;
  /** How much longer than usual parcels of this account are left alone (poll-schedule.ts). */
  stretch?: number | undefined;
}

/** Whoever was on the way to tell has been lost, if that takes so long. */
const tellingMaxMs = 15 * 60_000;

/** What is known of a name now: nothing, where its number has been given out again since. */
function begin(known: FollowedParcel | null, { name, carrierName, connectionId, at }: Facts): FollowedParcel {
  const isKept = known !== null && !isNumberFree(known.parcel, at);
  const fresh = { ...startParcel(name, carrierName, at), version: known?.parcel.version ?? 0 };
  const { parcel, history } = isKept ? known : { parcel: fresh, history: [] };
  return { history, parcel: connectionId === undefined ? parcel : { ...parcel, connectionId } };
}

/** Its carrier told of it by itself. Null where that was known to the letter. */
export function hearPushed(known: FollowedParcel | null, facts: Facts, news: ParcelNews): ParcelStep | null {
  const before = begin(known, facts);
  const learnt = learnOfParcel(before, news);
  if (!learnt.isChanged && known !== null) return null;
  const pushed = { ...learnt.parcel.polling, pushedAt: facts.at, unchanged: 0, notFound: 0 };
  return finish(before, { ...learnt, parcel: { ...learnt.parcel, polling: pushed } }, facts);
}

/** What asking brought. `failed` says nothing about the parcel. */
export type PollOutcome = { outcome: 'found'; news: ParcelNews } | { outcome: 'notFound' } | { outcome: 'failed' };

export function hearPolled(known: FollowedParcel, facts: Facts, poll: PollOutcome): ParcelStep {
  const { polling } = known.parcel;
  const asked = { ...polling, polledAt: facts.at, outcome: poll.outcome };
  if (poll.outcome !== 'found') {
    const notFound = poll.outcome === 'notFound' ? polling.notFound + 1 : polling.notFound;
    // A number that was there and is not any more is one that did not change.
    const unchanged = known.history.length > 0 ? polling.unchanged + 1 : polling.unchanged;
    const parcel = { ...known.parcel, polling: { ...asked, notFound, unchanged } };
    return finish(known, { parcel, history: known.history, news: [], isChanged: false }, facts);
  }
  const learnt = learnOfParcel(known, poll.news);
  const unchanged = learnt.isChanged ? 0 : polling.unchanged + 1;
  const parcel = { ...learnt.parcel, polling: { ...asked, notFound: 0, unchanged } };
  return finish(known, { ...learnt, parcel }, facts);
}

/** An order goes with it, or it is asked about at once: `nextAt` is when somebody looks after whether that was done. */
export function followParcel(
  known: FollowedParcel | null,
  facts: Facts,
  orderId: string | null,
  nextAt: string,
): ParcelStep {
  const { parcel, history } = begin(known, facts);
  const isNew = orderId !== null && !parcel.orderIds.includes(orderId);
  const orderIds = isNew ? [...parcel.orderIds, orderId].slice(-ordersMax) : parcel.orderIds;
  const isAsked = parcel.connectionId !== undefined;
  const polling = { ...parcel.polling, nextAt: isAsked ? nextAt : null };
  const isOwed = isNew && history.length > 0;
  return settle(
    { parcel, history },
    { parcel: { ...parcel, orderIds, polling }, history, news: [], isChanged: isOwed },
    facts.at,
  );
}
/** More than ever travel in one parcel. */
const ordersMax = 50;

function finish(
  before: FollowedParcel,
  after: FollowedParcel & { news: readonly CarrierEvent[]; isChanged: boolean },
  { at, stretch }: Facts,
): ParcelStep {
  const nowMs = Date.parse(at);
  const expired = isExpired(after.parcel, nowMs);
  const missing = isMissing(after, nowMs);
  const said = { ...after.parcel, missing: missing ? (true as const) : undefined };
  const parcel: Parcel = expired ? { ...said, status: 'EXPIRED', delayed: false } : said;
  const nextMs = parcel.connectionId === undefined ? null : nextPollAt(parcel, nowMs, stretch);
  const nextAt = nextMs === null ? null : new Date(Math.round(nextMs)).toISOString();
  const scheduled = { ...parcel, polling: { ...parcel.polling, nextAt } };
  return settle(
    before,
    {
      ...after,
      parcel: scheduled,
      isChanged: after.isChanged || expired || missing !== (before.parcel.missing === true),
    },
    at,
  );
}

/** A number that was printed an hour ago is often not there; one of three days ago should be. */
const unknownMaxMs = 72 * 3_600_000;
const isMissing = ({ parcel, history }: FollowedParcel, nowMs: number): boolean =>
  history.length === 0 && parcel.polling.notFound > 0 && nowMs - Date.parse(parcel.firstSeenAt) >= unknownMaxMs;

function settle(
  before: FollowedParcel,
  { parcel, history, news, isChanged }: FollowedParcel & { news: readonly CarrierEvent[]; isChanged: boolean },
  at: string,
): ParcelStep {
  const since = before.parcel.owedSince;
  const isLost = since !== undefined && Date.parse(at) - Date.parse(since) > tellingMaxMs;
  const mustTell = (isChanged && since === undefined) || isLost;
  const owedSince = mustTell ? at : since;
  return { parcel: { ...parcel, ...(owedSince === undefined ? {} : { owedSince }) }, history, news, mustTell };
}
