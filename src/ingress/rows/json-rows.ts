import type { RowBlock } from '../../store/row-block.ts';
import { makeRefusal } from '../problem.ts';
import { readNdjson } from './ndjson-rows.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const tab = 0x09;
const openingBracket = 0x5b;
const closingBracket = 0x5d;
const openingBrace = 0x7b;
const closingBrace = 0x7d;
/** What no string may hold as it is: a row in which a line break stood bare is refused for it by whoever parses it. */
const control = 0x01;
/** More than this before the array begins is no document of ours. */
const headBytesMax = 1_024;

/**
 * Rows of `{"<member>": [ … ]}`. The array is turned into NDJSON where it lies, byte by byte, each element on one line as
 * it came: a parser would build millions of objects to write them down again, and lose what it normalises. The chunks of
 * the body are written to.
 * @throws Failure `rows.json` where the document is not of this form, `rows.incomplete` when it ends too early
 */
export const readJsonRows = (body: AsyncIterable<Buffer>, member: string): AsyncIterable<RowBlock> =>
  readNdjson(toLines(body, member));

async function* toLines(body: AsyncIterable<Buffer>, member: string): AsyncGenerator<Buffer> {
  const expected = `{"${member}": […]}`;
  const refuse = (what: string) => makeRefusal('rows.json', `the body must be ${expected}: ${what}`);
  const headPattern = new RegExp(`^\\s*\\{\\s*"${member}"\\s*:\\s*$`);
  let part: 'head' | 'elements' | 'tail' = 'head';
  let head = '';
  let tail = '';
  let rows = 0;
  const elements = createElements(() => refuse(`row ${rows + 1} is not an element of an array`));
  for await (const chunk of body) {
    let at = 0;
    if (part === 'head') {
      const start = chunk.indexOf(openingBracket);
      head += chunk.toString('latin1', 0, start === -1 ? chunk.length : start);
      if (head.length > headBytesMax || (start !== -1 && !headPattern.test(head))) throw refuse('it begins otherwise');
      if (start === -1) continue;
      part = 'elements';
      at = start + 1;
    }
    if (part === 'elements') {
      const end = elements.scan(chunk, at);
      rows = elements.count();
      yield chunk.subarray(at, end);
      if (end === chunk.length && !elements.isOver()) continue;
      part = 'tail';
      at = end;
    }
    tail += chunk.toString('latin1', at).trim();
    if (!'}'.startsWith(tail)) throw refuse('something follows the array');
  }
  if (part === 'head' && !`{"${member}":[`.startsWith(head.replaceAll(/\s/g, ''))) throw refuse('it begins otherwise');
  if (part !== 'tail' || tail !== '}') {
    throw makeRefusal('rows.incomplete', `the body ended within ${expected}, after ${rows} whole rows`);
  }
}

interface Elements {
  /** From `at` to behind the bracket that ends the array, or to the end of the chunk: commas between elements become line ends. */
  scan(chunk: Buffer, at: number): number;
  /** Whole elements so far. */
  count(): number;
  isOver(): boolean;
}

/** Knows brackets, strings and commas; all else is for the parser of a row to judge. */
function createElements(refusal: () => Error): Elements {
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  /** Something stands where the present element is to be. */
  let isPresent = false;
  let count = 0;
  let isOver = false;
  const endElement = (): void => {
    if (!isPresent) throw refusal();
    isPresent = false;
    count += 1;
  };
  return {
    scan(chunk, at) {
      for (let i = at; i < chunk.length; i += 1) {
        const byte = chunk[i];
        if (inString) {
          if (isEscaped) isEscaped = false;
          else if (byte === backslash) isEscaped = true;
          else if (byte === quote) inString = false;
          else if (byte === newline) chunk[i] = control;
        } else if (byte === quote) {
          inString = true;
          isPresent = true;
        } else if (byte === openingBrace || byte === openingBracket) {
          depth += 1;
          isPresent = true;
        } else if (depth > 0 && (byte === closingBrace || byte === closingBracket)) {
          depth -= 1;
        } else if (byte === newline || byte === carriageReturn) {
          chunk[i] = space;
        } else if (depth === 0 && byte === comma) {
          endElement();
          chunk[i] = newline;
        } else if (depth === 0 && byte === closingBracket) {
          if (isPresent || count > 0) endElement();
          chunk[i] = newline;
          isOver = true;
          return i + 1;
        } else if (depth === 0 && byte === closingBrace) {
          throw refusal();
        } else if (byte !== space && byte !== tab) {
          isPresent = true;
        }
      }
      return chunk.length;
    },
    count: () => count,
    isOver: () => isOver,
  };
}
