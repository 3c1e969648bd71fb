import type { EventType } from './events.ts';

/** What became of an event at an endpoint: of all its deliveries there the best. `missing`: there never was one. */
export const eventOutcomes = ['delivered', 'pending', 'failed', 'dropped', 'missing'] as const;
export type EventOutcome = (typeof eventOutcomes)[number];

/** What was missed: what a replay sends again unless it is told otherwise. What is on its way is never sent beside itself. */
export const missedOutcomes = ['failed', 'dropped', 'missing'] as const;

/** Which events are sent again. */
export interface ReplayScope {
  endpointId: string;
  /** Empty: of all types. */
  types: readonly EventType[];
  orderId: string | null;
  outcomes: readonly EventOutcome[];
  /** Made from this moment on, and before that one (ms). */
  sinceMs: number;
  untilMs: number;
}

/** It brings all that was missed from the one moment to the other. */
export const bringsAll = (
  { types, orderId, outcomes, sinceMs, untilMs }: ReplayScope,
  missed: { from: string; until: string },
): boolean =>
  sinceMs <= Date.parse(missed.from) &&
  untilMs > Date.parse(missed.until) &&
  types.length === 0 &&
  orderId === null &&
  missedOutcomes.every((outcome) => outcomes.includes(outcome));

/** `made`: all of its deliveries are; some may still be on their way. */
export const replayStatuses = ['running', 'made', 'canceled', 'failed'] as const;
export type ReplayStatus = (typeof replayStatuses)[number];

/** Events that are sent to an endpoint again, one after the other, at a rate of their own. */
export interface Replay {
  id: string;
  merchantId: string;
  scope: ReplayScope;
  ratePerSecond: number;
  status: ReplayStatus;
  failure: { code: string; detail: string } | null;
  /** How many there were to send when it began; null: more than were counted. */
  expected: number | null;
  /** The last event that was looked at; null before the first. */
  position: string | null;
  made: number;
  delivered: number;
  failed: number;
  dropped: number;
  createdAt: string;
  /** When nothing more was to be made. */
  endedAt: string | null;
}

/** Deliveries that it has made and that have not come to their end. */
export const underWayOf = ({ made, delivered, failed, dropped }: Replay): number =>
  Math.max(0, made - delivered - failed - dropped);

export const replayRateMax = 500;
const rateDefault = 20;

/** Of what an endpoint takes in a second, replays have half, and no more than this where it takes all there is. */
export const replayRateFor = (endpointRate: number | null): number =>
  endpointRate === null ? rateDefault : Math.max(1, Math.min(rateDefault, Math.floor(endpointRate / 2)));
