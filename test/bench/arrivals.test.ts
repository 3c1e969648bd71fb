import { describe, expect, it } from 'vitest';
import { mostInWindow } from '../../bench/arrivals.ts';

const seen = (...times: number[]) => times.map((seenMs) => ({ seenMs, afterMs: seenMs }));

describe('the most arrivals in any window', () => {
  it('are counted wherever the window begins, and its old end is open', () => {
    expect(mostInWindow([], 1_000)).toBe(0);
    expect(mostInWindow(seen(0, 1_000, 2_000), 1_000)).toBe(1);
    expect(mostInWindow(seen(0, 999, 1_998), 1_000)).toBe(2);
    expect(mostInWindow(seen(0, 100, 1_050, 1_099, 5_000), 1_000)).toBe(3);
  });

  it('leave out what may have come before: who counts was kept from looking', () => {
    const late = { seenMs: 100, afterMs: 20 };
    expect(mostInWindow([late, ...seen(500, 1_050)], 1_000)).toBe(2);
    expect(mostInWindow([{ ...late, afterMs: 90 }, ...seen(500, 1_050)], 1_000)).toBe(3);
    // Seen among the others, it may have come long before them.
    const waited = { seenMs: 700, afterMs: -400 };
    expect(mostInWindow([...seen(100, 500), waited, ...seen(1_050)], 1_000)).toBe(3);
  });
});
