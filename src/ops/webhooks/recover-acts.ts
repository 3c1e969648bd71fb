import { toInstant } from '../../platform/clock.ts';
import type { Act, Html, PageCall } from '../define-page.ts';
import { showFolded, showSelect } from '../show-fields.ts';
import { ReplaySchema, showPlan } from './replay-shapes.ts';

type Form = Readonly<Record<string, string>>;
const shared = { role: 'operator', uses: 'POST /v1/endpoints/:endpointId/recover' } as const;

/** A moment, or so many hours before the page was made. */
const sinceOf = ({ since, hours = '', seenAt = '' }: Form): string =>
  since ?? toInstant(Date.parse(seenAt) - Number(hours) * 3_600_000);

/** Sends what the plan has found: no more than was shown. */
export const recover: Act = {
  ...shared,
  name: 'recover',
  label: 'Send them now',
  request: ({ since = '', until = '' }, { endpointId = '' }) => ({ params: { endpointId }, body: { since, until } }),
  done: 'Begun, behind what happens now.',
  next: (answer) => `/webhooks/replays/${ReplaySchema.parse(answer).id}`,
};

/** What was missed is counted first; nothing is sent by looking. */
export const planRecovery: Act = {
  ...shared,
  name: 'plan-recovery',
  label: 'See what it has missed',
  request: (form, { endpointId = '' }) => ({
    params: { endpointId },
    body: { since: sinceOf(form), plan: true },
  }),
  done: 'Nothing was sent.',
  shows: (answer, { form, nowMs }) =>
    showPlan(answer, nowMs, ({ since, until }) => form(recover, { hidden: { since, until }, tone: 'primary' })),
};

const spans = [
  ['1', 'the last hour'],
  ['24', 'the last day'],
  ['72', 'the last 3 days'],
  ['168', 'the last week'],
] as const;

/** From when on is known where it is known what was missed. */
export const showRecovery = (
  { form, nowMs }: Pick<PageCall<unknown, unknown>, 'form' | 'nowMs'>,
  missedFrom: string | null,
): Html =>
  missedFrom !== null
    ? form(planRecovery, { hidden: { since: missedFrom }, tone: 'primary' })
    : showFolded(
        'Recover…',
        form(planRecovery, {
          hidden: { seenAt: toInstant(nowMs) },
          fields: showSelect({ name: 'hours', label: 'Since', value: '24', options: spans }),
        }),
      );
