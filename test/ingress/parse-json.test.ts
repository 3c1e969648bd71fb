import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { parseJson } from '../../src/ingress/parse-json.ts';

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
const isClean = (value: unknown): boolean => {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, member]) => key !== '__proto__' && isClean(key) && isClean(member));
};

test('a document is read as it was written, or refused for its depth or its characters', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 40, noUnicodeString: false }), (document) => {
      const text = JSON.stringify(document);
      const expected: unknown = JSON.parse(text);
      try {
        expect(parseJson(Buffer.from(text))).toEqual(expected);
        expect(depthOf(expected)).toBeLessThanOrEqual(32);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        expect(depthOf(expected) > 32 || !isClean(expected)).toBe(true);
      }
    }),
  );
});

test('any bytes at all are either a document or a refusal that says why', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        parseJson(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(Failure);
        expect(error).toMatchObject({ kind: 'malformed', code: expect.stringMatching(/^request\./) });
      }
    }),
  );
});
