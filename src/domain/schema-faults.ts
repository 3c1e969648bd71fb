import type * as z from 'zod';

/** What is wrong at one place of a document. */
export interface SchemaFault {
  path: readonly PropertyKey[];
  code: string;
  detail: string;
}

/** A JSON Pointer (RFC 6901). */
export const toPointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** A schema's issues in Packline's own words. A refinement names its code in `params`: `{ code: 'field.currency' }`. */
export const toSchemaFaults = (issues: readonly z.core.$ZodIssue[], input: unknown): SchemaFault[] =>
  issues.flatMap((issue) => toFaults(issue, input));

function toFaults(issue: z.core.$ZodIssue, input: unknown): SchemaFault[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], code: 'field.unknown', detail: 'is not a field of this' }));
  }
  if (issue.code === 'invalid_type' && !isPresent(input, path)) {
    return [{ path, code: 'field.required', detail: 'is required' }];
  }
  if (issue.code === 'invalid_union') {
    // Of the alternatives, the one that was meant: the others are of another type altogether, as null is.
    const meant = issue.errors.filter((faults) => !faults.some(({ code, path: at }) => code === 'invalid_type' && at.length === 0)); // prettier-ignore
    const [only] = meant;
    if (only !== undefined && meant.length === 1) {
      return only.flatMap((fault) => toFaults({ ...fault, path: [...path, ...fault.path] }, input));
    }
  }
  if (issue.code === 'custom' && typeof issue.params?.['code'] === 'string') {
    return [{ path, code: issue.params['code'], detail: issue.message }];
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
