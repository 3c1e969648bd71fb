import { html } from 'hono/html';
import type { IssueView } from '../../ingress/views/issue-view.ts';
import { toInstant } from '../../platform/clock.ts';
import type { Act, Html, PageCall } from '../define-page.ts';
import { showFolded, showInput, showSelect } from '../show-fields.ts';

type Form = Readonly<Record<string, string>>;
const shared = { role: 'operator', uses: 'PATCH /v1/issues/:issueId' } as const;
const changeOf =
  (toBody: (form: Form) => unknown): Act['request'] =>
  (form, { issueId = '' }) => ({ params: { issueId }, body: toBody(form) });

const acknowledge: Act = {
  ...shared,
  name: 'acknowledge',
  label: 'Acknowledge',
  request: changeOf(({ acknowledged }) => ({ acknowledged: acknowledged !== 'false' })),
  done: 'Written down. It stands below what nobody has seen to.',
};
const assign: Act = {
  ...shared,
  name: 'assign',
  label: 'Assign',
  request: ({ to = '', toMe }, { issueId = '' }, { name }) => {
    const wanted = toMe === undefined ? to.trim() : name;
    return { params: { issueId }, body: { assignedTo: wanted === '' ? null : wanted } };
  },
  done: 'Written down.',
};
const ignore: Act = {
  ...shared,
  name: 'ignore',
  label: 'Ignore',
  request: changeOf(({ hours = '', seenAt = '', times = '' }) => {
    if (hours === '') return { ignored: null };
    if (hours === 'times') return { ignored: { times: Number(times) } };
    return { ignored: { until: toInstant(Date.parse(seenAt) + Number(hours) * 3_600_000) } };
  }),
  done: 'Written down. What is ignored is counted, and not told of.',
};
export const seeToActs = [acknowledge, assign, ignore] as const;

const spans = [
  ['1', 'for an hour'],
  ['24', 'for a day'],
  ['168', 'for a week'],
  ['times', 'until it failed so many times more'],
] as const;

/** Who looks at it, and whether it is to be told of. */
export const showSeeTo = (
  { form, nowMs }: Pick<PageCall<unknown, unknown>, 'form' | 'nowMs'>,
  { acknowledged, assigned, ignored }: IssueView,
): Html =>
  html`${acknowledged === null ? form(acknowledge) : form(acknowledge, { hidden: { acknowledged: 'false' }, label: 'Take back acknowledgement' })}
  ${assigned === null ? form(assign, { hidden: { toMe: 'yes' }, label: 'Assign to me' }) : ''}
  ${showFolded('Assign…', form(assign, { fields: showInput({ name: 'to', label: 'Who, or nobody', value: assigned?.to, max: 100 }) }))}
  ${
    ignored === null
      ? showFolded(
          'Ignore…',
          form(ignore, {
            hidden: { seenAt: toInstant(nowMs) },
            fields: html`${showSelect({ name: 'hours', label: 'How long', value: '24', options: spans })}
            ${showInput({ name: 'times', label: 'How many times', type: 'number', value: '100' })}`,
          }),
        )
      : form(ignore, { hidden: { hours: '' }, label: 'Ignore no more' })
  }`;
