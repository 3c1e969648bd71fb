import type { z } from 'zod';

/** Changes the settings that are named in `changes` and leaves the others; throws a ZodError when one is wrong. */
export function mergeSettings<Schema extends z.ZodObject>(
  schema: Schema,
  settings: z.output<Schema>,
  changes: unknown,
): z.output<Schema> {
  const named = typeof changes === 'object' && changes !== null ? changes : {};
  return Object.assign(settings, schema.parse({ ...settings, ...named }));
}
