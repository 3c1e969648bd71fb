import type * as z from 'zod';
import { FaultRuleSchema, isForWebhooks, type Fault } from '../domain/partner-fault.ts';
import type { Random } from './random.ts';

export type FaultRule = z.output<typeof FaultRuleSchema> & { id: string; applied: number };

/** What a rule is held against. */
export interface FaultSubject {
  partner: string;
  org: string | null;
  /** Of a request. */
  method?: string;
  path?: string;
  /** Of a request: where its body has this SKU, as paths (`items.0.sku`). */
  pathsOf?: (sku: string) => readonly string[];
  /** Of a webhook. */
  event?: string;
}

/** A fault, and the fields that it is about where its rule is about a SKU. */
export type MetFault = Fault & { paths?: readonly string[] };

export interface Faults {
  add(rule: z.input<typeof FaultRuleSchema>): FaultRule;
  list(): FaultRule[];
  /** The faults that meet the subject now, in the order in which their rules were added; each counts as applied. */
  take(subject: FaultSubject): MetFault[];
  /** Whether `take` will ask for paths: bodies are read for nothing else. */
  asksForPaths(): boolean;
  clear(): void;
}

export function createFaults(random: Random, onApplied: (kind: Fault['kind']) => void): Faults {
  let rules: FaultRule[] = [];
  let added = 0;
  return {
    add(input) {
      added += 1;
      const rule = { ...FaultRuleSchema.parse(input), id: `fault-${added}`, applied: 0 };
      rules.push(rule);
      return rule;
    },
    list: () => rules.map((rule) => ({ ...rule })),
    take(subject) {
      return rules.flatMap((rule) => {
        if (!meets(rule, subject) || (rule.times !== undefined && rule.applied >= rule.times)) return [];
        const paths = rule.match.sku === undefined ? undefined : (subject.pathsOf?.(rule.match.sku) ?? []);
        if (paths?.length === 0 || (rule.probability < 1 && random() >= rule.probability)) return [];
        rule.applied += 1;
        onApplied(rule.fault.kind);
        return [{ ...rule.fault, ...(paths !== undefined && { paths }) }];
      });
    },
    asksForPaths: () => rules.some(({ match }) => match.sku !== undefined),
    clear() {
      rules = [];
    },
  };
}

function meets(rule: FaultRule, subject: FaultSubject): boolean {
  const { match } = rule;
  return (
    isForWebhooks(rule) === (subject.event !== undefined) &&
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
