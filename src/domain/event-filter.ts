import * as z from 'zod';

/** Of the fields of an event, which one. `*` stands for any element of a list. */
const PathSchema = z
  .string()
  .max(200)
  .regex(/^(\/[^/]+){1,8}$/, 'begins with / and has a name behind every /')
  .refine((path) => path.split('/').filter((token) => token === '*').length <= 2, 'has more than two *')
  .meta({
    description: 'JSON Pointer (RFC 6901) into the body; `*` is any element of a list, at most twice',
    examples: ['/data/newStatus', '/data/lines/*/sku'],
  });

const scalars = [z.string().max(200), z.number(), z.boolean(), z.null()] as const;
export type FilterScalar = string | number | boolean | null;
const isList = (value: unknown): boolean => Array.isArray(value);
const isOrdered = (value: unknown): boolean => typeof value === 'number' || typeof value === 'string';

/** What each operator compares with. */
export const filterOperators = {
  eq: { takes: (value: unknown) => !isList(value), of: 'a string, a number, true, false or null' },
  ne: { takes: (value: unknown) => !isList(value), of: 'a string, a number, true, false or null' },
  in: { takes: isList, of: 'a list of values' },
  notIn: { takes: isList, of: 'a list of values' },
  gt: { takes: isOrdered, of: 'a number or a string' },
  gte: { takes: isOrdered, of: 'a number or a string' },
  lt: { takes: isOrdered, of: 'a number or a string' },
  lte: { takes: isOrdered, of: 'a number or a string' },
  startsWith: { takes: (value: unknown) => typeof value === 'string', of: 'a string' },
  contains: { takes: (value: unknown) => typeof value === 'string', of: 'a string' },
  exists: { takes: (value: unknown) => typeof value === 'boolean', of: 'true or false' },
} as const;
export type FilterOperator = keyof typeof filterOperators;
const operators = ['eq', 'ne', 'in', 'notIn', 'gt', 'gte', 'lt', 'lte', 'startsWith', 'contains', 'exists'] as const;

const ConditionSchema = z
  .strictObject({
    path: PathSchema,
    op: z.enum(operators),
    value: z
      .union([...scalars, z.array(z.union(scalars)).min(1).max(100)])
      .meta({ description: 'A list with `in` and `notIn`; true or false with `exists`' }),
  })
  .superRefine(({ op, value }, context) => {
    if (filterOperators[op].takes(value)) return;
    context.addIssue({ code: 'custom', path: ['value'], message: `${op} compares with ${filterOperators[op].of}` });
  })
  .meta({ id: 'FilterCondition' });
export type FilterCondition = z.infer<typeof ConditionSchema>;

const ConditionsSchema = z.array(ConditionSchema).min(1).max(20);

/**
 * Which events an endpoint wants, by what is in them. No expressions of patterns: the work for one event is bounded by the
 * number of conditions and the size of the event.
 */
export const EventFilterSchema = z
  .strictObject({
    all: ConditionsSchema.optional().meta({ description: 'Each of them holds' }),
    any: ConditionsSchema.optional().meta({ description: 'And one of these does' }),
  })
  .refine(({ all, any }) => all !== undefined || any !== undefined, 'has neither `all` nor `any`')
  .meta({ id: 'EventFilter' });
export type EventFilter = z.infer<typeof EventFilterSchema>;

/** The names of a path, `~1` and `~0` read as RFC 6901 says. */
export const tokensOf = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Whether an endpoint with this filter wants this event. */
export const passes = ({ all = [], any }: EventFilter, body: unknown): boolean =>
  all.every((condition) => holds(condition, body)) &&
  (any === undefined || any.some((condition) => holds(condition, body)));

/** Of a field that is not there, `ne` and `notIn` hold, and `exists` false; nothing else does. */
function holds({ path, op, value }: FilterCondition, body: unknown): boolean {
  const found = valuesAt(body, tokensOf(path));
  const equals = (one: unknown): boolean => (Array.isArray(value) ? value.some((of) => of === one) : value === one);
  switch (op) {
    case 'exists':
      return found.length > 0 === value;
    case 'eq':
    case 'in':
      return found.some(equals);
    case 'ne':
    case 'notIn':
      return !found.some(equals);
    case 'startsWith':
      return found.some((one) => typeof one === 'string' && one.startsWith(String(value)));
    case 'contains':
      return found.some((one) => typeof one === 'string' && one.includes(String(value)));
    default:
      return found.some((one) => compares(op, one, value));
  }
}

/** Numbers with numbers, strings with strings: as our times are written, the later one is the greater. */
function compares(op: 'gt' | 'gte' | 'lt' | 'lte', one: unknown, value: unknown): boolean {
  if (typeof one === 'number' && typeof value === 'number') return isSo(op, one - value);
  if (typeof one === 'string' && typeof value === 'string') return isSo(op, one === value ? 0 : one < value ? -1 : 1);
  return false;
}

function isSo(op: 'gt' | 'gte' | 'lt' | 'lte', difference: number): boolean {
  if (difference === 0) return op === 'gte' || op === 'lte';
  return difference > 0 ? op === 'gt' || op === 'gte' : op === 'lt' || op === 'lte';
}

function valuesAt(value: unknown, [token, ...rest]: readonly string[]): unknown[] {
  if (token === undefined) return [value];
  if (Array.isArray(value)) {
    if (token === '*') return value.flatMap((item) => valuesAt(item, rest));
    const index = /^\d{1,6}$/.test(token) ? Number(token) : -1;
    return index in value ? valuesAt(value[index], rest) : [];
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return [];
  const member: unknown = Reflect.get(value, token);
  return valuesAt(member, rest);
}
