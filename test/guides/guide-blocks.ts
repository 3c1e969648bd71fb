import { listFiles, readText } from '../architecture/source-tree.ts';

/** A fenced block of commands in a document. */
export interface GuideBlock {
  document: string;
  /** The word behind `sh`, if there is one. */
  name: string | undefined;
  commands: string;
}

/** The blocks of commands of README.md and docs/, in the order in which they stand; one in a list without its indent. */
export function readGuideBlocks(): GuideBlock[] {
  const documents = listFiles().filter((path) => /^(README\.md|docs\/.*\.md)$/.test(path));
  return documents.flatMap((document) => blocksIn(document, readText(document)));
}

export const blocksIn = (document: string, text: string): GuideBlock[] =>
  [...text.matchAll(/^( *)```(?:sh|bash|shell|console)(?: +(\S+))?\n([^]*?)^ *```$/gm)].map(
    ([, indent = '', name, commands = '']) => ({
      document,
      name,
      commands: commands.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
