import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planBatch, type BatchAnswer, type BatchPlan, type EndedRows } from '../../src/domain/batch-outcome.ts';
import type { RowError } from '../../src/domain/bulk-run.ts';

const wrong: RowError = { code: 'partner.wrong', detail: 'is wrong', pointer: '' };
const nobody: ReadonlyMap<number, readonly RowError[]> = new Map();
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Takes a request only without bad rows; a silent row is stored and not echoed, and some only the first time. */
interface Partner {
  bad: ReadonlySet<number>;
  names: 'all' | 'first' | 'none';
  silentOnce?: ReadonlySet<number>;
  silentAlways?: ReadonlySet<number>;
  rowsMax?: number;
}

function answerOf(partner: Partner, rows: readonly number[], seen: Map<number, number>): BatchAnswer {
  if (rows.length > (partner.rowsMax ?? Infinity)) return { kind: 'tooLarge' };
  const bad = [...rows.entries()].filter(([, row]) => partner.bad.has(row)).map(([index]) => index);
  if (bad.length === 0) {
    for (const row of rows) seen.set(row, (seen.get(row) ?? 0) + 1);
    const isSilent = (row: number): boolean =>
      partner.silentAlways?.has(row) === true || (partner.silentOnce?.has(row) === true && seen.get(row) === 1);
    const unconfirmed = [...rows.entries()].filter(([, row]) => isSilent(row)).map(([index]) => index);
    return { kind: 'taken', rejected: nobody, unconfirmed };
  }
  if (partner.names === 'none') return { kind: 'refusedWhole', errors: [wrong] };
  const named = partner.names === 'all' ? bad : bad.slice(0, 1);
  return { kind: 'refused', rejected: new Map(named.map((index) => [index, [wrong]])) };
}

interface Course {
  requests: number;
  /** How each row ended, every time that it did. */
  ends: Map<number, string[]>;
}

function record(course: Course, { accepted, rejected }: EndedRows<number>): void {
  const add = (row: number, end: string): void => void course.ends.set(row, [...(course.ends.get(row) ?? []), end]);
  for (const row of accepted) add(row, 'accepted');
  for (const { row, errors } of rejected) add(row, errors.map(({ code }) => code).join());
}

function follow(plan: BatchPlan<number>, partner: Partner): Course {
  const seen = new Map<number, number>();
  const course: Course = { requests: 0, ends: new Map() };
  for (let request = plan.next(); request !== undefined; request = plan.next()) {
    course.requests += 1;
    record(course, plan.tell(request, answerOf(partner, request.rows, seen)));
  }
  return course;
}

const endsOf = (count: number, endOf: (row: number) => string): Map<number, string[]> =>
  new Map(numbers(count).map((row) => [row, [endOf(row)]]));

/** n rows of which some are bad. */
const batches = fc.integer({ min: 1, max: 1_000 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    bad: fc.uniqueArray(fc.nat(count - 1), { maxLength: Math.min(count, 40) }).map((rows) => new Set(rows)),
  }),
);

test.each(['all', 'first', 'none'] as const)(
  'each row of a batch ends once, as the partner judges it, within the requests that are promised: bad rows named %s',
  (names) => {
    fc.assert(
      fc.property(batches, ({ count, bad }) => {
        const { requests, ends } = follow(planBatch(numbers(count)), { bad, names });
        expect(new Map([...ends].sort(([a], [b]) => a - b))).toEqual(
          endsOf(count, (row) => (bad.has(row) ? wrong.code : 'accepted')),
        );
        const bisecting = Math.min(2 * bad.size * Math.ceil(Math.log2(count)) + 1, 2 * count - 1);
        expect(requests).toBeLessThanOrEqual({ all: 2, first: bad.size + 1, none: bisecting }[names]);
      }),
    );
  },
);

test('a batch without a bad row is one request', () => {
  expect(follow(planBatch(numbers(1_000)), { bad: new Set(), names: 'none' }).requests).toBe(1);
  expect(planBatch([]).next()).toBeUndefined();
});

test('one bad row of 1,000 that nobody names is found with 21 requests at most', () => {
  const counts = numbers(1_000).map(
    (row) => follow(planBatch(numbers(1_000)), { bad: new Set([row]), names: 'none' }).requests,
  );
  expect(Math.max(...counts)).toBe(21);
});

test('120 bad rows of 1,000 and 54 of 10,000 are told from the others wherever they stand', () => {
  for (const [count, most] of [
    [1_000, 120],
    [10_000, 54],
  ] as const) {
    // As far apart as can be, which is what bisecting has the most work with.
    const bad = new Set(numbers(most).map((place) => Math.floor((place * count) / most)));
    const { ends } = follow(planBatch(numbers(count)), { bad, names: 'none' });
    const ended = [...ends.values()].flat();
    expect(ended.filter((end) => end === wrong.code)).toHaveLength(most);
    expect(ended.filter((end) => end === 'accepted')).toHaveLength(count - most);
  }
});

test('a partner that refuses everything and says nothing costs 1,001 requests, and every row says so', () => {
  const { requests, ends } = follow(planBatch(numbers(10_000)), { bad: new Set(numbers(10_000)), names: 'none' });
  expect(requests).toBe(1_001);
  const codes = new Set([...ends.values()].flat());
  expect(ends.size).toBe(10_000);
  expect([...codes]).toEqual([`${wrong.code},row.refused_with_others`]);
});

test('a single row that is refused ends with the reason, without another request', () => {
  const course = follow(planBatch([7]), { bad: new Set([7]), names: 'none' });
  expect(course).toEqual({ requests: 1, ends: new Map([[7, [wrong.code]]]) });
});

test('rows that a taken request does not show are asked about once more, and then are not confirmed', () => {
  fc.assert(
    fc.property(batches, batches, ({ count, bad }, { bad: others }) => {
      const silentOnce = new Set([...others].filter((row) => row < count && !bad.has(row)));
      const { requests, ends } = follow(planBatch(numbers(count)), {
        bad: new Set(),
        names: 'none',
        silentAlways: bad,
        silentOnce,
      });
      expect(requests).toBe(bad.size + silentOnce.size > 0 ? 2 : 1);
      expect(new Map([...ends].sort(([a], [b]) => a - b))).toEqual(
        endsOf(count, (row) => (bad.has(row) ? 'row.not_confirmed' : 'accepted')),
      );
    }),
  );
});

test('a request that is too large is halved until it is taken, and a row that is too large alone is refused', () => {
  const course = follow(planBatch(numbers(10)), { bad: new Set(), names: 'none', rowsMax: 3 });
  expect(course).toMatchObject({ requests: 7, ends: endsOf(10, () => 'accepted') });
  expect(follow(planBatch([1]), { bad: new Set(), names: 'none', rowsMax: 0 }).ends.get(1)).toEqual(['row.too_large']);
});

test('a refusal that names rows which nobody sent is one without names', () => {
  const plan = planBatch([1, 2]);
  const request = plan.next();
  if (request === undefined) throw new Error('a plan begins with a request');
  expect(plan.tell(request, { kind: 'refused', rejected: new Map([[2, [wrong]]]) })).toEqual({
    accepted: [],
    rejected: [],
  });
  expect([plan.next()?.rows, plan.next()?.rows, plan.next()]).toEqual([[1], [2], undefined]);
});

test('rows that a taken request rejects are not sent again, and requests may be under way together', () => {
  const plan = planBatch(numbers(4));
  const whole = plan.next();
  if (whole === undefined) throw new Error('a plan begins with a request');
  expect(plan.next()).toBeUndefined();
  plan.tell(whole, { kind: 'refusedWhole', errors: [wrong] });
  const [left, right] = [plan.next(), plan.next()];
  if (left === undefined || right === undefined) throw new Error('a refused batch has two halves');
  expect(plan.tell(right, { kind: 'taken', rejected: new Map([[1, [wrong]]]), unconfirmed: [] })).toEqual({
    accepted: [2],
    rejected: [{ row: 3, errors: [wrong] }],
  });
  expect(plan.tell(left, { kind: 'taken', rejected: nobody, unconfirmed: [] }).accepted).toEqual([0, 1]);
  expect(plan.next()).toBeUndefined();
});
