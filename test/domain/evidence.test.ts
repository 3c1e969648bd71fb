import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeEvidence, type Evidence } from '../../src/domain/evidence.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 15, 2, minute)).toISOString();
const said = (overrides: Partial<Evidence> = {}): Evidence => ({
  system: 'nash',
  subject: 'delivery:dlv_1',
  code: 'items_pick_update',
  occurredAt: at(0),
  receivedAt: at(1),
  ...overrides,
});

// Few values of each, so that facts repeat and collide.
const anyEvidence = fc.record({
  system: fc.constantFrom('nash', 'packline'),
  subject: fc.constantFrom('order', 'delivery:dlv_1', 'delivery:dlv_2'),
  code: fc.constantFrom('created', 'items_pick_update', 'dropoff_complete'),
  occurredAt: fc.option(fc.nat(9).map(at)),
  receivedAt: fc.nat(9).map(at),
});
const anySet = fc.array(anyEvidence, { maxLength: 30 });

const arriveOneByOne = (facts: readonly Evidence[]): readonly Evidence[] =>
  facts.reduce<readonly Evidence[]>((known, fact) => mergeEvidence(known, [fact]), []);
const kindsOf = (facts: readonly Evidence[]): string[] =>
  [...new Set(facts.map((fact) => JSON.stringify([fact.system, fact.subject, fact.code])))].sort();

describe('mergeEvidence', () => {
  test('is commutative', () => {
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        expect(mergeEvidence(a, b)).toEqual(mergeEvidence(b, a));
      }),
    );
  });

  test('is associative', () => {
    fc.assert(
      fc.property(anySet, anySet, anySet, (a, b, c) => {
        expect(mergeEvidence(mergeEvidence(a, b), c)).toEqual(mergeEvidence(a, mergeEvidence(b, c)));
      }),
    );
  });

  test('is idempotent: what is known already changes nothing', () => {
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        const merged = mergeEvidence(a, b);
        expect(mergeEvidence(merged, a)).toEqual(merged);
        expect(mergeEvidence(merged, merged)).toEqual(merged);
      }),
    );
  });

  test('comes to one set, whatever the order in which single facts arrive', () => {
    const anyTwoOrders = anySet.chain((facts) =>
      fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length })),
    );
    fc.assert(
      fc.property(anyTwoOrders, ([facts, shuffled]) => {
        expect(arriveOneByOne(shuffled)).toEqual(arriveOneByOne(facts));
      }),
    );
  });

  test('loses no system, subject or code, and makes none up', () => {
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        expect(kindsOf(mergeEvidence(a, b))).toEqual(kindsOf([...a, ...b]));
      }),
    );
  });

  test('keeps the first and the last time of a code that repeats, and no more of it', () => {
    const repeats = [3, 1, 4, 1, 5, 9, 2, 6].map((minute) => said({ occurredAt: at(minute) }));
    expect(mergeEvidence([], repeats).map((fact) => fact.occurredAt)).toEqual([at(1), at(9)]);
  });

  test('stays within two facts per code of a subject however often a partner repeats itself', () => {
    fc.assert(
      fc.property(fc.array(anyEvidence, { maxLength: 200 }), (facts) => {
        const merged = mergeEvidence(facts, []);
        expect(merged.length).toBeLessThanOrEqual(2 * kindsOf(facts).length);
      }),
    );
  });

  test('remembers when the same fact was first heard of', () => {
    const [late, early] = [said({ receivedAt: at(7) }), said({ receivedAt: at(2) })];
    expect(mergeEvidence([late], [early])).toEqual([early]);
  });

  test('lets an undated hint give way to a dated fact, whichever came first', () => {
    const hint = said({ occurredAt: null });
    expect(mergeEvidence([hint], [])).toEqual([hint]);
    expect(mergeEvidence([hint], [said()])).toEqual([said()]);
    expect(mergeEvidence([said()], [hint])).toEqual([said()]);
  });

  test('keeps facts about different attempts apart', () => {
    const [one, two] = [said(), said({ subject: 'delivery:dlv_2' })];
    expect(mergeEvidence([one], [two])).toHaveLength(2);
  });

  test('keeps facts apart even when a partner puts line breaks into its ids and codes', () => {
    const [one, two] = [said({ subject: 'delivery:1\n2', code: '3' }), said({ subject: 'delivery:1', code: '2\n3' })];
    expect(mergeEvidence([one], [two])).toHaveLength(2);
  });

  test('changes neither of the sets that it was given', () => {
    const [a, b] = [Object.freeze([said({ occurredAt: at(5) }), said()]), Object.freeze([said({ code: 'created' })])];
    expect(() => mergeEvidence(a, b)).not.toThrow();
  });
});
