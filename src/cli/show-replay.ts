import { styleText } from 'node:util';
import type { ReplayPlanView, ReplayView } from '../ingress/views/replay-view.ts';
import { bar, number, percent } from './show-run.ts';

/** How far a replay is. */
export function describeReplay({ status, expected, made, delivered, failed, dropped, underWay }: ReplayView): string {
  const over = delivered + failed + dropped;
  const all = Math.max(expected ?? made, made);
  const share = all === 0 ? 1 : over / all;
  return [
    expected === null
      ? `${status} ${number.format(over)} events`
      : `${status} ${bar(share)} ${percent(share)} of ${number.format(all)} events`,
    `${number.format(underWay)} under way`,
    ...(failed === 0 ? [] : [`${number.format(failed)} failed`]),
    ...(dropped === 0 ? [] : [`${number.format(dropped)} dropped`]),
  ].join(', ');
}

/** What became of a replay, for people. */
export function printReplay({ id, endpointId, status, made, delivered, failed, dropped, failure }: ReplayView): void {
  const color = status === 'completed' && failed + dropped === 0 ? 'green' : status === 'completed' ? 'yellow' : 'red';
  const { stdout } = process;
  const words = Object.entries({ made, delivered, failed, dropped }).map(([name, n]) => `${number.format(n)} ${name}`);
  stdout.write(`${id}  to ${endpointId}  ${styleText(color, status, { stream: stdout })}\n`);
  stdout.write(`  ${words.join(', ')}\n`);
  if (failure !== null) stdout.write(`  ${failure.code}: ${failure.detail}\n`);
}

/** What a replay would do, for people. */
export function printPlan(plan: ReplayPlanView): void {
  const { endpointId, count, complete, lookedThrough, byType, wiped, oldest, newest, ratePerSecond, seconds } = plan;
  const lines = [
    `to ${endpointId}: ${complete ? '' : 'at least '}${number.format(count)} events, ${number.format(seconds)} s at ${ratePerSecond}/s`,
    ...(oldest === null ? [] : [`  from ${oldest} to ${newest ?? oldest}`]),
    ...Object.entries(byType).map(([type, n]) => `  ${number.format(n)} ${type}`),
    ...(wiped === 0 ? [] : [`  ${number.format(wiped)} more have no payload any more, and are not sent`]),
    ...(complete ? [] : [`  looked at until ${lookedThrough}; there are more`]),
    ...plan.sample.map(
      ({ eventId, type, createdAt, outcome }) => `  e.g. ${eventId}  ${createdAt}  ${type}  ${outcome}`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
