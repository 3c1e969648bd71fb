import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { identityOf, withoutIndexes, withoutValues } from '../../src/domain/failure-cause.ts';
import { makeId } from '../../src/domain/ids.ts';

const cause = (message: string, detail: Record<string, unknown> = {}): string =>
  identityOf('order-send', { message, detail }).cause;

/** What stands for one order in a message, and for another one in the next. */
const value = fc.oneof(
  fc.uuid(),
  fc.nat().map(String),
  fc.emailAddress().filter((address) => /^[\w.+-]+@[\w.-]+$/.test(address)),
  fc.uint8Array({ minLength: 10, maxLength: 10 }).map((random) => makeId('order', 1_768_435_200_000, random)),
  fc.string().map((text) => `"${text.replaceAll('"', '')}"`),
  fc.integer({ min: 1, max: 99_999 }).map((number) => `v${number}abc-01`),
);
const word = fc.stringMatching(/^[a-z]{3,12}$/);

describe('the cause of a failure', () => {
  test('is one for all orders that fail for it', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), value, value, (words, one, other) => {
        const message = (of: string): string => `${words.join(' ')}: ${of} was refused`;
        // An address and a number are not the same kind of thing; two of one kind are.
        fc.pre(withoutValues(one) === withoutValues(other));
        expect(cause(message(one))).toBe(cause(message(other)));
      }),
    );
  });

  test('keeps nothing of ids, numbers, addresses and quoted values', () => {
    fc.assert(
      fc.property(value, (of) => {
        expect(withoutValues(`the order ${of} was refused`)).toMatch(/^the order <(?:id|n|email|value)> was refused$/);
      }),
    );
  });

  test('differs where other words are said, another field is named, or another SKU is marked', () => {
    fc.assert(
      fc.property(word, word, (one, other) => {
        fc.pre(one !== other);
        expect(cause(`refused: ${one}`)).not.toBe(cause(`refused: ${other}`));
        expect(cause('refused', { fields: [`items.1.${one}`] })).not.toBe(cause('refused', { fields: [`items.1.${other}`] })); // prettier-ignore
        expect(cause('refused', { cause: { sku: one } })).not.toBe(cause('refused', { cause: { sku: other } }));
        expect(cause('refused', { operation: one })).not.toBe(cause('refused', { operation: other }));
      }),
    );
  });

  it.each([
    ['items.3.subItems.14.sku', 'items.*.subItems.*.sku'],
    ['items[3].sku', 'items*.sku'],
    ['address.line2', 'address.line2'],
  ])('does not depend on the row: %s', (path, normal) => {
    expect(withoutIndexes(path)).toBe(normal);
  });

  test('is the same SKU’s, whichever row it was in and whatever the message says of it', () => {
    const sku = { sku: 'A-1', field: 'sku' };
    expect(cause('row 3: A-1', { cause: sku, fields: ['items.0.subItems.3.sku'] })).toBe(cause('row 7 of order 12: A-1', { cause: sku, fields: ['items.0.subItems.7.sku'] })); // prettier-ignore
  });

  test('is the same SKU’s in whatever was done with an order; another failure’s belongs to its job', () => {
    const failure = (detail: object) => ({ message: 'refused', detail: { ...detail } });
    const sent = failure({ operation: 'order.upsert', fields: ['a'], cause: { sku: 'A-1' } });
    const changed = failure({ operation: 'job.update', fields: ['b'], cause: { sku: 'A-1' } });
    expect(identityOf('send', sent)).toEqual(identityOf('change', changed));
    expect(identityOf('send', failure({}))).not.toEqual(identityOf('change', failure({})));
  });

  test('is bounded, whatever a partner says', () => {
    expect(cause('x'.repeat(100_000), { fields: Array(1_000).fill('a.b') }).length).toBeLessThanOrEqual(300);
  });
});
