import * as z from 'zod';
import { IdSchema, type IdKind } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';

/** A page of a list, and where the next one begins. */
export const PageSchema = <T extends z.ZodType>(item: T) =>
  z.strictObject({ data: z.array(item), nextCursor: z.string().nullable() });

/** Digits and nothing else: `Number` would take `0x10`, `1e2` and spaces as well. */
const toWhole = (text: unknown): unknown => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text);
/** A number of a query. */
export const wholeQuery = (min: number, max: number) => z.preprocess(toWhole, z.int().min(min).max(max));
const limit = wholeQuery(1, 200).default(50).meta({ description: 'How many at most' });

/** The query of a list whose cursor is the last id of the page before. */
export const pageQuery = (kind: IdKind) => ({ cursor: IdSchema(kind).optional(), limit });

/** The query of a list whose cursor is a number that only means something to the list itself. */
export const offsetQuery = {
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
  limit,
};

/** The query of a log, by the time at which its lines were made. */
export const windowQuery = {
  since: InstantSchema.optional().meta({ description: 'From this moment on' }),
  until: InstantSchema.optional().meta({ description: 'Before this moment' }),
};
export const toWindow = ({ since, until }: { since?: string | undefined; until?: string | undefined }) => ({
  sinceMs: since === undefined ? undefined : Date.parse(since),
  untilMs: until === undefined ? undefined : Date.parse(until),
});
