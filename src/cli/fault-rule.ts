import { InvalidArgumentError } from 'commander';
import type * as z from 'zod';
import { FaultRuleSchema } from '../domain/partner-fault.ts';

export type FaultRuleInput = z.input<typeof FaultRuleSchema>;

const matched = new Set(['partner', 'method', 'path', 'event', 'org', 'sku']);
const drawn = new Set(['times', 'probability']);

/**
 * `rateLimit`, `status:status=503,path=/v1/orders,times=3` or the JSON that the sandbox takes.
 * @throws InvalidArgumentError with what the sandbox would say of it
 */
function toFaultRule(text: string): FaultRuleInput {
  const rule = FaultRuleSchema.safeParse(text.startsWith('{') ? parse(text) : fromShort(text));
  if (rule.success) return rule.data;
  const [issue] = rule.error.issues;
  throw new InvalidArgumentError(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

export const collectFaults = (text: string, before: readonly FaultRuleInput[]): FaultRuleInput[] => [
  ...before,
  toFaultRule(text),
];

/** `kind:name=value,name=value`. */
function fromShort(text: string): unknown {
  const [kind = '', ...rest] = text.split(':');
  const pairs = rest.join(':').split(',').filter(Boolean).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const); // prettier-ignore
  const only = (names: (name: string) => boolean, read: (value: string) => unknown): Record<string, unknown> =>
    Object.fromEntries(pairs.filter(([name]) => names(name)).map(([name, value]) => [name, read(value)]));
  return {
    match: only((name) => matched.has(name), String),
    ...only((name) => drawn.has(name), Number),
    fault: { kind, ...only((name) => !matched.has(name) && !drawn.has(name), parse) },
  };
}

/** `503` and `true` are what they look like; what is no JSON is text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
