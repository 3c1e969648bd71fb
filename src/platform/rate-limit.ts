/** A member of a structured list (RFC 9651) as far as it is needed here: its name, and its parameters that are whole numbers. */
interface Quota {
  name: string;
  numbers: ReadonlyMap<string, number>;
}

/** So long a value is no rate limit. */
const charsMax = 2_048;
/** From here on a number is a moment in Unix seconds (2001), and no wait: 30 years of seconds. */
const epochFrom = 1_000_000_000;

/**
 * How many milliseconds to wait because a quota is used up; undefined where none is. Reads what is in use:
 *
 * | form | example |
 * |---|---|
 * | IETF draft, 08 and newer | `RateLimit: "default";r=0;t=30`; without `t` the window of `RateLimit-Policy: "default";q=100;w=60` |
 * | IETF draft, 07 | `RateLimit: limit=100, remaining=0, reset=30` |
 * | IETF draft, 06 and older | `RateLimit-Remaining: 0`, `RateLimit-Reset: 30` |
 * | older than all | the same with `X-`; the reset in seconds from now, or as Unix time |
 *
 * Of several quotas the one that takes longest. @param headers names in lower case
 */
export function readUsedUpQuota(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  if (!quotaFields.some((name) => name in headers)) return undefined;
  const quotas = readQuotas(headers['ratelimit'] ?? '');
  const policies = new Map(readQuotas(headers['ratelimit-policy'] ?? '').map(({ name, numbers }) => [name, numbers]));
  const waits = [
    ...quotas
      .filter(({ numbers }) => numbers.get('r') === 0)
      .map(({ name, numbers }) => numbers.get('t') ?? policies.get(name)?.get('w')),
    fromPairs(quotas),
    ...['', 'x-'].map((x) => fromFields(headers[`${x}ratelimit-remaining`], headers[`${x}ratelimit-reset`], nowMs)),
  ].filter((seconds) => seconds !== undefined);
  return waits.length === 0 ? undefined : Math.max(...waits) * 1_000;
}

/** Without one of these nothing is used up. */
const quotaFields = ['ratelimit', 'ratelimit-remaining', 'x-ratelimit-remaining'] as const;

/** Draft 07: the members of one quota, each with its value, are members of the list. */
function fromPairs(quotas: readonly Quota[]): number | undefined {
  const valueOf = (wanted: string): number | undefined => quotas.find(({ name }) => name === wanted)?.numbers.get('');
  return valueOf('remaining') === 0 ? valueOf('reset') : undefined;
}

function fromFields(remaining: string | undefined, reset: string | undefined, nowMs: number): number | undefined {
  if (remaining === undefined || reset === undefined || Number(remaining) !== 0 || remaining.trim() === '')
    return undefined;
  if (!/^\s*\d{1,13}(?:\.\d{1,9})?\s*$/.test(reset)) return undefined;
  const value = Number(reset);
  if (value < epochFrom) return value;
  const seconds = value >= epochFrom * 1_000 ? value / 1_000 : value;
  return Math.max(0, seconds - nowMs / 1_000);
}

const readQuotas = (value: string): Quota[] =>
  value.length > charsMax ? [] : splitOutsideQuotes(value, ',').map(readQuota);

function readQuota(member: string): Quota {
  const [item = '', ...parameters] = splitOutsideQuotes(member, ';').map((part) => part.trim());
  // `reset=30`, of draft 07, is a name with a value of its own.
  const [, key = item.replace(/^"(.*)"$/, '$1'), own] = /^([a-z]+)=(\d{1,10})$/.exec(item) ?? [];
  const numbers = parameters.flatMap((text): [string, number][] => {
    const [, name, digits] = /^([a-z]+)=(\d{1,10})$/.exec(text) ?? [];
    return name === undefined ? [] : [[name, Number(digits)]];
  });
  return { name: key, numbers: new Map([...(own === undefined ? [] : [['', Number(own)] as const]), ...numbers]) };
}

/** What stands in quotation marks is a name, and may hold anything. */
function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  const parts: string[] = [];
  let from = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    if (isQuoted && text[at] === '\\') at += 1;
    else if (text[at] === '"') isQuoted = !isQuoted;
    else if (text[at] === separator && !isQuoted) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}
