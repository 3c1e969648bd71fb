export interface JsonFlaw {
  path: (string | number)[];
  error: { code: string; detail: string };
}

/** In valid UTF-8 only an escape can make half a character or a NUL, and only these numbers can be infinite. */
const mayBeFlawed = /\\u|[eE]\+?\d{3}|\d{309}|"__proto__"/;

const textFlaw = { code: 'field.characters', detail: 'must not contain NUL or half a character (a lone surrogate)' };
const numberFlaw = { code: 'field.number', detail: 'is too large for a number' };
const nameFlaw = { code: 'field.name', detail: 'must have another name' };
const isClean = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/**
 * What a document holds that JSON allows and nobody can keep: NUL characters and lone surrogates, numbers that do not fit
 * (`1e999` parses as Infinity), and members called `__proto__`, which one copy or another would lose.
 * @param text what the document was parsed from: most texts show at a glance that there is nothing to look for
 */
export const findJsonFlaw = (text: string, document: unknown): JsonFlaw | undefined =>
  mayBeFlawed.test(text) ? findFlaw(document, []) : undefined;

/** Depth first; the path is made only on the way back from a flaw. */
function findFlaw(value: unknown, path: (string | number)[]): JsonFlaw | undefined {
  if (typeof value === 'string') return isClean(value) ? undefined : { path, error: textFlaw };
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : { path, error: numberFlaw };
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const error = key === '__proto__' ? nameFlaw : isClean(key) ? undefined : textFlaw;
    const flaw = error === undefined ? findFlaw(member, path) : { path, error };
    if (flaw !== undefined) return { ...flaw, path: [key.toWellFormed(), ...flaw.path] };
  }
  return undefined;
}
