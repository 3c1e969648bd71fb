import type * as z from 'zod';
import { makeInvalid, type FieldError } from './problem.ts';

/** More would be a report, not an answer. */
const errorsMax = 50;

/** A JSON Pointer (RFC 6901). */
export const toPointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The body as its schema makes it, or `request.invalid` with a pointer to each fault (below `base`). */
export function validateBody<T>(schema: z.ZodType<T>, body: unknown, base: readonly PropertyKey[] = []): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => toFaults(issue, body));
  throw makeInvalid(faults.slice(0, errorsMax).map(({ path, ...error }) => ({ ...error, pointer: toPointer([...base, ...path]) }))); // prettier-ignore
}

/** The same for path and query parameters, which have names and no pointers. */
export function validateParameters<T>(schema: z.ZodType<T>, parameters: Record<string, string>): T {
  const parsed = schema.safeParse(parameters);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => toFaults(issue, parameters));
  throw makeInvalid(
    faults.map(({ path, ...error }): FieldError => ({ ...error, parameter: path.map(String).join('.') })),
  );
}

type Fault = { path: readonly PropertyKey[]; code: string; detail: string };

function toFaults(issue: z.core.$ZodIssue, input: unknown): Fault[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], code: 'field.unknown', detail: 'is not a field of this' }));
  }
  if (issue.code === 'invalid_type' && !isPresent(input, path)) {
    return [{ path, code: 'field.required', detail: 'is required' }];
  }
  return [{ path, code: `field.${faultNames[issue.code] ?? 'invalid'}`, detail: issue.message }];
}

const faultNames: Partial<Record<z.core.$ZodIssue['code'], string>> = {
  invalid_type: 'type',
  too_small: 'too_small',
  too_big: 'too_big',
  invalid_format: 'format',
  invalid_value: 'value',
};

function isPresent(input: unknown, path: readonly PropertyKey[]): boolean {
  let at = input;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return false;
    at = Reflect.get(at, part);
  }
  return true;
}
