import { html } from 'hono/html';
import * as z from 'zod';
import { PageSchema } from '../../ingress/views/page.ts';
import { Refused, type Api } from '../api.ts';
import type { Html } from '../define-page.ts';
import { showTime, toAge } from '../show-time.ts';

/** What these pages need of an endpoint; it may have more. */
export const EndpointSchema = z.looseObject({
  id: z.string(),
  url: z.string(),
  description: z.string().nullable(),
  eventTypes: z.array(z.string()),
  filter: z.unknown(),
  headerNames: z.array(z.string()),
  payload: z.string(),
  signatures: z.array(z.string()),
  publicKey: z.string().nullable(),
  previousKeys: z.array(z.looseObject({ worksUntil: z.string() })),
  ordered: z.boolean(),
  rateLimitPerSecond: z.int().nullable(),
  concurrency: z.int(),
  autoDisable: z.boolean(),
  status: z.string(),
  disabledReason: z.string().nullable(),
  disabledNote: z.string().nullable(),
  disabledAt: z.string().nullable(),
  missedEvents: z.int(),
  missedFrom: z.string().nullable(),
  createdAt: z.string(),
});
export type Endpoint = z.infer<typeof EndpointSchema>;

const HealthSchema = z.looseObject({
  state: z.string(),
  autoDisable: z.boolean(),
  failures: z.int(),
  failingSince: z.string().nullable(),
  lastFailureAt: z.string().nullable(),
  lastFailureCode: z.string().nullable(),
  progressPercent: z.int(),
  wouldBeDisabledAt: z.string().nullable(),
  probe: z.looseObject({ count: z.int(), lastCode: z.string().nullable(), nextAt: z.string().nullable() }).nullable(),
});
export type EndpointHealth = z.infer<typeof HealthSchema>;

export const healthRead = 'GET /v1/endpoints/:endpointId/health';

/** Null where nobody can tell: the rest of the page is there without it. */
export async function readEndpointHealth(api: Api, endpointId: string): Promise<EndpointHealth | null> {
  try {
    return await api.read(healthRead, HealthSchema, { params: { endpointId } });
  } catch (thrown) {
    if (thrown instanceof Refused && thrown.problem.status !== 503) return null;
    throw thrown;
  }
}

const LastSchema = PageSchema(z.looseObject({ createdAt: z.string() }));

/** When the newest event that it has taken was made; null: none is among the newest deliveries. */
export async function readLastTaken(api: Api, endpointId: string): Promise<string | null> {
  const query = { endpointId, status: 'delivered', limit: '1' };
  return (await api.read('GET /v1/deliveries', LastSchema, { query })).data[0]?.createdAt ?? null;
}

const tones: Readonly<Record<string, string>> = { healthy: 'good', failing: 'warn', warned: 'bad', disabled: 'bad' };
const words: Readonly<Record<string, string>> = {
  healthy: 'Healthy',
  failing: 'Failing',
  warned: 'Failing, and warned',
  disabled: 'Disabled',
};

export function showState({ status }: Endpoint, health: EndpointHealth | null): Html {
  const state = status === 'disabled' ? 'disabled' : health?.state;
  if (state === undefined) return html`<span class="badge">Enabled</span>`;
  return html`<span class="badge ${tones[state] ?? ''}">${words[state] ?? state}</span>`;
}

const reasons: Readonly<Record<string, string>> = {
  merchant: 'Somebody has disabled it here.',
  gone: 'It answered 410 Gone: whoever runs it has taken it away.',
  failing: 'It took nothing for days.',
};

/** What nobody should overlook: nothing is sent, or nothing arrives, and whose turn it is. */
export function showWarning(endpoint: Endpoint, health: EndpointHealth | null, nowMs: number): Html {
  const { status, disabledReason, disabledNote, disabledAt, missedEvents } = endpoint;
  if (status === 'disabled') {
    const isOwn = disabledReason === 'merchant';
    const probe = health?.probe ?? null;
    return html`<div class="notice ${isOwn ? 'warn' : 'bad'}" role="status">
      <strong>Nothing is sent to this endpoint</strong>
      <p>
        ${reasons[disabledReason ?? ''] ?? ''} ${disabledNote === null ? '' : html`“${disabledNote}”`}
        ${disabledAt === null ? '' : showTime(disabledAt, nowMs)}
      </p>
      ${probe === null ? '' : html`<p>Asked ${probe.count} ${probe.count === 1 ? 'time' : 'times'} in vain${probe.nextAt === null ? '; it is asked no more.' : html`; asked again ${showTime(probe.nextAt, nowMs)}. The first 2xx enables it.`}</p>`}
      ${missedEvents === 0 ? '' : html`<p>It has missed ${missedEvents} ${missedEvents === 1 ? 'event' : 'events'}.</p>`}
      <p class="quiet">
        ${isOwn ? 'You can fix this: enable it.' : 'Whoever runs the endpoint has to mend it; then you can enable it here.'}
      </p>
    </div>`;
  }
  if (health === null || health.failures === 0) return html``;
  const { failures, failingSince, lastFailureCode, wouldBeDisabledAt } = health;
  return html`<div class="notice ${health.state === 'warned' ? 'bad' : 'warn'}" role="status">
    <strong
      >${failures} ${failures === 1 ? 'attempt has' : 'attempts have'} failed since the last that succeeded</strong
    >
    <p>
      ${failingSince === null ? '' : html`Since ${toAge(nowMs - Date.parse(failingSince))}.`}
      ${lastFailureCode === null ? '' : html`The last with <code>${lastFailureCode}</code>.`}
      ${wouldBeDisabledAt === null ? '' : html`If it goes on, the endpoint is disabled ${showTime(wouldBeDisabledAt, nowMs)}.`}
    </p>
    <p class="quiet">Whoever runs the endpoint has to fix this. What failed is tried again by itself.</p>
  </div>`;
}
