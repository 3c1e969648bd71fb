import type { DisabledReason } from './endpoint.ts';

const hourMs = 3_600_000;

/**
 * When an endpoint that takes nothing is no longer tried: nothing but failures for five days (Svix' figure, and longer than any
 * weekend), and more failures than one event makes in all its attempts, so that an endpoint which is rarely sent anything is
 * not judged by a single event. Both must hold, and one success ends the count: the rule asks whether anybody is there, not
 * how well they are doing.
 */
export const failingMaxMs = 120 * hourMs;
export const failuresMin = 12;
/** A warning is given on the way at each of these; what was passed over between two failures is not told afterwards. */
export const warnPercents = [50, 70, 90] as const;
export type WarnPercent = (typeof warnPercents)[number];
/** Between the last warning and the end is so much time at least, though a failure may have been long in coming. */
export const noticeMs = 12 * hourMs;
/** Failures that nothing has followed for so long say nothing of today. */
export const forgottenAfterMs = 240 * hourMs;

/** Failures since the last success. */
export interface FailureCount {
  failures: number;
  sinceMs: number;
}
export interface EndpointWarning {
  percent: WarnPercent;
  at: string;
}

/** The warning, if it was of the failures since `sinceMs`: those before have been forgotten, or were ended by a success. */
export const warningSince = (warned: EndpointWarning | null, sinceMs: number): EndpointWarning | null =>
  warned !== null && Date.parse(warned.at) >= sinceMs ? warned : null;

export type FailureVerdict = { turn: 'none' } | { turn: 'warn'; percent: WarnPercent } | { turn: 'disable' };

const shareOf = ({ failures, sinceMs }: FailureCount, nowMs: number): number =>
  Math.min(failures / failuresMin, (nowMs - sinceMs) / failingMaxMs, 1);

/** How far an endpoint is on its way to being disabled; whole percent, rounded down. */
export const progressOf = (count: FailureCount, nowMs: number): number =>
  Math.floor(Math.max(0, shareOf(count, nowMs)) * 100);

/** What follows from a failure that `count` includes. `lastWarning` may be of failures before them. */
export function judgeFailure(
  count: FailureCount,
  lastWarning: EndpointWarning | null,
  { autoDisable, nowMs }: { autoDisable: boolean; nowMs: number },
): FailureVerdict {
  const warned = warningSince(lastWarning, count.sinceMs);
  const isNoticed = warned?.percent === 90 && nowMs - Date.parse(warned.at) >= noticeMs;
  if (shareOf(count, nowMs) >= 1 && isNoticed) return autoDisable ? { turn: 'disable' } : { turn: 'none' };
  const reached = warnPercents.findLast((percent) => percent <= progressOf(count, nowMs));
  return reached === undefined || reached <= (warned?.percent ?? 0)
    ? { turn: 'none' }
    : { turn: 'warn', percent: reached };
}

/** A step that comes with the first failure from `atMs` on that is at least the `failuresLeft`th from now. */
export interface NextStep {
  step: 'warn' | 'disable';
  percent: WarnPercent | 100;
  atMs: number;
  failuresLeft: number;
}

/** What would happen if everything went on failing: the warnings that are left, and the end unless it is never disabled. */
export function foreseeSteps(
  { failures, sinceMs }: FailureCount,
  lastWarning: EndpointWarning | null,
  { autoDisable, nowMs }: { autoDisable: boolean; nowMs: number },
): NextStep[] {
  const warned = warningSince(lastWarning, sinceMs);
  const left = (percent: number): number => Math.max(1, Math.ceil((failuresMin * percent) / 100) - failures);
  const dueMs = (percent: number): number => Math.max(nowMs, sinceMs + (failingMaxMs * percent) / 100);
  const warnings = warnPercents
    .filter((percent) => percent > (warned?.percent ?? 0))
    .map((percent) => ({ step: 'warn', percent, atMs: dueMs(percent), failuresLeft: left(percent) }) as const)
    // Of those that are due with the same failure, it tells the highest.
    .filter(({ atMs, failuresLeft }, at, all) => {
      const higher = all[at + 1];
      return higher === undefined || higher.atMs > atMs || higher.failuresLeft > failuresLeft;
    });
  if (!autoDisable) return warnings;
  const lastWarningMs = warned?.percent === 90 ? Date.parse(warned.at) : dueMs(90);
  const atMs = Math.max(dueMs(100), lastWarningMs + noticeMs);
  return [...warnings, { step: 'disable', percent: 100, atMs, failuresLeft: left(100) }];
}

/**
 * After how long a disabled endpoint is asked whether it is there again, so many times having been in vain: soon, for most are
 * mended when somebody has read that they are disabled; then four times a day, and no more after a month.
 */
export function probeDelayMs(probes: number, sinceDisabledMs: number): number | null {
  if (sinceDisabledMs >= probedMaxMs) return null;
  return Math.min(firstProbeMs * 2 ** probes, probeEveryMaxMs);
}
const firstProbeMs = hourMs / 4;
const probeEveryMaxMs = 6 * hourMs;
const probedMaxMs = 30 * 24 * hourMs;

export type EndpointState = 'healthy' | 'failing' | 'warned' | 'disabled';

export function stateOf(endpoint: {
  disabledReason: DisabledReason | null;
  warned: EndpointWarning | null;
  failures: number;
}): EndpointState {
  if (endpoint.disabledReason !== null) return 'disabled';
  if (endpoint.warned !== null) return 'warned';
  return endpoint.failures > 0 ? 'failing' : 'healthy';
}
