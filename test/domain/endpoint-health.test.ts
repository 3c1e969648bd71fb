import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryLadderMs } from '../../src/delivery/schedule.ts';
import {
  failingMaxMs,
  failuresMin,
  foreseeSteps,
  judgeFailure,
  noticeMs,
  probeDelayMs,
  progressOf,
  type EndpointWarning,
} from '../../src/domain/endpoint-health.ts';

const hourMs = 3_600_000;
const startMs = Date.parse('2026-03-01T00:00:00Z');
const warnedAt = (percent: EndpointWarning['percent'], ms: number): EndpointWarning => ({
  percent,
  at: new Date(ms).toISOString(),
});
interface Turn {
  turn: 'warn' | 'disable';
  percent: number;
  atHours: number;
}

/** What becomes of an endpoint whose attempts fail at these times (ms after the first). */
function play(times: readonly number[], autoDisable = true): Turn[] {
  const turns: Turn[] = [];
  let warned: EndpointWarning | null = null;
  for (const [at, ms] of times.entries()) {
    const nowMs = startMs + ms;
    const verdict = judgeFailure({ failures: at + 1, sinceMs: startMs }, warned, { autoDisable, nowMs });
    const atHours = ms / hourMs;
    if (verdict.turn === 'disable') return [...turns, { turn: 'disable', percent: 100, atHours }];
    if (verdict.turn === 'warn') {
      warned = warnedAt(verdict.percent, nowMs);
      turns.push({ turn: 'warn', percent: verdict.percent, atHours });
    }
  }
  return turns;
}
const every = (ms: number, count: number): number[] => Array.from({ length: count }, (_, at) => at * ms);

describe('an endpoint that takes nothing', () => {
  it('is warned at 50, 70 and 90 % of five days, and disabled at their end', () => {
    expect(play(every(hourMs, 200))).toEqual([
      { turn: 'warn', percent: 50, atHours: 60 },
      { turn: 'warn', percent: 70, atHours: 84 },
      { turn: 'warn', percent: 90, atHours: 108 },
      { turn: 'disable', percent: 100, atHours: 120 },
    ]);
  });

  it('is never disabled by one event and all its attempts', () => {
    const ladder = retryLadderMs.reduce((times: number[], waitMs) => [...times, (times.at(-1) ?? 0) + waitMs], [0]);
    expect(ladder.length).toBeLessThan(failuresMin);
    expect(play([...ladder, 30 * 24 * hourMs].slice(0, ladder.length)).map(({ turn }) => turn)).not.toContain(
      'disable',
    );
  });

  it('is not disabled by many failures in a short time', () => {
    expect(play(every(1_000, 10_000))).toEqual([]);
  });

  it('is only warned, if its merchant wants it so, however long it goes on', () => {
    expect(play(every(hourMs, 2_000), false).map(({ percent }) => percent)).toEqual([50, 70, 90]);
  });

  it('is told the highest step alone that was reached between two failures, and has notice after it', () => {
    const times = [...every(60_000, failuresMin), 7 * 24 * hourMs, 7 * 24 * hourMs + 1, 7 * 24 * hourMs + noticeMs];
    expect(play(times)).toEqual([
      { turn: 'warn', percent: 90, atHours: 168 },
      { turn: 'disable', percent: 100, atHours: 180 },
    ]);
  });

  it('is warned of at most three times, in order, and at least 12 hours before it is disabled, whenever it fails', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 60 * hourMs }), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(gaps, (waits) => {
        const turns = play(waits.reduce((times: number[], wait) => [...times, (times.at(-1) ?? 0) + wait], [0]));
        const percents = turns.map(({ percent }) => percent);
        expect(percents).toEqual([...new Set(percents)].toSorted((a, b) => a - b));
        const end = turns.find(({ turn }) => turn === 'disable');
        if (end === undefined) return;
        expect(end.atHours).toBeGreaterThanOrEqual(failingMaxMs / hourMs);
        expect(end.atHours - (turns.at(-2)?.atHours ?? Infinity)).toBeGreaterThanOrEqual(noticeMs / hourMs);
        expect(turns.at(-2)?.percent).toBe(90);
      }),
    );
  });
});

describe('what is foreseen', () => {
  it('is what happens, if an attempt fails in the moment that was named', () => {
    const counts = fc.record({
      failures: fc.integer({ min: 1, max: 40 }),
      agoMs: fc.integer({ min: 0, max: 8 * 24 * hourMs }),
      warned: fc.constantFrom(null, 50, 70, 90),
    });
    fc.assert(
      fc.property(counts, ({ failures, agoMs, warned: percent }) => {
        const nowMs = startMs + agoMs;
        const warned = percent === null ? null : warnedAt(percent, startMs + agoMs * 0.9);
        const [next] = foreseeSteps({ failures, sinceMs: startMs }, warned, { autoDisable: true, nowMs });
        const then = { failures: failures + (next?.failuresLeft ?? 0), sinceMs: startMs };
        const judge = (atMs: number, count = then) => judgeFailure(count, warned, { autoDisable: true, nowMs: atMs });
        const verdict = judge(next?.atMs ?? 0);
        expect(verdict.turn).toBe(next?.step);
        if (verdict.turn === 'warn') expect(verdict.percent).toBeGreaterThanOrEqual(next?.percent ?? 100);
        if ((next?.atMs ?? 0) > nowMs) expect(judge((next?.atMs ?? 0) - 1).turn).toBe('none');
      }),
    );
  });

  it('names every step that is left, with the end last', () => {
    const steps = foreseeSteps({ failures: 3, sinceMs: startMs }, null, { autoDisable: true, nowMs: startMs + hourMs });
    expect(steps).toEqual([
      { step: 'warn', percent: 50, atMs: startMs + 60 * hourMs, failuresLeft: 3 },
      { step: 'warn', percent: 70, atMs: startMs + 84 * hourMs, failuresLeft: 6 },
      { step: 'warn', percent: 90, atMs: startMs + 108 * hourMs, failuresLeft: 8 },
      { step: 'disable', percent: 100, atMs: startMs + 120 * hourMs, failuresLeft: 9 },
    ]);
    const only = foreseeSteps({ failures: 3, sinceMs: startMs }, warnedAt(90, startMs), { autoDisable: false, nowMs: startMs }); // prettier-ignore
    expect(only).toEqual([]);
  });

  it('never passes a hundred per cent, and is nothing when the clock went back', () => {
    expect(progressOf({ failures: 99, sinceMs: startMs }, startMs + 9 * failingMaxMs)).toBe(100);
    expect(progressOf({ failures: 99, sinceMs: startMs }, startMs - hourMs)).toBe(0);
  });
});

it('a disabled endpoint is asked after a quarter of an hour, then less and less often, and no more after a month', () => {
  const minutes = [0, 1, 2, 3, 4, 5, 9].map((probes) => (probeDelayMs(probes, 0) ?? 0) / 60_000);
  expect(minutes).toEqual([15, 30, 60, 120, 240, 360, 360]);
  expect(probeDelayMs(200, 30 * 24 * hourMs)).toBeNull();
});
