import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromDigits, readEventTime, toCalendarDay, undated, withGmt } from '../../src/domain/event-time.ts';

describe('a carrier’s time is read', () => {
  test.each([
    ['2026-07-12T14:18:00Z', '2026-07-12T14:18:00.000Z', '2026-07-12T14:18:00'],
    ['2026-04-26T09:26:00-07:00', '2026-04-26T16:26:00.000Z', '2026-04-26T09:26:00'],
    ['2026-04-26T09:26:00-0700', '2026-04-26T16:26:00.000Z', '2026-04-26T09:26:00'],
    ['2026-04-26T09:26+11', '2026-04-25T22:26:00.000Z', '2026-04-26T09:26:00'],
    ['2024-11-15 11:09:19.000000Z', '2024-11-15T11:09:19.000Z', '2024-11-15T11:09:19'],
  ])('with its zone: %s', (text, at, local) => expect(readEventTime(text)).toEqual({ at, local, zone: 'offset' }));

  test.each([
    ['2026-03-02T07:53:47', '2026-03-02T07:53:47'],
    ['2024-11-15 11:09:19.000000', '2024-11-15T11:09:19'],
    ['2026-03-02', '2026-03-02'],
  ])('without one, as local time in a zone that nobody knows: %s', (text, local) => {
    expect(readEventTime(text)).toEqual({ at: null, local, zone: 'unknown' });
  });

  test('never as UTC, unless it says so', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2099-12-31') }), (date) => {
        expect(readEventTime(date.toISOString().slice(0, 19)).at).toBeNull();
        expect(readEventTime(date.toISOString()).at).toBe(date.toISOString());
      }),
    );
  });

  test.each(['', 'yesterday', '2026-02-30T10:00:00Z', '2026-07-12T25:00:00', '20260712', null, undefined])(
    'as none where it is none: %j',
    (text) => expect(readEventTime(text)).toEqual(undated),
  );
});

describe('a local time beside the same in GMT', () => {
  test('has its instant from the second', () => {
    expect(withGmt('2024-11-22T13:58:00', '2024-11-22T18:58:40Z')).toEqual({
      at: '2024-11-22T18:58:40.000Z',
      local: '2024-11-22T13:58:00',
      zone: 'gmt',
    });
  });

  test('has none where the two are no zone apart', () => {
    expect(withGmt('2024-11-22T13:58:00', '2024-11-25T18:58:40Z')).toMatchObject({ at: null, zone: 'unknown' });
  });

  test('has none where there is no second', () => {
    expect(withGmt('2024-11-22T13:58:00', null)).toMatchObject({ at: null, local: '2024-11-22T13:58:00' });
  });
});

test.each([
  ['20260713', '091519', '2026-07-13T09:15:19'],
  ['20260713', '74700', '2026-07-13T07:47:00'],
  ['20260713', '0', '2026-07-13T00:00:00'],
  ['20260713', '', '2026-07-13'],
  ['20260713', null, '2026-07-13'],
  ['2026-07-13', '091519', null],
  [null, '091519', null],
])('digits %j and %j are %j', (date, time, text) => expect(fromDigits(date, time)).toBe(text));

test('a day is the day where it is', () => {
  expect(toCalendarDay('2026-04-26T20:00:00-07:00')).toBe('2026-04-26');
  expect(toCalendarDay('soon')).toBeNull();
});
