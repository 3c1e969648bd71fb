import { html } from 'hono/html';
import * as z from 'zod';
import type { Html } from '../define-page.ts';
import { toWords } from '../show-amount.ts';
import { showFacts } from '../show-table.ts';
import { showTime, toAge } from '../show-time.ts';

/** What these pages need of a replay; it may have more. */
export const ReplaySchema = z.looseObject({
  id: z.string(),
  endpointId: z.string(),
  types: z.array(z.string()),
  orderId: z.string().nullable().default(null),
  since: z.string(),
  until: z.string(),
  outcomes: z.array(z.string()),
  ratePerSecond: z.int(),
  status: z.string(),
  failure: z.looseObject({ code: z.string(), detail: z.string() }).nullable(),
  expected: z.int().nullable(),
  made: z.int(),
  delivered: z.int(),
  failed: z.int(),
  dropped: z.int(),
  underWay: z.int(),
  remaining: z.int().nullable(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
});
export type Replay = z.infer<typeof ReplaySchema>;

const PlanSchema = z.looseObject({
  count: z.int(),
  complete: z.boolean(),
  since: z.string(),
  until: z.string(),
  byType: z.record(z.string(), z.int()),
  byOutcome: z.record(z.string(), z.int()),
  wiped: z.int(),
  ratePerSecond: z.int(),
  seconds: z.int(),
});

const tones: Readonly<Record<string, string>> = { completed: 'good', canceled: 'warn', failed: 'bad' };
export const showReplayStatus = ({ status }: Replay): Html =>
  html`<span class="badge ${tones[status] ?? ''}">${toWords(status)}</span>`;

const sum = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

/** What a replay would do, and the button that does it, where there is anything to do. */
export function showPlan(
  answer: unknown,
  nowMs: number,
  begin: (plan: { since: string; until: string }) => Html,
  nothing = 'It has missed nothing',
): Html {
  const plan = PlanSchema.parse(answer);
  if (plan.count === 0) {
    return html`<div class="notice good" role="status">
      <strong>${nothing}</strong>
      <p>Looked at what happened since ${showTime(plan.since, nowMs)}. Nothing would be sent.</p>
    </div>`;
  }
  return html`<div class="notice" role="status">
    <strong
      >${plan.complete ? '' : 'At least '}${plan.count} ${plan.count === 1 ? 'event' : 'events'} would be sent</strong
    >
    ${showFacts([
      ['Since', showTime(plan.since, nowMs)],
      ['Events', sum(plan.byType)],
      ['So far', sum(plan.byOutcome)],
      ['Takes', `${toAge(plan.seconds * 1000)} at ${plan.ratePerSecond} a second`],
      ['Cannot be sent', plan.wiped === 0 ? null : `${plan.wiped}: their content was erased`],
    ])}
    <p>${begin(plan)}</p>
  </div>`;
}
