import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeEvidence, type Evidence } from '../../src/domain/evidence.ts';
import { resolveStatus, type Resolution, type Vocabulary } from '../../src/domain/resolve-status.ts';

/** A fulfilment system that speaks as Nash does: no order of events, several attempts, nothing about invoices. */
const vocabulary: Vocabulary = {
  created: { ignored: true },
  courier_location: { ignored: true },
  valid: { reached: 'READY_FOR_HANDLING' },
  assigned_driver: { reached: 'READY_FOR_PICKING' },
  pickup_arrived: { reached: 'PICKING' },
  items_pick_complete: { picked: true },
  arrived_at_pickup_point: { reached: 'WAITING_FOR_PICKUP' },
  dropoff_enroute: { reached: 'ON_ROUTE' },
  dropoff_complete: { reached: 'DELIVERED' },
  returned: { reached: 'RETURNED' },
  failed: { ended: true },
  canceled_by_reassign: { ended: true },
  canceled_by_merchant: { canceled: true },
};
const vocabularies = { nash: vocabulary };

/** `first dropoff_enroute`: attempt (or `order`, or `packline` for ourselves) and code. */
function evidence(...words: string[]): Evidence[] {
  return words.map((word, minute) => {
    const [who = '', code = ''] = word.split(' ');
    const at = new Date(Date.UTC(2026, 0, 15, 2, minute)).toISOString();
    const ours = who === 'packline';
    return {
      system: ours ? 'packline' : 'nash',
      subject: ours || who === 'order' ? 'order' : `delivery:${who}`,
      code,
      occurredAt: at,
      receivedAt: at,
    };
  });
}
const resolve = (...words: string[]): Resolution => resolveStatus(evidence(...words), vocabularies);
const statusOf = (...words: string[]): string => resolve(...words).status;

test('nothing known is RECEIVED, not invoiced, and nothing to wonder about', () => {
  expect(resolveStatus([], {})).toEqual({
    status: 'RECEIVED',
    invoiceStatus: 'notInvoiced',
    picked: false,
    unknown: [],
    contradictions: [],
  });
});

describe('equal sets of evidence', () => {
  const words = [
    ...Object.keys(vocabulary).flatMap((code) => [`first ${code}`, `second ${code}`, `order ${code}`]),
    ...['submitted', 'picks_settled', 'canceled', 'invoiced'].map((code) => `packline ${code}`),
    'first teleported',
    'order on_strike',
  ];
  const anyArrival = fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 12 }).chain((chosen) => {
    const facts = evidence(...chosen);
    return fc.record({
      facts: fc.constant(facts),
      shuffled: fc.shuffledSubarray(facts, { minLength: facts.length }),
      repeated: fc.array(fc.constantFrom(...facts), { maxLength: 12 }),
    });
  });

  test('resolve alike, whatever the order of arrival and however often each fact is repeated', () => {
    fc.assert(
      fc.property(anyArrival, ({ facts, shuffled, repeated }) => {
        const expected = resolveStatus(facts, vocabularies);
        expect(resolveStatus([...shuffled, ...repeated], vocabularies)).toEqual(expected);
        expect(resolveStatus([...repeated, ...shuffled], vocabularies)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('resolve alike before and after they are merged', () => {
    fc.assert(
      fc.property(anyArrival, ({ facts, shuffled, repeated }) => {
        const merged = mergeEvidence(shuffled, repeated);
        expect(resolveStatus(merged, vocabularies)).toEqual(resolveStatus(facts, vocabularies));
      }),
      { numRuns: 500 },
    );
  });
});

describe('rule 1: what happened to the parcel holds against everything', () => {
  test('DELIVERED holds against a cancellation of the order, which is told as a contradiction', () => {
    expect(resolve('first dropoff_complete', 'order canceled_by_merchant')).toMatchObject({
      status: 'DELIVERED',
      contradictions: ['order.delivered_after_cancel'],
    });
  });

  test('DELIVERED by an attempt that was called off afterwards stays DELIVERED', () => {
    expect(resolve('first dropoff_complete', 'first canceled_by_merchant')).toMatchObject({
      status: 'DELIVERED',
      contradictions: ['order.delivered_after_cancel'],
    });
  });

  test('DELIVERED by an attempt that ended holds against an attempt that lives', () => {
    expect(statusOf('first dropoff_complete', 'first failed', 'second assigned_driver')).toBe('DELIVERED');
  });

  test('RETURNED holds against DELIVERED', () => {
    expect(resolve('first returned', 'first dropoff_complete')).toMatchObject({
      status: 'RETURNED',
      contradictions: [],
    });
  });
});

describe('rule 2: a cancellation of the order holds against all that is not terminal', () => {
  test.each(['order canceled_by_merchant', 'packline canceled'])('%s cancels an order on its way', (word) => {
    expect(resolve('first dropoff_enroute', word)).toMatchObject({ status: 'CANCELED', contradictions: [] });
  });

  test('an attempt that lives does not bring a canceled order back', () => {
    expect(statusOf('packline canceled', 'second assigned_driver', 'second pickup_arrived')).toBe('CANCELED');
  });

  test('an invoice does not bring a canceled order back', () => {
    expect(resolve('packline canceled', 'packline invoiced')).toMatchObject({
      status: 'CANCELED',
      invoiceStatus: 'invoiced',
    });
  });
});

describe('rule 3: attempts that ended count for nothing while another lives', () => {
  test.each(['failed', 'canceled_by_reassign', 'canceled_by_merchant'])(
    'an attempt that is over (%s) leaves the order where the living attempt is',
    (code) => {
      expect(resolve('first dropoff_enroute', `first ${code}`, 'second assigned_driver')).toMatchObject({
        status: 'READY_FOR_PICKING',
        contradictions: [],
      });
    },
  );

  test('an attempt of which only its creation is known lives', () => {
    expect(resolve('first pickup_arrived', 'first canceled_by_merchant', 'second created')).toMatchObject({
      status: 'RECEIVED',
      contradictions: [],
    });
  });

  test('of several that live, the furthest counts', () => {
    expect(statusOf('first assigned_driver', 'second pickup_arrived')).toBe('PICKING');
  });

  test('what was said of the order itself counts all the same', () => {
    expect(statusOf('order pickup_arrived', 'first failed', 'second assigned_driver')).toBe('PICKING');
  });
});

describe('rule 4: when no attempt lives', () => {
  test('the order is canceled if somebody entitled to called an attempt off', () => {
    expect(resolve('first pickup_arrived', 'first canceled_by_merchant')).toMatchObject({
      status: 'CANCELED',
      contradictions: [],
    });
  });

  test('the order is canceled too if another attempt had merely failed', () => {
    expect(statusOf('first pickup_arrived', 'first failed', 'second canceled_by_merchant')).toBe('CANCELED');
  });

  test('else it stays where the furthest attempt got to, and somebody has to look', () => {
    expect(resolve('first dropoff_enroute', 'first failed', 'second assigned_driver', 'second failed')).toMatchObject({
      status: 'ON_ROUTE',
      contradictions: ['order.no_live_attempt'],
    });
  });

  test('an order that was never attempted is nothing to look at', () => {
    expect(resolve('packline submitted', 'order valid')).toMatchObject({
      status: 'READY_FOR_HANDLING',
      contradictions: [],
    });
  });
});

describe('rule 5: when picking is done', () => {
  test('the order is READY_FOR_PACKING until the picks are settled, and asks for them to be read', () => {
    expect(resolve('first pickup_arrived', 'first items_pick_complete')).toMatchObject({
      status: 'READY_FOR_PACKING',
      picked: true,
    });
  });

  test('the order is READY_FOR_INVOICING once they are settled', () => {
    expect(resolve('first items_pick_complete', 'packline picks_settled')).toMatchObject({
      status: 'READY_FOR_INVOICING',
      picked: true,
    });
  });

  test('a courier who is under way already is not called back', () => {
    expect(statusOf('first items_pick_complete', 'packline picks_settled', 'first dropoff_enroute')).toBe('ON_ROUTE');
  });

  test('picks of an attempt that ended leave the order where the living attempt is', () => {
    expect(statusOf('first items_pick_complete', 'first failed', 'second assigned_driver')).toBe('READY_FOR_PICKING');
  });

  test('it need not have been said: a later step implies it, and an earlier one does not', () => {
    expect(resolve('first pickup_arrived').picked).toBe(false);
    expect(resolve('first dropoff_enroute')).toMatchObject({ status: 'ON_ROUTE', picked: true });
    expect(resolve('first dropoff_complete')).toMatchObject({ status: 'DELIVERED', picked: true });
  });

  test('only we settle: the same word from a partner is a word like any other', () => {
    expect(resolve('first items_pick_complete', 'first picks_settled')).toMatchObject({
      status: 'READY_FOR_PACKING',
      unknown: ['nash:picks_settled'],
    });
  });
});

describe('the invoice, an axis of its own', () => {
  test('takes an order that is ready for it to INVOICED', () => {
    expect(resolve('first items_pick_complete', 'packline picks_settled', 'packline invoiced')).toMatchObject({
      status: 'INVOICED',
      invoiceStatus: 'invoiced',
    });
  });

  test('moves no order that is not ready: an early invoice is noted and waits', () => {
    expect(resolve('first pickup_arrived', 'packline invoiced')).toMatchObject({
      status: 'PICKING',
      invoiceStatus: 'invoiced',
    });
    expect(statusOf('first items_pick_complete', 'packline invoiced')).toBe('READY_FOR_PACKING');
  });

  test('may come after the courier left: ON_ROUTE without an invoice is legal, and stays ON_ROUTE with it', () => {
    const words = ['first items_pick_complete', 'packline picks_settled', 'first dropoff_enroute'];
    expect(resolve(...words)).toMatchObject({ status: 'ON_ROUTE', invoiceStatus: 'notInvoiced', contradictions: [] });
    expect(resolve(...words, 'packline invoiced')).toMatchObject({ status: 'ON_ROUTE', invoiceStatus: 'invoiced' });
  });

  test('is ours alone to tell: the same word from a partner is a word like any other', () => {
    expect(resolve('order invoiced')).toMatchObject({ invoiceStatus: 'notInvoiced', unknown: ['nash:invoiced'] });
  });
});

test('an order on its way to a pickup point waits there once it has arrived', () => {
  expect(statusOf('first dropoff_enroute', 'first arrived_at_pickup_point')).toBe('WAITING_FOR_PICKUP');
});

describe('codes without a row', () => {
  test('are listed once each, sorted, and change no status', () => {
    expect(resolve('first teleported', 'first pickup_arrived', 'second teleported', 'order lost')).toMatchObject({
      status: 'PICKING',
      unknown: ['nash:lost', 'nash:teleported'],
    });
  });

  test.each(['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf'])(
    'stay unknown when they are words that every object inherits: %s',
    (code) => {
      expect(resolve(`first ${code}`)).toMatchObject({ status: 'RECEIVED', unknown: [`nash:${code}`] });
    },
  );

  test('stay unknown when they are spelt in another case, which is the connector’s to mend', () => {
    expect(resolve('first PICKUP_ARRIVED').unknown).toEqual(['nash:PICKUP_ARRIVED']);
  });

  test('include everything from a system without a vocabulary', () => {
    expect(resolveStatus(evidence('first pickup_arrived'), {})).toMatchObject({
      status: 'RECEIVED',
      unknown: ['nash:pickup_arrived'],
    });
  });

  test('begin to count on the day their row is added', () => {
    const kept = evidence('first teleported');
    expect(resolveStatus(kept, { nash: { ...vocabulary, teleported: { reached: 'ON_ROUTE' } } })).toMatchObject({
      status: 'ON_ROUTE',
      unknown: [],
    });
  });
});

test('codes that say nothing about the status are known, and change nothing', () => {
  expect(resolve('first pickup_arrived', 'first courier_location')).toMatchObject({ status: 'PICKING', unknown: [] });
});

test('a delivery id that ends like the order’s own subject is still only a delivery', () => {
  const [fact] = evidence('x canceled_by_merchant');
  const [living] = evidence('second assigned_driver');
  if (fact === undefined || living === undefined) throw new Error('two facts were made');
  const status = resolveStatus([{ ...fact, subject: 'delivery:x\norder' }, living], vocabularies).status;
  expect(status).toBe('READY_FOR_PICKING');
});
