import * as z from 'zod';

/** As we answer times ourselves: nothing to do, which on the busiest route is worth knowing. */
const normalised = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function toUtc(text: string): string {
  if (normalised.test(text)) return text;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : new Date(ms).toISOString();
}

/** An RFC 3339 time with an offset, normalised to UTC. A time without a zone is refused: we never guess one. */
export const InstantSchema = z.iso
  .datetime({ offset: true })
  .overwrite(toUtc)
  // In UTC it may have become a year that RFC 3339 cannot write.
  .refine((text) => normalised.test(text), 'not a time of the years 0000 to 9999')
  .meta({ description: 'RFC 3339 time; answered in UTC', examples: ['2026-01-15T02:00:00.000Z'] });
