import type { Context } from 'hono';
import type { z } from 'zod';
import { VtexRefusal } from './vtex-refusal.ts';

/** The JSON body as the schema reads it; 400 for anything else. */
export const readVtexBody = async <Schema extends z.ZodType>(c: Context, schema: Schema): Promise<z.output<Schema>> =>
  readAs(schema, await c.req.json().catch(() => undefined), 'body');

export const readVtexQuery = <Schema extends z.ZodType>(c: Context, schema: Schema): z.output<Schema> =>
  readAs(schema, c.req.query(), 'query');

function readAs<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const where = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new VtexRefusal(400, 'OMS001', `Invalid request ${what}. ${where}`);
}
