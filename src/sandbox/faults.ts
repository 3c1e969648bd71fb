import { z } from 'zod';
import type { Random } from './random.ts';

/** Which requests or webhooks a fault meets; what is left out matches everything. */
const matchSchema = z.strictObject({
  partner: z.string().optional(),
  method: z.string().toUpperCase().optional(),
  /** A prefix of the path after the partner's base (`/v1/inventory`), or a glob: `*` within a segment, `**` across them. */
  path: z.string().startsWith('/').optional(),
  /** A webhook's event type (`delivery.items_pick_complete`), or a glob. Makes the rule one for webhooks only. */
  event: z.string().optional(),
  org: z.string().optional(),
});

const durationMs = z.int().min(0).max(600_000);

/**
 * One way to misbehave.
 *
 * | kind         | meets    | does                                                                                           |
 * |--------------|----------|------------------------------------------------------------------------------------------------|
 * | status       | requests | answers `status` and `code` (or `body`); with `afterEffect` only once the effect was applied   |
 * | rateLimit    | requests | answers 429, with `Retry-After` unless `retryAfterSeconds` is null; no violation of the client  |
 * | garbage      | requests | answers 200 with an HTML page, as a proxy in between does; `afterEffect` as above              |
 * | dropBefore   | requests | cuts the connection before the effect                                                          |
 * | dropAfter    | requests | applies the effect, then cuts the connection                                                   |
 * | hang         | requests | never answers and applies nothing                                                              |
 * | delay        | both     | waits `ms` first (a webhook when `match.event` is set, else a request)                         |
 * | duplicate    | webhooks | sends the message `copies` times                                                               |
 * | reorder      | webhooks | holds messages for `windowMs`, then sends them shuffled                                        |
 * | dropWebhook  | webhooks | never sends the message; the message log still has it                                          |
 */
const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    code: z.string().default('INTERNAL_SERVER_ERROR'),
    body: z.unknown().optional(),
    afterEffect: z.boolean().default(false),
  }),
  z.strictObject({ kind: z.literal('rateLimit'), retryAfterSeconds: z.int().min(0).nullable().default(1) }),
  z.strictObject({ kind: z.literal('garbage'), afterEffect: z.boolean().default(false) }),
  z.strictObject({ kind: z.literal('dropBefore') }),
  z.strictObject({ kind: z.literal('dropAfter') }),
  z.strictObject({ kind: z.literal('hang') }),
  z.strictObject({ kind: z.literal('delay'), ms: durationMs }),
  z.strictObject({ kind: z.literal('duplicate'), copies: z.int().min(2).max(100).default(2) }),
  z.strictObject({ kind: z.literal('reorder'), windowMs: durationMs.default(200) }),
  z.strictObject({ kind: z.literal('dropWebhook') }),
]);

/** Body of `POST /_sandbox/faults`. */
export const faultRuleSchema = z.strictObject({
  match: matchSchema.default({}),
  /** How often it is applied; without it, until it is cleared. */
  times: z.int().min(1).optional(),
  /** Drawn from the sandbox's seeded generator. */
  probability: z.number().min(0).max(1).default(1),
  fault: faultSchema,
});

export type Fault = z.output<typeof faultSchema>;
export type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;
export type FaultRule = z.output<typeof faultRuleSchema> & { id: string; applied: number };

/** What a rule is held against. */
export interface FaultSubject {
  partner: string;
  org: string | null;
  /** Of a request. */
  method?: string;
  path?: string;
  /** Of a webhook. */
  event?: string;
}

export interface Faults {
  add(rule: z.input<typeof faultRuleSchema>): FaultRule;
  list(): FaultRule[];
  /** The faults that meet the subject now, in the order in which their rules were added; each counts as applied. */
  take(subject: FaultSubject): Fault[];
  clear(): void;
}

const webhookKinds: ReadonlySet<Fault['kind']> = new Set(['duplicate', 'reorder', 'dropWebhook']);

export function createFaults(random: Random, onApplied: (kind: Fault['kind']) => void): Faults {
  let rules: FaultRule[] = [];
  let added = 0;
  return {
    add(input) {
      added += 1;
      const rule = { ...faultRuleSchema.parse(input), id: `fault-${added}`, applied: 0 };
      rules.push(rule);
      return rule;
    },
    list: () => rules.map((rule) => ({ ...rule })),
    take(subject) {
      const met = rules.filter(
        (rule) =>
          meets(rule, subject) &&
          (rule.times === undefined || rule.applied < rule.times) &&
          (rule.probability === 1 || random() < rule.probability),
      );
      for (const rule of met) {
        rule.applied += 1;
        onApplied(rule.fault.kind);
      }
      return met.map((rule) => rule.fault);
    },
    clear() {
      rules = [];
    },
  };
}

function meets({ match, fault }: FaultRule, subject: FaultSubject): boolean {
  const forWebhooks = match.event !== undefined || webhookKinds.has(fault.kind);
  return (
    forWebhooks === (subject.event !== undefined) &&
    equals(match.partner, subject.partner) &&
    equals(match.org, subject.org) &&
    equals(match.method, subject.method) &&
    (match.path === undefined || matchesPath(match.path, subject.path ?? '')) &&
    (match.event === undefined || toPattern(match.event).test(subject.event ?? ''))
  );
}

const equals = (wanted: string | undefined, actual: string | null | undefined): boolean =>
  wanted === undefined || wanted === actual;

const matchesPath = (wanted: string, path: string): boolean =>
  wanted.includes('*') ? toPattern(wanted).test(path) : path.startsWith(wanted);

const toPattern = (glob: string): RegExp => {
  const source = glob
    .split(/(\*\*|\*)/)
    .map((part) =>
      part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`),
    )
    .join('');
  return new RegExp(`^${source}$`);
};
