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
import { isExpired, nextPollAt, silentAt } from './poll-schedule.ts';

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
  /** That connection takes no questions. */
  isPushOnly?: boolean | undefined;
  at: string;
  /** How much longer than usual parcels of this account are left alone (poll-schedule.ts). */
  stretch?: number | undefined;
}

/** Whoever was on the way to tell has been lost, if that takes so long. */
const tellingMaxMs = 15 * 60_000;

/** What is known of a name now: nothing, where its number has been given out again since. */
function begin(
  known: FollowedParcel | null,
  { name, carrierName, connectionId, isPushOnly, at }: Facts,
): FollowedParcel {
  const isKept = known !== null && !isNumberFree(known.parcel, at);
  const fresh = { ...startParcel(name, carrierName, at), version: known?.parcel.version ?? 0 };
  const { parcel, history } = isKept ? known : { parcel: fresh, history: [] };
  if (connectionId === undefined) return { history, parcel };
  return { history, parcel: { ...parcel, connectionId, isPushOnly: isPushOnly === true ? true : undefined } };
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

export function hearPolled(before: FollowedParcel, facts: Facts, poll: PollOutcome): ParcelStep {
  // Whoever answers takes questions.
  const known = before.parcel.isPushOnly === undefined ? before : { ...before, parcel: { ...before.parcel, isPushOnly: undefined } }; // prettier-ignore
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

/** Time to look whether a carrier that cannot be asked has told anything. Says so once; the next event takes it back. */
export function hearSilence(known: FollowedParcel, at: string): ParcelStep {
  const { parcel, history } = known;
  const silent = silentAt(parcel);
  const isDue = silent !== null && silent <= Date.parse(at);
  const quiet = isDue ? (true as const) : undefined;
  const after = { ...parcel, isPushOnly: true as const, silent: quiet };
  const nextAt = silent === null || isDue ? null : toText(silent);
  const polling = { ...parcel.polling, nextAt };
  const isChanged = isDue && parcel.silent !== true;
  return settle(known, { parcel: { ...after, polling }, history, news: [], isChanged }, at);
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
  const silent = parcel.isPushOnly === true ? silentAt(parcel) : null;
  const whenAsked = parcel.isPushOnly === true ? (silent === null ? null : toText(silent)) : nextAt;
  const polling = { ...parcel.polling, nextAt: isAsked ? whenAsked : null };
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
  const said = { ...after.parcel, missing: missing ? (true as const) : undefined, silent: undefined };
  const parcel: Parcel = expired ? { ...said, status: 'EXPIRED', delayed: false } : said;
  const nextMs = nextLookAt(parcel, nowMs, stretch);
  const nextAt = nextMs === null ? null : toText(nextMs);
  const scheduled = { ...parcel, polling: { ...parcel.polling, nextAt } };
  return settle(
    before,
    {
      ...after,
      parcel: scheduled,
      isChanged:
        after.isChanged || expired || missing !== (before.parcel.missing === true) || before.parcel.silent === true,
    },
    at,
  );
}

function nextLookAt(parcel: Parcel, nowMs: number, stretch: number | undefined): number | null {
  if (parcel.connectionId === undefined) return null;
  return parcel.isPushOnly === true ? silentAt(parcel) : nextPollAt(parcel, nowMs, stretch);
}

const toText = (ms: number): string => new Date(Math.round(ms)).toISOString();

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
