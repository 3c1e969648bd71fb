/**
 * A value that stands in for somebody's data or a secret. `words` are the parts of it that nothing else in the world
 * holds: any of them in a place where it should not be is a leak, however little of the rest came along.
 */
export interface Canary {
  name: string;
  kind: 'person' | 'secret' | 'stray';
  value: string;
  words: readonly string[];
}

/** Shorter words turn up by chance in a few megabytes of base64. */
export const wordCharsMin = 8;

/** The value whole, its letters' runs that are long enough, and its digits alone (a phone number, however it is written). */
function wordsOf(value: string): string[] {
  const digits = value.replaceAll(/\D/g, '');
  const runs = value.split(/[^\p{L}\p{N}]+/u).filter((run) => run.length >= wordCharsMin && /\p{L}/u.test(run));
  const whole = value.length >= wordCharsMin ? [value] : [];
  return [...new Set([...whole, ...runs, ...(digits.length >= 10 ? [digits] : [])])];
}

const makeCanaries =
  (kind: Canary['kind']) =>
  <K extends string>(
    values: Readonly<Record<K, string>>,
  ): { values: Readonly<Record<K, string>>; canaries: Canary[] } => ({
    values,
    canaries: Object.entries<string>(values).map(([name, value]) => ({ name, kind, value, words: wordsOf(value) })),
  });

export const makePersons = makeCanaries('person');
/** What somebody put where it does not belong: it is nobody's data yet, and may have been meant as anybody's. */
export const makeStrays = makeCanaries('stray');

/** A secret is one word, and found by half of it, too: what cuts a key short to show it has shown it. */
export function makeSecrets(values: Readonly<Record<string, string>>): Canary[] {
  return Object.entries(values).map(([name, value]) => {
    const bare = value.replace(/^(?:whsec_|pl_)/, '');
    const halves = bare.length < 24 ? [] : [bare.slice(0, 16), bare.slice(-16)];
    const words = value.length < wordCharsMin ? [] : [...new Set([value, bare, ...halves])];
    return { name, kind: 'secret', value, words };
  });
}
