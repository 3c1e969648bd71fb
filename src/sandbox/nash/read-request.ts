import type { Context } from 'hono';
import { z } from 'zod';
import { NashRefusal, invalidFields } from './nash-refusal.ts';

/** The JSON body; bytes that are no JSON are a 400. */
export async function readJson(c: Context): Promise<unknown> {
  const text = await c.req.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new NashRefusal(400, 'BAD_REQUEST', 'The request body is not valid JSON');
  }
}

/** The value as the schema reads it, or a 422 that names every field which is wrong. */
export function readAs<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const fields: Record<string, string> = {};
  for (const issue of read.error.issues) {
    const path = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) fields[path === '' ? key : `${path}.${key}`] = 'extra fields not permitted';
    } else {
      fields[path === '' ? 'body' : path] = issue.message.endsWith('received undefined')
        ? 'field required'
        : issue.message;
    }
  }
  throw invalidFields(fields);
}

export const readBody = async <Schema extends z.ZodType>(c: Context, schema: Schema): Promise<z.output<Schema>> =>
  readAs(schema, await readJson(c));

export const readQuery = <Schema extends z.ZodType>(c: Context, schema: Schema): z.output<Schema> =>
  readAs(schema, c.req.query());

/** `a,b, c` of a query, as Nash's list filters take it. */
export const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** A whole number of a query within bounds. */
export const queryInt = (min: number, max: number, fallback: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

/** A point in time of a query, as milliseconds since the epoch; without an offset it is UTC, as all of Nash's times are. */
export const queryTime = z.iso
  .datetime({ offset: true, local: true })
  .transform((text) => Date.parse(/(Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`));
