import { html } from 'hono/html';
import { missedOutcomes } from '../../domain/replay.ts';
import { eventTypes } from '../../domain/events.ts';
import type { Act, Html, PageCall } from '../define-page.ts';
import { showCheck, showInput, showSelect } from '../show-fields.ts';
import { toWords } from '../show-amount.ts';
import { ReplaySchema, showPlan, type Replay } from './replay-shapes.ts';

type Filled = Readonly<Record<string, string>>;
const shared = { role: 'operator', uses: 'POST /v1/endpoints/:endpointId/replays' } as const;
const begun = {
  done: 'Begun, behind what happens now.',
  next: (answer: unknown) => `/webhooks/replays/${ReplaySchema.parse(answer).id}`,
} as const;

/** Browsers give `2026-11-22T00:05`; the field says that it is UTC. What is no time is left as it is, for the API to say so. */
const toMoment = (text: string): string => (/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) ? `${text}:00Z` : text);

/** Body of `POST /v1/endpoints/{id}/replays`: what is left empty is left out. */
function scopeOf(form: Filled): Record<string, unknown> {
  const { type = '', orderId = '', since = '', until = '' } = form;
  const outcomes = missedOutcomes.filter((one) => form[`outcome:${one}`] === 'yes');
  return {
    ...(type === '' ? {} : { types: type.split(',') }),
    ...(orderId.trim() === '' ? {} : { orderId: orderId.trim() }),
    ...(outcomes.length === 0 ? {} : { outcomes }),
    includeDelivered: form['includeDelivered'] === 'yes',
    ...(since === '' ? {} : { since: toMoment(since) }),
    ...(until === '' ? {} : { until: toMoment(until) }),
  };
}

/** Sends what the plan has found: no more than was shown. */
export const replaySome: Act = {
  ...shared,
  ...begun,
  name: 'replay',
  label: 'Send them now',
  request: (form, { endpointId = '' }) => ({ params: { endpointId }, body: scopeOf(form) }),
};

/** Counts first; nothing is sent by looking. */
export const planReplay: Act = {
  ...shared,
  name: 'plan-replay',
  label: 'See what would be sent',
  request: (form, { endpointId = '' }) => ({ params: { endpointId }, body: { ...scopeOf(form), plan: true } }),
  done: 'Nothing was sent.',
  shows: (answer, { form, nowMs }, filled) =>
    showPlan(
      answer,
      nowMs,
      ({ since, until }) => form(replaySome, { hidden: { ...filled, since, until }, tone: 'primary' }),
      'No event is like that',
    ),
};

/** What a replay that ended early has not sent: the same events, as far as they are missing still. */
export const sendRest: Act = {
  ...shared,
  ...begun,
  name: 'send-rest',
  label: 'Resume',
  request: ({ endpointId = '', ...form }) => ({ params: { endpointId }, body: scopeOf(form) }),
};

/** Null where nobody could tell the rest from what it has sent. */
export const showResume = (replay: Replay, form: PageCall<unknown, unknown>['form']): Html | null => {
  const { status, outcomes, types, orderId, endpointId, since, until } = replay;
  if ((status !== 'canceled' && status !== 'failed') || outcomes.includes('delivered')) return null;
  const outcome = Object.fromEntries(outcomes.map((one) => [`outcome:${one}`, 'yes']));
  const hidden = { endpointId, type: types.join(','), orderId: orderId ?? '', since, until, ...outcome };
  return form(sendRest, { hidden, tone: 'primary' });
};

const outcomeWords: Readonly<Record<(typeof missedOutcomes)[number], string>> = {
  failed: 'Failed for good',
  dropped: 'Dropped while the endpoint was disabled or deleted',
  missing: 'Never were on their way',
};

/** Which events: as somebody filled it in, or as the list of deliveries was filtered. */
export const showReplayForm = (form: PageCall<unknown, unknown>['form'], filled: Filled): Html => {
  const isNew = !Object.keys(filled).some((name) => name.startsWith('outcome:'));
  return form(planReplay, {
    tone: 'primary',
    fields: html`<div class="fields">
      ${showSelect({
        name: 'type',
        id: 'again-type',
        label: 'Event',
        value: filled['type'],
        options: [['', 'Any'], ...eventTypes.map((one) => [one, one] as const)],
      })}
      ${showInput({ name: 'orderId', id: 'again-order', label: 'Of one order (ord_…)', max: 60, value: filled['orderId'] })}
      <div class="filters">
        ${showInput({ name: 'since', id: 'again-since', label: 'From, UTC', type: 'datetime-local', value: filled['since'], hint: 'Empty: the oldest that is kept' })}
        ${showInput({ name: 'until', id: 'again-until', label: 'Until, UTC', type: 'datetime-local', value: filled['until'], hint: 'Empty: now' })}
      </div>
      <fieldset>
        <legend>Those that</legend>
        ${missedOutcomes.map((one) => showCheck(`outcome:${one}`, outcomeWords[one], isNew || filled[`outcome:${one}`] === 'yes'))}
        ${showCheck('includeDelivered', `${toWords('delivered')}: it gets them twice, under the same id`, filled['includeDelivered'] === 'yes')}
      </fieldset>
    </div>`,
  });
};
