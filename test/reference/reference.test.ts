import { expect, test } from 'vitest';
import { readText } from '../architecture/source-tree.ts';
import { pages } from './reference.ts';

test.each(Object.entries(pages))(
  '%s is what the source says; `node test/reference/print-reference.ts` writes it',
  (path, write) => {
    expect(readText(path)).toBe(write());
  },
);
