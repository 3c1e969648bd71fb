import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffWithOms, learnFromOms, withOmsFact, type OmsFact, type OrderOms } from '../../src/domain/order-oms.ts';
import type { Changed } from '../../src/domain/order-change.ts';
import { madeOrder } from './order-fixture.ts';

const now = '2026-01-15T03:00:00.000Z';
const vocabularies = {
  vtex: { handling: { ignored: true }, invoiced: { invoiced: true }, canceled: { ignored: true } },
} as const;
const fact = (state: string, phase: OmsFact['phase'], minute = 0, step = 0): OmsFact => ({
  step,
  connector: 'vtex',
  state,
  changedAt: `2026-01-15T02:${String(minute).padStart(2, '0')}:00.000Z`,
  phase,
});
const { order, person } = madeOrder();
const unchanged: Changed = { order, happenings: [] };

describe('what is known at the OMS', () => {
  test('is the newest word by the OMS’s own clock, in whatever order words arrive', () => {
    const facts = [
      fact('ready-for-handling', 'ready', 1),
      fact('handling', 'handling', 2),
      fact('invoiced', 'invoiced', 3),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(facts, { minLength: 3 }), (arrived) => {
        const known = arrived.reduce<OrderOms | undefined>((oms, said) => withOmsFact(oms, said, now), undefined);
        expect(known).toMatchObject({ state: 'invoiced', startedAt: now });
      }),
    );
  });

  test('is the further one of two words of one moment', () => {
    const facts = [fact('start-handling', 'handling', 1, 4), fact('handling', 'handling', 1, 5)];
    for (const arrived of [facts, [...facts].reverse()]) {
      const known = arrived.reduce<OrderOms | undefined>((oms, said) => withOmsFact(oms, said, now), undefined);
      expect(known?.state).toBe('handling');
    }
  });

  test('remembers that handling was started even when the word comes late', () => {
    const known = withOmsFact(
      withOmsFact(undefined, fact('canceled', 'canceled', 5), now),
      fact('handling', 'handling', 2),
      now,
    );
    expect(known).toMatchObject({ state: 'canceled', startedAt: now, canceledAt: now });
  });
});

describe('an order whose OMS says something', () => {
  test('is not moved by it: the OMS’s word stands beside the status', () => {
    const { order: told, happenings } = learnFromOms(unchanged, fact('handling', 'handling'), vocabularies, now);
    expect(told).toMatchObject({ status: 'RECEIVED', oms: { state: 'handling' } });
    expect(happenings).toEqual([]);
  });

  test('is invoiced when the OMS invoiced it', () => {
    const { order: told } = learnFromOms(unchanged, fact('invoiced', 'invoiced'), vocabularies, now);
    expect(told.invoiceStatus).toBe('invoiced');
  });

  test('is asked to be canceled, once, when it is canceled there: the goods have the last word', () => {
    const canceled = learnFromOms(unchanged, fact('canceled', 'canceled', 1), vocabularies, now).order;
    expect(canceled).toMatchObject({ status: 'RECEIVED', cancellation: { state: 'requested', by: 'oms' } });
    const again = learnFromOms(
      { order: canceled, happenings: [] },
      fact('canceled', 'canceled', 2),
      vocabularies,
      '2026-01-15T04:00:00.000Z',
    );
    expect(again.order.cancellation).toEqual(canceled.cancellation);
  });

  test('has a problem while a cancellation is asked for there, and none once it is decided', () => {
    const asked = learnFromOms(unchanged, fact('request-cancel', 'cancelAsked', 1), vocabularies, now).order;
    expect(asked.problems.map(({ code }) => code)).toContain('order.cancel_asked');
    const decided = learnFromOms({ order: asked, happenings: [] }, fact('handling', 'handling', 2), vocabularies, now);
    expect(decided.order.problems.map(({ code }) => code)).not.toContain('order.cancel_asked');
  });

  test('keeps a state that nobody knows, and tells of it', () => {
    const told = learnFromOms(unchanged, fact('on-holiday', undefined), vocabularies, now).order;
    expect(told.oms?.state).toBe('on-holiday');
    expect(told.problems.map(({ code }) => code)).toEqual(['order.unknown_status']);
  });
});

describe('an order as the OMS has it now', () => {
  const { content } = order;
  const input = {
    externalId: order.externalId,
    placedAt: order.placedAt,
    currency: order.currency,
    storeLocationId: order.storeLocationId,
    fulfilment: order.fulfilmentMethod,
    window: content.window,
    totals: content.totals,
    recipient: person.recipient,
    notes: person.notes,
    lines: content.lines.map((line) => ({ ...line, notes: person.lineNotes[line.id] })),
  };

  test('differs in nothing when nothing differs but how it came', () => {
    expect(diffWithOms({ content, person }, { ...input, metadata: { sequence: '1' } })).toBeNull();
  });

  test('differs in its lines and in its person', () => {
    const [first, ...rest] = input.lines;
    if (first === undefined) throw new Error('the fixture has lines');
    const fewer = diffWithOms(
      { content, person },
      { ...input, lines: [{ ...first, quantity: first.quantity + 1 }, ...rest] },
    );
    expect(fewer?.content.lines[0]?.quantity).toBe(first.quantity + 1);
    const moved = diffWithOms(
      { content, person },
      { ...input, recipient: { ...input.recipient, name: 'Somebody else' } },
    );
    expect(moved?.person.recipient.name).toBe('Somebody else');
  });
});
