import type { Language } from './words.ts';

/** Portuguese as in Brazil; English with the 24 hours and the day before the month, as most of the world writes them. */
const locales: Readonly<Record<Language, string>> = { en: 'en-GB', es: 'es', pt: 'pt-BR' };

const day = { weekday: 'short', day: 'numeric', month: 'short' } as const;
const time = { hour: '2-digit', minute: '2-digit' } as const;

/** `Thu, 15 Jan, 10:00`: an instant by the clock of this zone. */
export const showInstant = (at: string, language: Language, timeZone: string): string =>
  new Intl.DateTimeFormat(locales[language], { ...day, ...time, timeZone }).format(new Date(at));

/** The same by the clock on the wall of where it happened, or of a day alone. */
export function showLocal(local: string, language: Language): string {
  const isDay = local.length === 10;
  const ms = Date.parse(isDay ? `${local}T00:00:00Z` : `${local.slice(0, 19)}Z`);
  if (Number.isNaN(ms)) return '';
  return new Intl.DateTimeFormat(locales[language], { ...day, ...(isDay ? {} : time), timeZone: 'UTC' }).format(ms);
}

/** `Thu, 15 Jan, 10:00 – 12:00` */
export const showWindow = ({ from, to }: { from: string; to: string }, language: Language, timeZone: string): string =>
  new Intl.DateTimeFormat(locales[language], { ...day, ...time, timeZone }).formatRange(new Date(from), new Date(to));
