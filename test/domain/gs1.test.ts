import { describe, expect, test } from 'vitest';
import { readLabel } from '../../src/domain/gs1.ts';
import { gs1Fixtures } from './gs1/gs1-fixtures.ts';

const here = { year: 2026, currency: 'AUD' };
const read = (text: string | null) => readLabel(text, here);

describe('readLabel', () => {
  test.each(gs1Fixtures)('reads $what', ({ text, elements = [], says }) => {
    const label = read(text);
    expect(label).toMatchObject(says);
    expect(label.elements).toEqual(elements.map(([ai, value]) => ({ ai, value })));
    expect(label.unread).toEqual([]);
  });
});
