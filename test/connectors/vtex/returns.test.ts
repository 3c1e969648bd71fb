import { expect, test } from 'vitest';
import { toReturns } from '../../../src/connectors/oms/vtex/returns.ts';
import { WireOrderSchema } from '../../../src/connectors/oms/vtex/wire.ts';
import { itemBody, orderBody } from '../../fixtures/vtex/order.ts';

const items = [itemBody(), itemBody({ uniqueId: 'SECOND', id: '19', quantity: 0 })];
const input = (changes: Record<string, unknown> = {}) => ({
  type: 'Input',
  invoiceNumber: 'CREDIT1',
  items: [{ itemIndex: 1, quantity: 2, price: 990 }],
  ...changes,
});
const read = (...packages: unknown[]) =>
  toReturns(WireOrderSchema.parse(orderBody({ items, packageAttachment: { packages } })));

test('return invoices are returns, by their numbers and the places of their items', () => {
  const goods = [{ sku: '19', quantity: 2, lineId: 'SECOND' }];
  expect(read(input({ type: 'Output' }), input(), input({ invoiceNumber: 'CREDIT2' }))).toEqual([
    { reference: 'CREDIT1', goods },
    { reference: 'CREDIT2', goods },
  ]);
});

test.each([
  [{ items: null }],
  [{ items: [] }],
  [{ items: [null, { itemIndex: 7, quantity: 1 }, { itemIndex: -1, quantity: 1 }, { quantity: 1 }] }],
  [
    {
      items: [
        { itemIndex: 0, quantity: 0 },
        { itemIndex: 0 },
        { itemIndex: 0, quantity: 0.5 },
        { itemIndex: 0, quantity: 'one' },
      ],
    },
  ],
  [{ invoiceNumber: null }],
  [{ type: null }],
])('one that says of no goods is none: %j', (changes) => {
  expect(read(input(changes), null)).toEqual([]);
});
