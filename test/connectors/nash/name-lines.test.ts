import { expect, it, test } from 'vitest';
import { nameLines } from '../../../src/connectors/fulfilment/nash/name-lines.ts';
import { identityOf } from '../../../src/domain/failure-cause.ts';
import { Failure } from '../../../src/domain/failure.ts';

const causeOf = (failure: unknown): string => identityOf('fulfilment-submit', failure as Failure).cause;
const items = [{ subItems: [{ sku: '100001' }, { sku: 'BAD-1' }, { sku: 'BAD-2' }] }];
const refused = (fields: unknown, kind: 'rejected' | 'transient' = 'rejected') =>
  new Failure(kind, 'nash.validation_errors', 'Nash refused order.upsert: VALIDATION_ERRORS (a.b)', {
    detail: { operation: 'order.upsert', status: 422, fields },
  });

it.each(['items.0.subItems.1.sku', 'items[0].subItems[1].sku', 'items.0.sub_items.1.sku'])(
  'the SKU of the line that %s means is the cause',
  (path) => {
    expect(nameLines(refused([path]), items)).toMatchObject({
      kind: 'rejected',
      code: 'nash.validation_errors',
      message: 'Nash refused SKU BAD-1',
      detail: { status: 422, fields: [path], cause: { sku: 'BAD-1', field: 'sku' } },
    });
  },
);

test('the same goods are one cause, wherever they stood in the order; other goods are another', () => {
  const inFront = [{ subItems: [{ sku: 'BAD-1' }, { sku: '100001' }] }];
  const causes = [
    [nameLines(refused(['items.0.subItems.1.sku']), items), nameLines(refused(['items.0.subItems.0.sku']), inFront)],
    [nameLines(refused(['items.0.subItems.2.sku']), items)],
  ].map((failures) => new Set(failures.map((failure) => causeOf(failure))));
  expect(causes.map(({ size }) => size)).toEqual([1, 1]);
  expect([...(causes[0] ?? [])]).not.toEqual([...(causes[1] ?? [])]);
});

test('of several SKUs in one order the first by name is the cause, so that no combination is an issue of its own', () => {
  const both = nameLines(refused(['items.0.subItems.2.sku', 'items.0.subItems.1.sku']), items);
  expect(both).toMatchObject({ detail: { cause: { sku: 'BAD-1', field: 'sku' }, otherSkus: ['BAD-2'] } });
  expect(causeOf(both)).toBe(causeOf(nameLines(refused(['items.0.subItems.1.sku']), items)));
});

test('a substitute that is refused is the cause, and not the line that it might replace', () => {
  const substitution = { substituteItems: [{ sku: '300099' }, { sku: 'BAD-3' }] };
  const offered = [{ subItems: [{ sku: '100001', substitution }] }];
  const failure = nameLines(refused(['items.0.subItems.0.substitution.substituteItems.1.sku']), offered);
  const field = 'substitution.substituteItems.*.sku';
  expect(failure).toMatchObject({ detail: { cause: { sku: 'BAD-3', field } } });
});

it.each([
  ['of no line', refused(['dropoffPhoneNumber'])],
  ['of a line that was not sent', refused(['items.0.subItems.7.sku'])],
  ['without fields', refused(undefined)],
  ['that may pass', refused(['items.0.subItems.1.sku'], 'transient')],
  ['of nobody’s', new Error('x')],
])('a failure %s stays as it is', (_what, failure) => {
  expect(nameLines(failure, items)).toBe(failure);
});
