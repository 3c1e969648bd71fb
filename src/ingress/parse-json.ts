import { isUtf8 } from 'node:buffer';
import { findJsonFlaw } from '../domain/json-flaws.ts';
import { toPointer } from '../domain/schema-faults.ts';
import { makeInvalid, makeRefusal } from './problem.ts';

/** As deep as any honest document of ours; far less than what makes `JSON.parse` or a walk over it slow. */
export const jsonDepthMax = 32;

/**
 * The JSON document in a body. Refuses bytes that are not UTF-8 (`request.encoding`), nesting deeper than `jsonDepthMax`
 * (`request.depth`, counted before parsing), what is not one JSON document (`request.json`), and with a pointer
 * (`request.invalid`) what nobody can keep (`src/domain/json-flaws.ts`). Of two members with one name the last one wins, as
 * everywhere in JavaScript.
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
  const flaw = findJsonFlaw(text, document);
  if (flaw !== undefined) throw makeInvalid([{ ...flaw.error, pointer: toPointer(flaw.path) }]);
  return document;
}

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
