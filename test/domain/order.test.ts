import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amend, notesOfLine, withoutProblem, withProblem, type Problem } from '../../src/domain/order.ts';
import { OrderInputSchema, OrderPatchSchema, type OrderInput } from '../../src/domain/order-input.ts';
import { acceptedAt, fullOrderBody, fullOrderInput, madeOrder } from './order-fixture.ts';

const canariesIn = (value: unknown): string[] => [...JSON.stringify(value).matchAll(/canary\d+x/g)].map(String);
const problem = (code: string, raisedAt = acceptedAt): Problem => ({ code, detail: 'why', source: 'you', raisedAt });

describe('makeOrder', () => {
  test('makes a RECEIVED order at version 1 that carries what was asked for', () => {
    const input = fullOrderInput();
    const { order } = madeOrder(input);
    expect(order).toMatchObject({
      schema: 1,
      externalId: input.externalId,
      placedAt: '2026-01-15T02:30:00.000Z',
      source: 'generic',
      fulfilmentMethod: 'delivery',
      status: 'RECEIVED',
      invoiceStatus: 'notInvoiced',
      version: 1,
      contentVersion: 1,
      intents: {},
      content: { window: input.window, totals: input.totals },
      evidence: [],
      pickedItems: [],
      problems: [],
      createdAt: acceptedAt,
      updatedAt: acceptedAt,
    });
    expect(order.content.lines).toEqual(input.lines.map((line) => ({ ...line, notes: undefined })));
  });

  test('hands the person over apart: recipient, notes, metadata and the notes on lines', () => {
    const input = fullOrderInput();
    expect(madeOrder(input).person).toEqual({
      recipient: input.recipient,
      notes: 'ring twice',
      metadata: { loyalty: 'gold' },
      lineNotes: { 1: 'not too ripe' },
    });
  });

  test.each(['__proto__', 'constructor', 'toString'])(
    'keeps the notes of a line called %s, and makes none up',
    (id) => {
      const line = { id, sku: 'EGGS', name: 'Eggs', quantity: 1, unitPriceMinor: 900 };
      const notesOf = (notes: object) => {
        const { person } = madeOrder(OrderInputSchema.parse({ ...fullOrderBody, lines: [{ ...line, ...notes }] }));
        return notesOfLine(JSON.parse(JSON.stringify(person)), id);
      };
      expect(notesOf({ notes: 'unbroken' })).toBe('unbroken');
      expect(notesOf({})).toBeUndefined();
    },
  );

  test('makes an order that is the same after a trip through JSON', () => {
    const { order } = madeOrder();
    expect(JSON.parse(JSON.stringify(order))).toEqual(order);
  });
});

describe('amend', () => {
  const { order, person } = madeOrder();

  test('changes nothing when the patch is empty', () => {
    expect(amend(order.content, person, {})).toEqual({ content: order.content, person });
  });

  test('replaces each given field whole and leaves the others', () => {
    const window = { from: '2026-01-16T13:00:00.000Z', to: '2026-01-16T15:00:00.000Z' };
    const recipient = { name: 'Bia Lima' };
    const totals = { ...order.content.totals, shippingMinor: 0 };
    const amended = amend(order.content, person, { window, recipient, totals });
    expect(amended.content).toEqual({ ...order.content, window, totals });
    expect(amended.person).toEqual({ ...person, recipient });
  });

  test('takes the notes of replaced lines away with them', () => {
    const lines = [{ id: '9', sku: 'EGGS', name: 'Eggs', quantity: 1, unitPriceMinor: 900, notes: 'unbroken' }];
    const amended = amend(order.content, person, { lines });
    expect(amended.content.lines).toEqual([{ id: '9', sku: 'EGGS', name: 'Eggs', quantity: 1, unitPriceMinor: 900 }]);
    expect(amended.person.lineNotes).toEqual({ 9: 'unbroken' });
  });

  test('other lines change what is due by what they cost, unless the patch says what is due', () => {
    const [line] = order.content.lines;
    if (line === undefined) throw new Error('the fixture has lines');
    const lines = order.content.lines.map((one) => (one === line ? { ...one, quantity: one.quantity + 1 } : one));
    const { totals } = order.content;
    expect(amend(order.content, person, { lines }).content.totals).toEqual({
      ...totals,
      itemsMinor: totals.itemsMinor + line.unitPriceMinor,
      grandTotalMinor: totals.grandTotalMinor + line.unitPriceMinor,
    });
    expect(amend(order.content, person, { lines, totals }).content.totals).toEqual(totals);
  });

  test('lets notes be emptied', () => {
    expect(amend(order.content, person, { notes: '' }).person.notes).toBe('');
  });

  test('keeps metadata, which a patch cannot name', () => {
    expect(OrderPatchSchema.safeParse({ metadata: {} }).success).toBe(false);
    expect(amend(order.content, person, { notes: 'x' }).person.metadata).toEqual(person.metadata);
  });
});

describe('no personal value ever appears in the order that lies in clear', () => {
  // A word found nowhere else, beside text that may need escaping.
  const canary = fc
    .tuple(fc.string({ unit: 'binary', maxLength: 8 }), fc.nat(999))
    .map(([text, serial]) => `${text.slice(0, 8)}canary${serial}x`);
  const anyPersonal = fc.record({
    name: canary,
    phone: canary,
    email: fc.nat(999).map((serial) => `canary${serial}x@example.com`),
    street: canary,
    number: canary,
    complement: canary,
    neighborhood: canary,
    city: canary,
    postalCode: canary,
    notes: canary,
    metadata: fc.dictionary(canary, canary, { minKeys: 1, maxKeys: 3 }),
    lineNotes: fc.array(canary, { minLength: 1, maxLength: 5 }),
  });
  type Personal = typeof anyPersonal extends fc.Arbitrary<infer T> ? T : never;

  function orderFor(personal: Personal): OrderInput {
    const { name, phone, email, notes, metadata, lineNotes, ...place } = personal;
    return OrderInputSchema.parse({
      ...fullOrderBody,
      recipient: { name, phone, email, address: { ...fullOrderBody.recipient.address, ...place } },
      notes,
      metadata,
      lines: lineNotes.map((text, i) => ({ ...fullOrderBody.lines[0], id: `line-${i}`, notes: text })),
    });
  }

  test('when it is made', () => {
    fc.assert(
      fc.property(anyPersonal, (personal) => {
        const { order, person } = madeOrder(orderFor(personal));
        expect(canariesIn(order)).toEqual([]);
        expect(new Set(canariesIn(person))).toEqual(new Set(canariesIn(personal)));
      }),
    );
  });

  test('when it is amended', () => {
    fc.assert(
      fc.property(anyPersonal, (personal) => {
        const { order, person } = madeOrder();
        const { recipient, lines, notes } = orderFor(personal);
        const patch = OrderPatchSchema.parse({ recipient, lines, notes });
        const amended = amend(order.content, person, patch);
        expect(canariesIn(amended.content)).toEqual([]);
        expect(new Set(canariesIn(amended.person))).toEqual(new Set(canariesIn(patch)));
      }),
    );
  });

  test('when a line’s id is a word that every object inherits', () => {
    const lines = [{ ...fullOrderBody.lines[1], id: '__proto__', notes: 'canary0x' }];
    const { order, person } = madeOrder(OrderInputSchema.parse({ ...fullOrderBody, lines }));
    expect(canariesIn(order)).toEqual([]);
    expect(Object.entries(person.lineNotes)).toEqual([['__proto__', 'canary0x']]);
  });
});

describe('problems', () => {
  test('stand once, and the first telling stands', () => {
    const first = problem('order.no_live_attempt');
    const problems = withProblem([], first);
    expect(withProblem(problems, problem(first.code, '2026-01-16T00:00:00.000Z'))).toEqual([first]);
  });

  test('of different codes stand beside each other in the order they were raised', () => {
    const raised = ['order.b', 'order.a'].reduce<readonly Problem[]>(
      (all, code) => withProblem(all, problem(code)),
      [],
    );
    expect(raised.map((each) => each.code)).toEqual(['order.b', 'order.a']);
  });

  test('change no list that was handed in', () => {
    const frozen = Object.freeze([problem('order.a')]);
    expect(withProblem(frozen, problem('order.b'))).toHaveLength(2);
    expect(withoutProblem(frozen, 'order.a')).toEqual([]);
    expect(frozen).toHaveLength(1);
  });

  test('go away by their code, and only by it', () => {
    const problems = [problem('order.a'), problem('order.b')];
    expect(withoutProblem(problems, 'order.a')).toEqual([problem('order.b')]);
    expect(withoutProblem(problems, 'order.c')).toEqual(problems);
  });
});
