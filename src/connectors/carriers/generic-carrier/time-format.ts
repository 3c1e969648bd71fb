/**
 * How a carrier writes a time: `iso`, `unix` (seconds), `unix-ms`, or a pattern such as `DD/MM/YYYY HH:mm:ss`. Read from
 * left to right, a token at a time.
 */
const tokens = ['YYYY', 'MM', 'DD', 'HH', 'hh', 'mm', 'ss', 'A', 'Z'] as const;
type Token = (typeof tokens)[number];
type Part = { token: Token } | { literal: string };

const namedFormats: ReadonlySet<string> = new Set(['iso', 'unix', 'unix-ms']);
const formatCharsMax = 60;
const textCharsMax = 60;

/** Why this is no format, or null. */
export function faultOfFormat(format: string): string | null {
  if (namedFormats.has(format)) return null;
  if (format.length > formatCharsMax) return `has more than ${formatCharsMax} characters`;
  const used = toParts(format).flatMap((part) => ('token' in part ? [part.token] : []));
  if (used.length !== new Set(used).size) return 'names one part of the time twice';
  if (!['YYYY', 'MM', 'DD'].every((token) => used.some((one) => one === token))) {
    return 'is iso, unix, unix-ms or a pattern with YYYY, MM and DD';
  }
  if (used.includes('hh') !== used.includes('A')) return 'has hh together with A (AM or PM), or HH';
  if (used.includes('hh') && used.includes('HH')) return 'has hh or HH';
  if (used.includes('mm') && !used.includes('HH') && !used.includes('hh')) return 'has minutes without hours';
  return used.includes('ss') && !used.includes('mm') ? 'has seconds without minutes' : null;
}

/** The time as ISO 8601, with an offset where the text has one; null for what is not written so. */
export function toIsoText(text: string, format: string): string | null {
  if (text.length > textCharsMax) return null;
  if (format === 'iso') return text;
  if (format === 'unix' || format === 'unix-ms') {
    if (!/^\d{1,15}(\.\d+)?$/.test(text)) return null;
    const date = new Date(Math.floor(Number(text) * (format === 'unix' ? 1_000 : 1)));
    return Number.isNaN(date.getTime()) ? null : date.toISOString();
  }
  const read = readParts(text, toParts(format));
  if (read === null) return null;
  const { YYYY: year = '', MM: month = '', DD: day = '', mm: minutes = '00', ss: seconds = '00', Z: zone = '' } = read;
  const hours = read.HH ?? toHours(read.hh, read.A);
  const date = `${year}-${month}-${day}`;
  return hours === null ? date : `${date}T${hours}:${minutes}:${seconds}${zone}`;
}

function toParts(format: string): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < format.length;) {
    const token = tokens.find((one) => format.startsWith(one, at));
    parts.push(token === undefined ? { literal: format.charAt(at) } : { token });
    at += token?.length ?? 1;
  }
  return parts;
}

function readParts(text: string, parts: readonly Part[]): Partial<Record<Token, string>> | null {
  const read: Partial<Record<Token, string>> = {};
  let at = 0;
  for (const part of parts) {
    const rest = text.slice(at);
    if ('literal' in part) {
      if (!rest.startsWith(part.literal)) return null;
      at += part.literal.length;
      continue;
    }
    const said = patterns[part.token].exec(rest)?.[0];
    if (said === undefined) return null;
    read[part.token] = part.token === 'A' || part.token === 'Z' ? said.toUpperCase() : said.padStart(2, '0');
    at += said.length;
  }
  return at === text.length ? read : null;
}

/** Of a fixed length each: they cannot backtrack. */
const patterns: Readonly<Record<Token, RegExp>> = {
  YYYY: /^\d{4}/,
  MM: /^\d{1,2}/,
  DD: /^\d{1,2}/,
  HH: /^\d{1,2}/,
  hh: /^\d{1,2}/,
  mm: /^\d{1,2}/,
  ss: /^\d{1,2}/,
  A: /^[AP]M/i,
  Z: /^(?:Z|[+-]\d\d:?\d\d)/i,
};

function toHours(hours: string | undefined, half: string | undefined): string | null {
  if (hours === undefined) return null;
  const twelve = Number(hours) % 12;
  // 13 PM is no time: an hour that no calendar has says so.
  if (Number(hours) < 1 || Number(hours) > 12) return '99';
  return String(half === 'PM' ? twelve + 12 : twelve).padStart(2, '0');
}
