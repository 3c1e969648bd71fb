import { isUtf8 } from 'node:buffer';
import { makeInvalid, makeRefusal } from './problem.ts';
import { toPointer } from './validate.ts';

/** As deep as any honest document of ours; far less than what makes `JSON.parse` or a walk over it slow. */
export const jsonDepthMax = 32;

/**
 * The JSON document in a body. Refuses bytes that are not UTF-8 (`request.encoding`), nesting deeper than `jsonDepthMax`
 * (`request.depth`, counted before parsing), what is not one JSON document (`request.json`), and with a pointer
 * (`request.invalid`) NUL characters and lone surrogates, which no store of our partners' keeps, numbers that do not fit
 * (`1e999` parses as Infinity), and members called `__proto__`, which one copy or another would lose. Of two members with one name the last one wins, as everywhere in JavaScript.
 */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw makeRefusal('request.encoding', 'the body is not valid UTF-8');
  if (isTooDeep(body)) throw makeRefusal('request.depth', `the body is nested deeper than ${jsonDepthMax} levels`);
  const text = body.toString('utf8');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may hold personal data.
    throw makeRefusal('request.json', 'the body is not one JSON document');
  }
  const flaw = mayBeFlawed.test(text) ? findFlaw(document, []) : undefined;
  if (flaw !== undefined) throw makeInvalid([{ ...flaw.error, pointer: toPointer(flaw.path) }]);
  return document;
}

/** In valid UTF-8 only an escape can make half a character or a NUL, and only these numbers can be infinite. */
const mayBeFlawed = /\\u|[eE]\+?\d{3}|\d{309}|"__proto__"/;

const quote = 0x22;
const backslash = 0x5c;

/** In UTF-8 none of these bytes ever occurs inside another character. */
function isTooDeep(body: Buffer): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < body.length; i += 1) {
    const byte = body[i];
    if (inString) {
      if (byte === backslash) i += 1;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > jsonDepthMax) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return false;
}

interface Flaw {
  path: (string | number)[];
  error: { code: string; detail: string };
}

const textFlaw = { code: 'field.characters', detail: 'must not contain NUL or half a character (a lone surrogate)' };
const numberFlaw = { code: 'field.number', detail: 'is too large for a number' };
const nameFlaw = { code: 'field.name', detail: 'must have another name' };
const isClean = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** Depth first; the path is made only on the way back from a flaw. */
function findFlaw(value: unknown, path: (string | number)[]): Flaw | undefined {
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
