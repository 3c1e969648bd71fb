import { parseBarcode } from 'gs1-barcode-parser-mod';
import { meanings } from './application-identifiers.ts';
import { separator } from './scanned-text.ts';

/** A piece of an element string. Without an identifier it is what nobody could split. */
export interface Piece {
  ai: string | null;
  value: string;
}

/**
 * An element string into its elements, by what stands in it alone and not yet by what it means. Separators are honoured
 * first, so that whatever is wrong in one part ends there.
 *
 * Identifiers with a meaning of ours are split here; for the other two hundred the library knows where they end. It is not
 * asked for everything: at the first fault it throws, and all that was read before is lost; it refuses a text that begins with
 * a separator; it reads the machine's clock for each date and lets 31 February pass as 3 March; its amounts are floats; letters
 * pass as a GTIN. (And it is four times as slow: `npm run bench -- gs1`.)
 */
export function splitElements(text: string): Piece[] {
  const pieces: Piece[] = [];
  for (const part of text.split(separator)) {
    let at = 0;
    while (at < part.length) {
      const ai = identifierAt(part, at);
      if (ai === null) {
        pieces.push(...splitByLibrary(part.slice(at)));
        break;
      }
      const begin = at + ai.length;
      const length = meanings.get(ai)?.fixedLength ?? part.length;
      pieces.push({ ai, value: part.slice(begin, begin + length) });
      at = begin + length;
    }
  }
  return pieces;
}

function identifierAt(text: string, at: number): string | null {
  const two = text.slice(at, at + 2);
  if (meanings.has(two)) return two;
  const four = text.slice(at, at + 4);
  return meanings.has(four) ? four : null;
}

function splitByLibrary(text: string): Piece[] {
  try {
    const pieces = parseBarcode(text).parsedCodeItems.map(({ ai, raw }) => ({ ai, value: raw }));
    // It takes symbology identifiers and brackets for what they are at the beginning; here they would be data.
    const isWhole = pieces.map(({ ai, value }) => ai + value).join('') === text;
    if (isWhole) return pieces;
  } catch {
    // It throws strings at whatever it does not know.
  }
  return [{ ai: null, value: text }];
}

const bracketed = /\((\d{2,4})\)/g;

/** Whether it is the text under a barcode, as people type it: `(01)12345678901231(10)LOT-1`. */
export const isBracketed = (text: string): boolean => /^\(\d{2,4}\)/.test(text);

/**
 * The text under a barcode into its elements. Digits in brackets open an element (data with such brackets cannot be told from
 * one), and where they are no identifier, that part is left as it was.
 */
export function splitBracketed(text: string): Piece[] {
  const openings = [...text.matchAll(bracketed)];
  return openings.map((opening, n) => {
    const [written, ai = ''] = opening;
    const end = openings[n + 1]?.index ?? text.length;
    const value = text
      .slice(opening.index + written.length, end)
      .replaceAll(separator, '')
      .trim();
    const isIdentifier = meanings.has(ai) || splitByLibrary(ai + value)[0]?.ai === ai;
    return isIdentifier ? { ai, value } : { ai: null, value: text.slice(opening.index, end) };
  });
}
