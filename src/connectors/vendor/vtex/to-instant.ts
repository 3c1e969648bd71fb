import { InstantSchema } from '../../../domain/time.ts';

/** VTEX writes up to seven fraction digits and any offset (`2019-07-29T23:17:30.0617185Z`). Null for what is no time. */
export function toInstant(time: string | null | undefined): string | null {
  return InstantSchema.safeParse(time).data ?? null;
}
