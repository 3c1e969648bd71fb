/**
 * When something happened, as far as a carrier says. `local` is the clock on the wall there, as they print it; `at` is the
 * instant (UTC), and null where nothing says in which zone that clock hangs: local time is never taken for UTC.
 */
export interface EventTime {
  at: string | null;
  /** `2026-01-15T09:30:00`, or a date alone. */
  local: string | null;
  /** Where the zone is known from: the time itself, or a second field with the same moment in GMT. */
  zone: 'offset' | 'gmt' | 'unknown';
}

export const undated: EventTime = { at: null, local: null, zone: 'unknown' };

const timePattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(\.\d+)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
/** Of any place (UTC-12 to UTC+14), and an hour for clocks that are wrong. */
const offsetMsMax = 15 * 3_600_000;

/** A time in ISO 8601 as carriers write it: with or without zone, seconds, fractions, or time of day. */
export function readEventTime(text: string | null | undefined): EventTime {
  const [, date = '', minutes, seconds = ':00', fraction = '', offset] = timePattern.exec(text?.trim() ?? '') ?? [];
  const local = minutes === undefined ? date : `${date}T${minutes}${seconds}`;
  if (!isCalendarTime(local)) return undated;
  if (minutes === undefined || offset === undefined) return { at: null, local, zone: 'unknown' };
  const zone = /^[+-]\d\d$/.test(offset) ? `${offset}:00` : offset.replace(/(\d\d)(\d\d)$/, '$1:$2').toUpperCase();
  const ms = Date.parse(`${local}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(ms) ? { at: null, local, zone: 'unknown' } : { at: toText(ms), local, zone: 'offset' };
}

/** A local time beside the same moment in GMT. Where the two cannot be the same moment, the zone stays unknown. */
export function withGmt(localText: string | null | undefined, gmtText: string | null | undefined): EventTime {
  const { local } = readEventTime(localText);
  const { at, local: gmt } = readEventTime(gmtText);
  if (gmt === null || gmt.length === dateLength) return { at: null, local, zone: 'unknown' };
  const ms = Date.parse(at ?? `${gmt}Z`);
  if (local === null) return { at: toText(ms), local: gmt, zone: 'gmt' };
  if (local.length === dateLength) return { at: toText(ms), local, zone: 'gmt' };
  const isSame = Math.abs(Date.parse(`${local}Z`) - ms) <= offsetMsMax;
  return isSame ? { at: toText(ms), local, zone: 'gmt' } : { at: null, local, zone: 'unknown' };
}

/** `20260713` and `91519`: a date and a time of day in digits, the time without its leading zeros. */
export function fromDigits(date: string | null | undefined, time: string | null | undefined): string | null {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(date?.trim() ?? '') ?? [];
  if (year === undefined) return null;
  const [, hours, minutes, seconds] = /^(\d\d)(\d\d)(\d\d)$/.exec((time?.trim() ?? '').padStart(6, '0')) ?? [];
  const isTimed = time !== null && time !== undefined && time.trim() !== '' && hours !== undefined;
  return `${year}-${month}-${day}${isTimed ? `T${hours}:${minutes}:${seconds}` : ''}`;
}

const dateLength = 10;
const toText = (ms: number): string => new Date(ms).toISOString();

/** `Date.parse` alone takes 30 February for 2 March. */
function isCalendarTime(local: string): boolean {
  const full = local.length === dateLength ? `${local}T00:00:00` : local;
  const ms = Date.parse(`${full}Z`);
  return !Number.isNaN(ms) && toText(ms).startsWith(full);
}

/** The calendar day of a time in a carrier's words, where it is; null for what is none. */
export const toCalendarDay = (text: string | null | undefined): string | null =>
  readEventTime(text).local?.slice(0, dateLength) ?? null;
