import { fileURLToPath } from 'node:url';
import { printTables } from './tables.ts';

export const readmePath = fileURLToPath(new URL('../../docs/vectors/README.md', import.meta.url));
const mark = '<!-- made by: node test/vectors/print-tables.ts -->';

/** The document with its tables as the JSON files have them now; what stands above the mark is written by hand. */
export function withTables(document: string): string {
  const [byHand, ...tables] = document.split(mark);
  if (byHand === undefined || tables.length !== 1) throw new Error(`${readmePath} has lost its mark: ${mark}`);
  return `${byHand}${mark}\n\n${printTables()}\n`;
}
