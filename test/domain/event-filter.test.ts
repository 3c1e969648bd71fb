import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { checkFilter } from '../../src/domain/check-filter.ts';
import { eventExampleOf } from '../../src/domain/event-catalogue.ts';
import { EventFilterSchema, filterOperators, passes, type FilterCondition } from '../../src/domain/event-filter.ts';
import { eventTypes } from '../../src/domain/events.ts';

const body = {
  type: 'order.items_picked',
  timestamp: '2026-01-15T02:00:00.000Z',
  data: {
    externalId: 'A-1/x',
    version: 4,
    reason: null,
    whole: false,
    'a/b': { '~': 1 },
    lines: [
      { sku: 'banana', quantity: 5, tags: ['ripe', 'loose'] },
      { sku: 'milk', quantity: 1, tags: [] },
    ],
  },
};
type Row = [path: string, op: FilterCondition['op'], value: FilterCondition['value'], wanted: boolean];
const rows: Row[] = [
  ['/type', 'eq', 'order.items_picked', true],
  ['/type', 'eq', 'order.items', false],
  ['/data/version', 'eq', 4, true],
  ['/data/version', 'eq', '4', false],
  ['/data/version', 'ne', 5, true],
  ['/data/reason', 'eq', null, true],
  ['/data/reason', 'exists', true, true],
  ['/data/nothing', 'exists', true, false],
  ['/data/nothing', 'exists', false, true],
  ['/data/nothing', 'eq', null, false],
  ['/data/nothing', 'ne', 'x', true],
  ['/data/nothing', 'notIn', ['x'], true],
  ['/data/nothing', 'lt', 9, false],
  ['/data/whole', 'eq', false, true],
  ['/data/externalId', 'in', ['B', 'A-1/x'], true],
  ['/data/externalId', 'in', ['B'], false],
  ['/data/externalId', 'notIn', ['B', 'A-1/x'], false],
  ['/data/externalId', 'startsWith', '-', false],
  ['/data/version', 'lt', 5, true],
  ['/data/version', 'lte', 3, false],
  ['/data/version', 'gte', 5, false],
  ['/data/externalId', 'startsWith', 'A-', true],
  ['/data/externalId', 'contains', '1/', true],
  ['/data/externalId', 'contains', 'a', false],
  ['/data/version', 'contains', '4', false],
  ['/data/version', 'gt', 4, false],
  ['/data/version', 'gte', 4, true],
  ['/data/version', 'lt', 4, false],
  ['/data/version', 'lte', 4, true],
  ['/data/version', 'gt', '3', false],
  ['/timestamp', 'gte', '2026-01-15', true],
  ['/timestamp', 'lt', '2026-01-15T02:00:00.000Z', false],
  ['/data/lines/*/sku', 'eq', 'milk', true],
  ['/data/lines/*/sku', 'ne', 'milk', false],
  ['/data/lines/0/sku', 'eq', 'milk', false],
  ['/data/lines/1/sku', 'eq', 'milk', true],
  ['/data/lines/2/sku', 'exists', true, false],
  ['/data/lines/01x/sku', 'exists', true, false],
  ['/data/lines/*/quantity', 'gt', 4, true],
  ['/data/lines/*/tags/*', 'eq', 'loose', true],
  ['/data/lines/sku', 'exists', true, false],
  ['/data/a~1b/~0', 'eq', 1, true],
  ['/data/__proto__', 'exists', true, false],
  ['/data/constructor', 'exists', true, false],
  ['/data/lines/length', 'exists', true, false],
];

describe('a condition', () => {
  test.each(rows)('%s %s %o: %s', (path, op, value, wanted) => {
    expect(passes({ all: [{ path, op, value }] }, body)).toBe(wanted);
  });

  it('has a row here for every operator, and one each way', () => {
    for (const op of Object.keys(filterOperators)) {
      const verdicts = new Set(rows.filter((row) => row[1] === op).map((row) => row[3]));
      expect([op, verdicts.size]).toEqual([op, 2]);
    }
  });
});

describe('a filter', () => {
  const yes: FilterCondition = { path: '/data/version', op: 'eq', value: 4 };
  const no: FilterCondition = { path: '/data/version', op: 'eq', value: 5 };
  test.each([
    [{ all: [yes, yes] }, true],
    [{ all: [yes, no] }, false],
    [{ any: [no, yes] }, true],
    [{ any: [no, no] }, false],
    [{ all: [yes], any: [no, yes] }, true],
    [{ all: [yes], any: [no] }, false],
    [{ all: [no], any: [yes] }, false],
  ])('%j says %s', (filter, wanted) => {
    expect(passes(filter, body)).toBe(wanted);
  });

  it('answers true or false of anything, whatever stands in it', () => {
    const Path = fc.array(fc.constantFrom('data', 'lines', '*', '0', 'sku', '~0'), { minLength: 1, maxLength: 8 });
    const condition = fc.record({
      path: Path.map((tokens) => `/${tokens.join('/')}`),
      op: fc.constantFrom(...(Object.keys(filterOperators) as FilterCondition['op'][])),
      value: fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.string())),
    });
    fc.assert(
      fc.property(fc.array(condition), fc.jsonValue(), (all, any) => {
        expect(typeof passes({ all }, any)).toBe('boolean');
      }),
    );
  });

  it('of the longest kind is done with a large event in milliseconds, however it is written', () => {
    const lines = Array.from({ length: 2_000 }, (_, n) => ({ sku: 'a'.repeat(200), tags: [String(n)] }));
    const hard: FilterCondition = { path: '/data/lines/*/tags/*', op: 'contains', value: `${'a'.repeat(199)}b` };
    const filter = {
      all: Array.from({ length: 20 }, () => ({ ...hard, op: 'ne' as const })),
      any: Array.from({ length: 20 }, () => hard),
    };
    const startedMs = performance.now();
    expect(passes(filter, { data: { lines } })).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});

describe('what is saved', () => {
  const issuesOf = (filter: unknown) =>
    (EventFilterSchema.safeParse(filter).error?.issues ?? []).map(({ path }) => path.join('/'));
  const condition = { path: '/data/version', op: 'eq', value: 1 };
  test.each([
    [{}, ['']],
    [{ all: [] }, ['all']],
    [{ all: Array.from({ length: 21 }, () => condition) }, ['all']],
    [{ all: [condition], some: [condition] }, ['']],
    [{ all: [{ ...condition, op: 'matches' }] }, ['all/0/op']],
    [{ all: [{ ...condition, path: 'data.version' }] }, ['all/0/path']],
    [{ all: [{ ...condition, path: '/a/*/*/*' }] }, ['all/0/path']],
    [{ any: [condition, { ...condition, op: 'in' }] }, ['any/1/value']],
    [{ any: [{ ...condition, value: [1] }] }, ['any/0/value']],
    [{ any: [{ ...condition, op: 'exists' }] }, ['any/0/value']],
    [{ any: [{ ...condition, op: 'contains' }] }, ['any/0/value']],
    [{ any: [{ ...condition, op: 'gt', value: true }] }, ['any/0/value']],
    [{ any: [{ ...condition, op: 'in', value: Array(101).fill(1) }] }, ['any/0/value']],
    [{ any: [{ ...condition, value: { a: 1 } }] }, ['any/0/value']],
  ])('%j is refused where it is wrong', (filter, where) => {
    expect(issuesOf(filter)).toEqual(where);
  });
});

describe('against the catalogue', () => {
  const check = (
    path: string,
    value: FilterCondition['value'],
    types: Parameters<typeof checkFilter>[1] = [],
    op: FilterCondition['op'] = 'eq',
  ) => checkFilter({ all: [{ path, op, value }] }, types).map(({ code, pointer }) => `${code} ${pointer}`);

  it('a field that no event of these types has is told', () => {
    expect(check('/data/newStatus', 'PICKING')).toEqual([]);
    expect(check('/data/newStatus', 'PICKING', ['order.status_changed'])).toEqual([]);
    expect(check('/data/newStatus', 'PICKING', ['order.imported'])).toEqual([
      'filter.no_such_field /filter/all/0/path',
    ]);
    expect(check('/data/lines/*/sku', 'x')).toEqual([]);
    expect(check('/data/lines/sku', 'x')).toEqual(['filter.no_such_field /filter/all/0/path']);
    expect(check('/data/lines/*/sku/length', 1)).toEqual(['filter.no_such_field /filter/all/0/path']);
    expect(check('/data/toString', 'x')).toEqual(['filter.no_such_field /filter/all/0/path']);
  });

  it('a value that the field never has is told', () => {
    expect(check('/data/newStatus', 'DELIVERD')).toEqual(['filter.never /filter/all/0/value']);
    expect(check('/data/newStatus', ['PICKING', 'DELIVERD'], [], 'in')).toEqual(['filter.never /filter/all/0/value/1']);
    expect(check('/data/newStatus', 'READY', [], 'startsWith')).toEqual([]);
    expect(check('/data/version', '4')).toEqual(['filter.never /filter/all/0/value']);
    expect(check('/data/version', '4', [], 'gt')).toEqual(['filter.never /filter/all/0/value']);
    expect(check('/data/lines/*/weightGrams', null)).toEqual([]);
    expect(check('/data/whole', true)).toEqual([]);
    expect(check('/data/whole', 'yes')).toEqual(['filter.never /filter/all/0/value']);
    expect(check('/type', 'order.problem')).toEqual([]);
    expect(check('/type', 'order.problem', ['order.imported'])).toEqual(['filter.never /filter/all/0/value']);
  });

  it('every field of every example can be asked for what it is', () => {
    const leaves = (value: unknown, path: string): [string, unknown][] => {
      if (Array.isArray(value)) return value.flatMap((item) => leaves(item, `${path}/*`));
      if (typeof value !== 'object' || value === null) return [[path, value]];
      return Object.entries(value).flatMap(([name, member]) => leaves(member, `${path}/${name}`));
    };
    for (const type of eventTypes) {
      const example = eventExampleOf(type);
      for (const [path, value] of leaves(example, '')) {
        const filter = EventFilterSchema.parse({ all: [{ path, op: 'eq', value }] });
        expect([type, path, checkFilter(filter, [type])]).toEqual([type, path, []]);
        expect([type, path, passes(filter, example)]).toEqual([type, path, true]);
      }
    }
  });
});
