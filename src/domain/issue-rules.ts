import type { Failure } from './failure.ts';

const soonMs = 60_000;
/** Our own waiting for our own turn: nothing has failed, however long it lasts; or somebody asked for it. */
const noFailure: ReadonlySet<string> = new Set(['effect.in_flight', 'budget.exhausted', 'connection.paused']);
/** Lost races, and partners' answers that are behind their own writes: part of every day, and past within seconds. */
const passing =
  /^(?:order|store|service)\.contended$|^redis\.|^effect\.|\.(?:order_stale|job_missing|order_vanished|not_invoiced|state_too_early|change_in_progress)$/;

/**
 * How long work that is tried again may fail before it is an issue, in milliseconds: a partner that does not answer is one
 * at once; one that asks to wait is when it goes on asking. Infinity: never.
 */
export function patienceMs({ kind, code }: Pick<Failure, 'kind' | 'code'>): number {
  if (kind === 'aborted' || noFailure.has(code)) return Infinity;
  return kind === 'throttled' || passing.test(code) ? soonMs : 0;
}

/**
 * Who can do something about it: `you` (the merchant), `packline`, or the partner by its connector's id. Settings are the
 * merchant's, and so is what the partner says is wrong with the order itself.
 */
export function whoCanFix({ kind, code, detail }: Failure, connector: string | undefined): string {
  if (kind === 'misconfigured') return 'you';
  if (connector === undefined || kind === 'malformed') return 'packline';
  if (kind === 'rejected') return detail['cause'] === undefined ? connector : 'you';
  return code.startsWith(`${connector}.`) || code.startsWith('http.') ? connector : 'packline';
}
