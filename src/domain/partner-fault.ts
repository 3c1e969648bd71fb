import * as z from 'zod';

const FaultMatchSchema = z
  .strictObject({
    partner: z.string().optional(),
    method: z.string().toUpperCase().optional(),
    path: z.string().regex(/^\//).optional().meta({
      description:
        'A prefix of the path after the partner’s base (`/v1/inventory`), or a glob: `*` within a segment, `**` across them',
    }),
    event: z.string().optional().meta({
      description:
        'A webhook’s event type (`delivery.items_pick_complete`), or a glob; the rule is one for webhooks then',
    }),
    org: z.string().optional(),
    sku: z.string().min(1).max(128).optional().meta({
      description:
        'A request whose JSON body has this SKU as a `sku`, at any depth; an error is about those fields then (Nash names them)',
    }),
  })
  .meta({ description: 'Which requests or webhooks it meets; what is left out matches everything' });

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
const FaultSchema = z.discriminatedUnion('kind', [
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

const webhookKinds: ReadonlySet<string> = new Set(['duplicate', 'reorder', 'dropWebhook']);

interface Aimed {
  match: z.output<typeof FaultMatchSchema>;
  fault: { kind: string };
}

/** A rule meets either requests or webhooks. */
export const isForWebhooks = ({ match, fault }: Aimed): boolean =>
  match.event !== undefined || webhookKinds.has(fault.kind);

/** How a simulated partner is told to misbehave: for whom, how often, how. */
export const FaultRuleSchema = z
  .strictObject({
    match: FaultMatchSchema.default({}),
    times: z.int().min(1).optional().meta({ description: 'How often it is applied; without it, until it is cleared' }),
    probability: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .meta({ description: 'The part of what it meets, drawn at random' }),
    fault: FaultSchema,
  })
  .refine((rule) => rule.match.sku === undefined || !isForWebhooks(rule), {
    path: ['match', 'sku'],
    message: 'is of requests: webhooks are not looked into',
  });

export type Fault = z.output<typeof FaultSchema>;
export type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;
