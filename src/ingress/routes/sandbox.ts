import * as z from 'zod';
import { FaultRuleSchema } from '../../domain/partner-fault.ts';
import { created, noContent, ok } from '../answer.ts';
import { defineGlobalRoute, type Route } from '../define-route.ts';
import type { IngressDeps } from '../deps.ts';
import { makeRefusal } from '../problem.ts';
import type { SandboxControl } from '../sandbox-control.ts';

const shared = { tag: 'Sandbox', scope: 'admin' } as const;
const problems = ['sandbox.off', 'sandbox.failed'] as const;

function requireSandbox({ sandbox }: IngressDeps): SandboxControl {
  if (sandbox === null) throw makeRefusal('sandbox.off', 'no partner simulators run here');
  return sandbox;
}

const counts = z.record(z.string(), z.int());
const whole = z.int().optional();
/** What a rule has its partner say (`body`) is left away: it may be about anybody. */
const FaultSchema = z.object({
  kind: z.string(),
  status: whole,
  code: z.string().optional(),
  afterEffect: z.boolean().optional(),
  retryAfterSeconds: z.int().nullable().optional(),
  copies: whole,
  ms: whole,
  windowMs: whole,
});
const RuleSchema = z
  .object({
    id: z.string(),
    applied: z.int(),
    match: z.record(z.string(), z.string()),
    probability: z.number(),
    times: z.int().optional(),
    fault: FaultSchema,
  })
  .meta({ id: 'SandboxFault' });
export const SandboxStateSchema = z
  .object({
    effects: counts.meta({ description: 'What really happened at the partners, and how often' }),
    requestsTotal: z.int(),
    violations: z.int().meta({ description: 'Requests over a documented rate limit' }),
    faults: counts.meta({ description: 'Faults that were applied, by kind' }),
    counts: counts.meta({ description: 'Everything else worth counting, such as attempts of webhooks' }),
    rules: z.array(RuleSchema).meta({ description: 'Faults that are on' }),
  })
  .meta({ id: 'SandboxState' });

const getSandbox = defineGlobalRoute({
  ...shared,
  method: 'get',
  path: '/v1/sandbox',
  summary: 'What the partner simulators have seen',
  description: 'Only where they run (`PACKLINE_SANDBOX`).',
  answers: { 200: { description: 'As it is now', schema: SandboxStateSchema } },
  problems,
  handle: async ({ deps }) => ok(SandboxStateSchema.parse(await requireSandbox(deps).call('GET', '/state'))),
});

const postFault = defineGlobalRoute({
  ...shared,
  method: 'post',
  path: '/v1/sandbox/faults',
  summary: 'Let a simulated partner misbehave',
  description: 'Until it was applied `times` times, or all faults are cleared.',
  body: FaultRuleSchema.meta({ id: 'SandboxFaultInput' }),
  answers: { 201: { description: 'On', schema: RuleSchema } },
  problems,
  async handle({ deps, body }) {
    return created('/v1/sandbox', RuleSchema.parse(await requireSandbox(deps).call('POST', '/faults', body)));
  },
});

const deleteFaults = defineGlobalRoute({
  ...shared,
  method: 'delete',
  path: '/v1/sandbox/faults',
  summary: 'Let all simulated partners behave again',
  answers: { 204: { description: 'All faults are off' } },
  problems,
  async handle({ deps }) {
    await requireSandbox(deps).call('DELETE', '/faults');
    return noContent;
  },
});

const OrderSchema = z.object({ orderId: z.string() }).meta({ id: 'SandboxOrder' });

const postOrder = defineGlobalRoute({
  ...shared,
  method: 'post',
  path: '/v1/sandbox/orders',
  summary: 'Let a shopper buy at the simulated VTEX',
  description: 'The order comes in as any of VTEX’s does.',
  body: z
    .strictObject({
      warehouseId: z.string().min(1).max(60).optional().meta({
        description: 'The store: in the demo Nash has `store-1`, VTEX Pick and Pack `store-2`',
      }),
    })
    .meta({ id: 'SandboxOrderInput' }),
  answers: { 201: { description: 'Bought; its id at VTEX', schema: OrderSchema } },
  problems,
  async handle({ deps, body }) {
    return created('/v1/sandbox', OrderSchema.parse(await requireSandbox(deps).call('POST', '/vtex/orders', body)));
  },
});

export const sandboxRoutes: readonly Route[] = [getSandbox, postFault, deleteFaults, postOrder];
