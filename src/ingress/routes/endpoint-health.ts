import * as z from 'zod';
import { disabledReasons } from '../../domain/endpoint.ts';
import {
  foreseeSteps,
  probeDelayMs,
  progressOf,
  stateOf,
  warningSince,
  warnPercents,
} from '../../domain/endpoint-health.ts';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { toInstant } from '../../platform/clock.ts';
import { readEndpointHealth, type EndpointHealth } from '../../store/endpoint-health.ts';
import type { Endpoint } from '../../store/endpoints.ts';
import { readMissedCount } from '../../store/missed-counts.ts';
import { ok } from '../answer.ts';
import { defineRoute } from '../define-route.ts';
import { requireEndpoint } from './endpoints.ts';

const StepSchema = z
  .strictObject({
    step: z.enum(['warn', 'disable']),
    percent: z.int(),
    at: InstantSchema.meta({ description: 'With the first failure from then on' }),
    failuresLeft: z.int().meta({ description: 'And not before so many more attempts have failed' }),
  })
  .meta({ id: 'EndpointStep' });
const ProbeSchema = z
  .strictObject({
    count: z.int().meta({ description: 'So many were in vain' }),
    lastAt: InstantSchema.nullable(),
    lastCode: z.string().nullable(),
    nextAt: InstantSchema.nullable().meta({ description: 'Null: it is asked no more. The first 2xx enables it' }),
  })
  .meta({ id: 'EndpointProbe' });
const MissedSchema = z
  .strictObject({ from: InstantSchema, until: InstantSchema, events: z.int() })
  .meta({ id: 'MissedEvents', description: 'Announced in between, and not with it' });
const HealthSchema = z
  .strictObject({
    state: z.enum(['healthy', 'failing', 'warned', 'disabled']),
    autoDisable: z.boolean(),
    failures: z.int().meta({ description: 'Attempts since the last one that succeeded' }),
    failingSince: InstantSchema.nullable(),
    lastFailureAt: InstantSchema.nullable(),
    lastFailureCode: z.string().nullable(),
    progressPercent: z.int().meta({ description: 'Of the way to being disabled' }),
    warnedPercent: z
      .int()
      .nullable()
      .meta({ description: `Of ${warnPercents.join(', ')}: the last that was told` }),
    warnedAt: InstantSchema.nullable(),
    wouldBeDisabledAt: InstantSchema.nullable().meta({
      description: 'If it goes on as it does; null where nothing fails, or nothing disables it',
    }),
    next: z.array(StepSchema).meta({ description: 'What would happen if everything went on failing' }),
    disabledReason: z.enum(disabledReasons).nullable(),
    disabledAt: InstantSchema.nullable(),
    probe: ProbeSchema.nullable().meta({ description: 'Where it was disabled because it took nothing' }),
    missed: MissedSchema.nullable(),
  })
  .meta({ id: 'EndpointHealth' });

export const getEndpointHealth = defineRoute({
  method: 'get',
  path: '/v1/endpoints/:endpointId/health',
  summary: 'How an endpoint is doing',
  description: 'And what would happen to it next, and when. Nothing is done by asking.',
  tag: 'Endpoints',
  scope: 'read',
  params: z.strictObject({ endpointId: IdSchema('endpoint') }),
  answers: { 200: { description: 'As it is now', schema: HealthSchema } },
  problems: ['endpoint.not_found'],
  async handle({ store, merchantId, params: { endpointId } }) {
    const endpoint = await requireEndpoint(store, merchantId, endpointId);
    const [health, missed] = await Promise.all([
      readEndpointHealth(store, endpoint),
      readMissedCount(store, endpointId),
    ]);
    return ok({ ...toHealthView(endpoint, health, store.clock.now()), missed });
  },
});

function toHealthView(endpoint: Endpoint, health: EndpointHealth | null, nowMs: number) {
  const { autoDisable, disabledReason, disabledAt } = endpoint;
  const failures = health?.failures ?? 0;
  const warned = health === null ? null : warningSince(endpoint.warned, health.sinceMs);
  const isCounting = health !== null && failures > 0 && disabledReason === null;
  const steps = isCounting ? foreseeSteps(health, warned, { autoDisable, nowMs }) : [];
  const end = steps.find(({ step }) => step === 'disable');
  return {
    state: stateOf({ disabledReason, warned, failures }),
    autoDisable,
    failures,
    failingSince: failures > 0 && health !== null ? toInstant(health.sinceMs) : null,
    lastFailureAt: health?.lastAt ?? null,
    lastFailureCode: health?.lastCode ?? null,
    progressPercent: health !== null && failures > 0 ? progressOf(health, nowMs) : 0,
    warnedPercent: warned?.percent ?? null,
    warnedAt: warned?.at ?? null,
    wouldBeDisabledAt: end === undefined ? null : toInstant(end.atMs),
    next: steps.map(({ atMs, ...step }) => ({ ...step, at: toInstant(atMs) })),
    disabledReason,
    disabledAt,
    probe: disabledReason === 'failing' ? toProbe(health, disabledAt) : null,
  };
}

function toProbe(health: EndpointHealth | null, disabledAt: string | null) {
  const probe = health?.probe ?? null;
  if (probe !== null) {
    return { count: probe.count, lastAt: probe.at, lastCode: probe.code, nextAt: probe.nextAt };
  }
  const firstMs = probeDelayMs(0, 0);
  const nextAt = disabledAt === null || firstMs === null ? null : toInstant(Date.parse(disabledAt) + firstMs);
  return { count: 0, lastAt: null, lastCode: null, nextAt };
}
