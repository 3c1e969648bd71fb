import { expect, test } from 'vitest';
import { createRateMeter } from '../../src/sandbox/rate-meter.ts';

const arrivals = (meter: ReturnType<typeof createRateMeter>, times: readonly (readonly [number, number?])[]) =>
  times.map(([seenMs, sinceMs]) => meter.arrive(seenMs, 2, sinceMs));

test('one more than the limit within a window is refused, and one window later is another window', () => {
  const meter = createRateMeter();
  expect(arrivals(meter, [[0], [500], [999], [1_000]])).toEqual([true, true, false, true]);
  expect(meter.read()).toEqual({ limit: 2, requests: 4, violations: 1, worst: 3 });
});

test('what was seen late, and may have come before, is not counted with what came certainly later', () => {
  const meter = createRateMeter();
  // Three that waited while this process did not run, seen at once.
  expect(arrivals(meter, [[1_500, 400], [1_500, 450], [1_500, 480]])).toEqual([true, true, true]); // prettier-ignore
  expect(meter.read()).toMatchObject({ violations: 0, worst: 1 });
});

test('what was seen late and still came within one window is counted', () => {
  const meter = createRateMeter();
  expect(arrivals(meter, [[1_500, 1_400], [1_500, 600], [1_550, 1_500]])).toEqual([true, true, false]); // prettier-ignore
});
