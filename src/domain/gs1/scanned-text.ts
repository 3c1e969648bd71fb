/** ASCII 29: what scanners send for the separator FNC1. */
export const separator = '\u001d';

/** AIM symbology identifiers (ISO/IEC 15424) of symbols that hold element strings and nothing else. */
const elementStringSymbols = new Map([
  [']C1', 'GS1-128'],
  [']e0', 'GS1 DataBar'],
  [']e1', 'GS1 Composite'],
  [']e2', 'GS1 Composite'],
  [']d2', 'GS1 DataMatrix'],
  [']Q3', 'GS1 QR Code'],
  [']J1', 'GS1 DotCode'],
]);
const otherSymbols = new Map([
  [']E0', 'EAN-13'],
  [']E3', 'EAN-13 with add-on'],
  [']E4', 'EAN-8'],
  [']I0', 'ITF'],
  [']I1', 'ITF-14'],
  [']C0', 'Code 128'],
]);

/**
 * What scanners and the systems behind them write for a separator that they cannot show. All but the last contain a
 * character that no GS1 value may have; `<GS>` could be part of a lot number, and counts only where an identifier follows.
 */
const substitutes = /\u241d|\{GS\}|\[GS\]|\{FNC1\}|\[FNC1\]|\\x1d|\\u001d|\^\]|\||<(?:GS|FNC1)>(?=\d\d)/gi;

export interface ScannedText {
  /** The symbol's name, or its identifier where we have no name for it; null when the scanner did not say. */
  symbology: string | null;
  /** Whether it is an element string by what the scanner sent before it: such an identifier, or FNC1. */
  isElementString: boolean;
  /** Without what was before it, separators as ASCII 29. Of an EAN-13 with an add-on, the EAN-13. */
  data: string;
}

/** Takes apart what a scanner sent: which symbol it saw, and what was in it. */
export function toScannedText(scanned: string): ScannedText {
  const text = withoutSeparatorsInFront(scanned);
  const symbol = /^\][A-Za-z][0-9A-Za-z]/.exec(text)?.[0] ?? '';
  const rest = text.slice(symbol.length);
  const marked = rest.replaceAll(substitutes, separator);
  const data = withoutSeparatorsInFront(marked);
  const name = elementStringSymbols.get(symbol) ?? otherSymbols.get(symbol) ?? symbol;
  return {
    symbology: name === '' ? null : name,
    isElementString:
      elementStringSymbols.has(symbol) ||
      data.length < marked.length ||
      (symbol === '' && text.length < scanned.length),
    data: symbol === ']E3' ? data.slice(0, 13) : data,
  };
}

function withoutSeparatorsInFront(text: string): string {
  let at = 0;
  while (text.startsWith(separator, at)) at += 1;
  return text.slice(at);
}
