import { readEventTime, type EventTime } from './event-time.ts';

const formats = new Map<string, Intl.DateTimeFormat>();
const dayMs = 24 * 3_600_000;

/** Whether this is the name of a zone (IANA): `Australia/Sydney`. */
export function isTimeZone(name: string): boolean {
  // Offsets are taken as names, too, and have no summer.
  if (!/^[A-Z]/i.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * A time whose clock is known to hang in this zone (IANA), whatever it leaves out. An offset in the text itself counts more.
 * The hour that a clock shows twice is taken for the first; one that it skips is read with the offset before.
 */
export function readTimeIn(zone: string, text: string | null | undefined): EventTime {
  const time = readEventTime(text);
  if (time.local === null || time.at !== null || !time.local.includes('T')) return time;
  const wallMs = Date.parse(`${time.local}Z`);
  const before = offsetOf(zone, wallMs - dayMs);
  const after = offsetOf(zone, wallMs + dayMs);
  const fitting = [before, after].find((offset) => offsetOf(zone, wallMs - toMs(offset)) === offset);
  return readEventTime(`${time.local}${fitting ?? before}`);
}

function formatOf(zone: string): Intl.DateTimeFormat {
  // Names are the same in capitals: there are no more formats than zones.
  const key = zone.toLowerCase();
  const known = formats.get(key);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(key, format);
  return format;
}

/** `+10:00`. Seconds, which zones had before clocks agreed, are left out. */
function offsetOf(zone: string, ms: number): string {
  const name = formatOf(zone)
    .formatToParts(ms)
    .find(({ type }) => type === 'timeZoneName')?.value;
  return /[+-]\d\d:\d\d/.exec(name ?? '')?.[0] ?? '+00:00';
}

const toMs = (offset: string): number => {
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
};
