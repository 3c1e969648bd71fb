/** A moment as carriers print it. `offsetHours` is where their clock hangs. */
const shift = (ms: number, offsetHours: number): string => new Date(ms + offsetHours * 3_600_000).toISOString();

const sign = (hours: number): string => `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;

/** `2026-04-26T09:26:00-07:00`. */
export const withOffset = (ms: number, offsetHours: number): string =>
  `${shift(ms, offsetHours).slice(0, 19)}${sign(offsetHours)}`;

/** `20260713`. */
export const dateDigits = (ms: number, offsetHours = 0): string =>
  shift(ms, offsetHours).slice(0, 10).replaceAll('-', '');

/** `091519`. */
export const timeDigits = (ms: number, offsetHours = 0): string =>
  shift(ms, offsetHours).slice(11, 19).replaceAll(':', '');

/** `2026-07-12T14:18:00Z`. */
export const inUtc = (ms: number): string => `${shift(ms, 0).slice(0, 19)}Z`;

/** `2026-07-20T09:31:00`, which says nothing of its zone. */
export const wallClock = (ms: number, offsetHours: number): string => shift(ms, offsetHours).slice(0, 19);
