import * as z from 'zod';

/**
 * Carriers' documents, read leniently: a member of an unexpected type is as good as none, and spoils nothing beside it.
 * What is not even an object is left out of its list.
 */
export const Text = z
  .unknown()
  .optional()
  .transform((value): string | null => {
    if (typeof value === 'number') return String(value);
    const text = typeof value === 'string' ? value.trim() : '';
    return text === '' ? null : text;
  });

export const Flag = z
  .unknown()
  .optional()
  .transform((value) => value === true || value === 'true');

/** A list of what the schema takes; also one alone, which some write without its list. */
export const ListOf = <T extends z.ZodType>(schema: T) =>
  z
    .unknown()
    .optional()
    .transform((value): z.output<T>[] =>
      (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).flatMap((item) => {
        const read = schema.safeParse(item);
        return read.success ? [read.data] : [];
      }),
    );

/** What the schema takes, or null. */
export const Maybe = <T extends z.ZodType>(schema: T) =>
  z
    .unknown()
    .optional()
    .transform((value): z.output<T> | null => schema.safeParse(value).data ?? null);

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const parseBody = (body: Uint8Array): unknown => parseJson(new TextDecoder().decode(body));
