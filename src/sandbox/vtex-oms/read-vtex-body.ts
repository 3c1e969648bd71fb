import type { Context } from 'hono';
import type { z } from 'zod';
import { VtexRefusal } from './vtex-refusal.ts';

/** The JSON body as the schema reads it; 400 for anything else. */
export async function readVtexBody<Schema extends z.ZodType>(c: Context, schema: Schema): Promise<z.output<Schema>> {
  const json: unknown = await c.req.json().catch(() => undefined);
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const where = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new VtexRefusal(400, 'OMS001', `Invalid request body. ${where}`);
}
