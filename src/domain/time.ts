import * as z from 'zod';

/** In UTC it must still be a year of four digits, or it could not be answered as RFC 3339. */
const isRealTime = (text: string): boolean => {
  const year = new Date(text).getUTCFullYear();
  return year >= 0 && year <= 9999;
};

/** An RFC 3339 time with an offset, normalised to UTC. A time without a zone is refused: we never guess one. */
export const InstantSchema = z.iso
  .datetime({ offset: true })
  .refine(isRealTime, 'not a real time')
  .overwrite((text) => (isRealTime(text) ? new Date(text).toISOString() : text))
  .meta({ description: 'RFC 3339 time; answered in UTC', examples: ['2026-01-15T02:00:00.000Z'] });
