/** The library brings no types; of what it answers, what we use. */
declare module 'gs1-barcode-parser-mod' {
  /** Throws a string at the first thing that it cannot read. */
  export function parseBarcode(barcode: string): { parsedCodeItems: { ai: string; raw: string }[] };
}
