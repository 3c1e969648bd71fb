import type * as z from 'zod';
import { toPointer, toSchemaFaults } from '../domain/schema-faults.ts';
import { makeInvalid, type FieldError } from './problem.ts';

/** More would be a report, not an answer. */
const errorsMax = 50;

/** The body as its schema makes it, or `request.invalid` with a pointer to each fault (below `base`). */
export function validateBody<T>(schema: z.ZodType<T>, body: unknown, base: readonly PropertyKey[] = []): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const faults = toSchemaFaults(parsed.error.issues, body);
  throw makeInvalid(faults.slice(0, errorsMax).map(({ path, ...error }) => ({ ...error, pointer: toPointer([...base, ...path]) }))); // prettier-ignore
}

/** The same for path and query parameters, which have names and no pointers. */
export function validateParameters<T>(schema: z.ZodType<T>, parameters: Record<string, string>): T {
  const parsed = schema.safeParse(parameters);
  if (parsed.success) return parsed.data;
  const faults = toSchemaFaults(parsed.error.issues, parameters);
  throw makeInvalid(
    faults.map(({ path, ...error }): FieldError => ({ ...error, parameter: path.map(String).join('.') })),
  );
}
