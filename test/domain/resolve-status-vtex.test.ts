import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeEvidence, type Evidence } from '../../src/domain/evidence.ts';
import { resolveStatus, type Vocabulary } from '../../src/domain/resolve-status.ts';

/** A fulfilment system that speaks as VTEX Pick and Pack does: the order's own words, and parcels side by side. */
const vocabulary: Vocabulary = {
  ready_for_handling: { reached: 'READY_FOR_HANDLING' },
  picking: { reached: 'PICKING' },
  ready_for_packing: { reached: 'READY_FOR_PACKING' },
  packing: { reached: 'PACKING' },
  ready_for_invoicing: { reached: 'READY_FOR_INVOICING' },
  invoicing: { reached: 'INVOICING' },
  invoiced: { reached: 'INVOICED' },
  preparing_shipping: { reached: 'PREPARING_SHIPPING' },
  idle: { idle: true },
  canceled: { canceled: true },
  packs_late: { packsAfterInvoicing: true },
  invoice: { invoiced: true },
  on_route: { reached: 'ON_ROUTE' },
  delivered: { reached: 'DELIVERED' },
  returned: { reached: 'RETURNED' },
  called_off: { ended: true },
};
const received = '2026-01-15T02:00:00.000Z';
const fact = (word: string): Evidence => {
  const [subject = '', code = ''] = word.split(' ');
  return { system: 'vtex', subject, code, occurredAt: null, receivedAt: received };
};
const resolve = (...words: string[]) => resolveStatus(words.map(fact), { vtex: vocabulary });
const statusOf = (...words: string[]): string => resolve(...words).status;

test('any permutation and repetition of what is known resolves to the same status', () => {
  const words = Object.keys(vocabulary).flatMap((code) => [
    `order ${code}`,
    `shipment:1 ${code}`,
    `shipment:2 ${code}`,
  ]);
  const arrivals = fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 12 }).chain((known) =>
    fc.tuple(
      fc.constant(known),
      fc
        .shuffledSubarray(known, { minLength: known.length })
        .chain((shuffled) =>
          fc.array(fc.constantFrom(...known), { maxLength: 20 }).map((again) => [...shuffled, ...again]),
        ),
    ),
  );
  fc.assert(
    fc.property(arrivals, ([known, arrived]) => {
      const merged = arrived.map(fact).reduce<readonly Evidence[]>((all, one) => mergeEvidence(all, [one]), []);
      expect(resolveStatus(merged, { vtex: vocabulary })).toEqual(resolve(...known));
    }),
  );
});

describe('packing', () => {
  test('before the invoice stands before READY_FOR_INVOICING', () => {
    expect(statusOf('order picking', 'order ready_for_packing')).toBe('READY_FOR_PACKING');
    expect(statusOf('order packing', 'order ready_for_invoicing')).toBe('READY_FOR_INVOICING');
  });

  test('after the invoice stands behind INVOICED, and before the shipping', () => {
    const invoiced = ['order picking', 'order ready_for_invoicing', 'order invoiced'];
    expect(statusOf(...invoiced)).toBe('INVOICED');
    expect(statusOf(...invoiced, 'order ready_for_packing', 'order packs_late')).toBe('READY_FOR_PACKING');
    expect(statusOf(...invoiced, 'order packing', 'order packs_late')).toBe('PACKING');
    expect(statusOf(...invoiced, 'order packing', 'order packs_late', 'order preparing_shipping')).toBe(
      'PREPARING_SHIPPING',
    );
  });

  test('whose place nobody has told stays before the invoice', () => {
    expect(statusOf('order invoiced', 'order packing')).toBe('INVOICED');
  });
});

describe('IDLE', () => {
  test('holds against every step of the way, whichever was heard first', () => {
    for (const code of ['picking', 'packing', 'ready_for_invoicing', 'invoiced', 'preparing_shipping']) {
      expect(statusOf('order idle', `order ${code}`)).toBe('IDLE');
    }
  });

  test('implies no picking, and gives way to a cancellation and to a delivery', () => {
    expect(resolve('order idle').picked).toBe(false);
    expect(statusOf('order idle', 'order canceled')).toBe('CANCELED');
    expect(statusOf('order idle', 'order delivered')).toBe('DELIVERED');
  });
});

describe('parcels of one order', () => {
  test('deliver it only when the last one that lives is delivered', () => {
    expect(statusOf('shipment:1 delivered', 'shipment:2 on_route')).toBe('ON_ROUTE');
    expect(statusOf('shipment:1 delivered', 'shipment:2 delivered')).toBe('DELIVERED');
    expect(statusOf('shipment:1 delivered', 'shipment:2 called_off')).toBe('DELIVERED');
  });

  test('return it only when none was delivered', () => {
    expect(statusOf('shipment:1 returned', 'shipment:2 delivered')).toBe('DELIVERED');
    expect(statusOf('shipment:1 returned', 'shipment:2 returned')).toBe('RETURNED');
  });

  test('are no authority over what the order itself is said to be', () => {
    expect(statusOf('order delivered', 'shipment:1 on_route')).toBe('DELIVERED');
  });
});

test('an invoice that a partner tells of is an invoice, and moves only an order that was ready for it', () => {
  expect(resolve('order picking', 'order invoice')).toMatchObject({ status: 'PICKING', invoiceStatus: 'invoiced' });
  expect(resolve('order ready_for_invoicing', 'order invoice')).toMatchObject({
    status: 'INVOICED',
    invoiceStatus: 'invoiced',
  });
});
