import { describe, expect, it } from 'vitest';
import { asksToConfirm, newRetire, type RetireState } from '../../src/domain/retire.ts';

const good = { received: 100, rejected: 0 };
const state = (changes: Partial<RetireState>): RetireState => ({ ...newRetire(null), listed: 100, ...changes });

describe('what a full snapshot would retire', () => {
  it('is confirmed by somebody above its share of what can be bought, and not at it', () => {
    expect(asksToConfirm(state({ wouldRetire: 10 }), good, 10)).toBe(false);
    expect(asksToConfirm(state({ wouldRetire: 11 }), good, 10)).toBe(true);
    // What was retired earlier makes no share smaller.
    expect(asksToConfirm(state({ wouldRetire: 10, unavailable: 50 }), good, 10)).toBe(true);
    expect(asksToConfirm(state({ wouldRetire: 1 }), good, 0)).toBe(true);
    expect(asksToConfirm(state({ wouldRetire: 100 }), good, 100)).toBe(false);
  });

  it('is confirmed by somebody, however little, when the upload is empty or says of a row nothing at all', () => {
    expect(asksToConfirm(state({ wouldRetire: 1 }), { received: 0, rejected: 0 }, 100)).toBe(true);
    expect(asksToConfirm(state({ wouldRetire: 1 }), { received: 3, rejected: 3 }, 100)).toBe(true);
    expect(asksToConfirm(state({ wouldRetire: 1, unreadable: 1 }), good, 100)).toBe(true);
    expect(asksToConfirm(state({ wouldRetire: 0, unreadable: 1 }), good, 0)).toBe(false);
  });

  it('is confirmed for as much as was shown', () => {
    expect(asksToConfirm(state({ wouldRetire: 50, confirmedMax: 50, unreadable: 1 }), good, 10)).toBe(false);
    expect(asksToConfirm(state({ wouldRetire: 51, confirmedMax: 50 }), good, 10)).toBe(true);
  });
});
