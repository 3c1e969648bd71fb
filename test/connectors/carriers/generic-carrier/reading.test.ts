import { describe, expect, test } from 'vitest';
import { parsePath, readAll } from '../../../../src/connectors/carriers/generic-carrier/json-path.ts';
import { toReport } from '../../../../src/connectors/carriers/generic-carrier/mapper.ts';
import { GenericSettingsSchema } from '../../../../src/connectors/carriers/generic-carrier/settings.ts';
import { faultOfFormat, toIsoText } from '../../../../src/connectors/carriers/generic-carrier/time-format.ts';
import { fillJson } from '../../../../src/connectors/carriers/generic-carrier/template.ts';
import { resolveParcel } from '../../../../src/domain/parcel-state.ts';
import { readTimeIn } from '../../../../src/domain/zoned-time.ts';
import { receivedAt } from '../carrier-harness.ts';
import { plainSettings, trackOf } from './courier-settings.ts';

const at = (document: unknown, path: string) => readAll(document, parsePath(path) ?? []);

describe('a path', () => {
  const document = {
    data: { list: [{ a: 1 }, { a: null }, { b: 2 }, { a: 3 }] },
    one: { a: 5 },
    'odd name': 6,
    none: null,
  };
  test.each([
    ['data.list[].a', [1, 3]],
    ['data.list[0].a', [1]],
    ['data.list[-1].a', [3]],
    ['data.list[9].a', undefined],
    ['data.list[-9].a', undefined],
    ['one[].a', [5]],
    ['odd name', [6]],
    ['none', []],
    ['none[]', []],
    ['data.other[]', undefined],
    ['constructor.name', undefined],
    ['one.__proto__', undefined],
    ['data.list.length', [4]],
  ])('%s finds %j', (path, found) => {
    expect(at(document, path)).toEqual(found);
  });

  test('begins with the list where the document is one', () => {
    expect(at([{ n: 1 }, { n: 2 }], '[].n')).toEqual([1, 2]);
    expect(at([[1, 2], [3]], '[][0]')).toEqual([1, 3]);
  });

  test.each(['', '.', 'a.', '.a', 'a[', 'a]', 'a[b]', 'a[]b', 'a[1', 'a[[]]', 'a[99999]', ' a', '{a}', 'a'.repeat(201), 'a.'.repeat(30) + 'a'])('%j is none', (text) => expect(parsePath(text)).toBeNull()); // prettier-ignore
});

describe('a time', () => {
  test.each([
    ['iso', '2026-07-26T08:05:00+10:00', '2026-07-26T08:05:00+10:00'],
    ['unix', '1785029460', '2026-07-26T01:31:00.000Z'],
    ['unix-ms', '1785029460000', '2026-07-26T01:31:00.000Z'],
    ['unix', 'soon', null],
    ['unix', '99999999999999', null],
    ['DD/MM/YYYY HH:mm', '6/7/2026 8:05', '2026-07-06T08:05:00'],
    ['DD/MM/YYYY HH:mm', '2026-07-06 08:05', null],
    ['DD/MM/YYYY HH:mm', '06/07/2026 08:05 or so', null],
    ['YYYYMMDDHHmmss', '20260726080511', '2026-07-26T08:05:11'],
    ['YYYY-MM-DD', '2026-07-26', '2026-07-26'],
    ['DD.MM.YYYY HH:mm:ss Z', '26.07.2026 08:05:11 +0530', '2026-07-26T08:05:11+0530'],
    ['MM/DD/YYYY hh:mm A', '07/26/2026 12:30 AM', '2026-07-26T00:30:00'],
    ['MM/DD/YYYY hh:mm A', '07/26/2026 12:30 pm', '2026-07-26T12:30:00'],
    ['MM/DD/YYYY hh:mm A', '07/26/2026 01:30 PM', '2026-07-26T13:30:00'],
  ])('written as %s, %s is %s', (format, text, iso) => {
    expect(faultOfFormat(format)).toBeNull();
    expect(toIsoText(text, format)).toBe(iso);
  });

  test.each([
    ['winter', 'Australia/Sydney', '2026-07-26T08:05:00', '2026-07-25T22:05:00.000Z'],
    ['summer', 'Australia/Sydney', '2026-01-26T08:05:00', '2026-01-25T21:05:00.000Z'],
    ['the hour that comes twice', 'Australia/Sydney', '2026-04-05T02:30:00', '2026-04-04T15:30:00.000Z'],
    ['the hour that never comes', 'Australia/Sydney', '2026-10-04T02:30:00', '2026-10-03T16:30:00.000Z'],
    ['half an hour', 'Asia/Kolkata', '2026-07-26T08:05', '2026-07-26T02:35:00.000Z'],
    ['no offset at all', 'UTC', '2026-07-26T08:05', '2026-07-26T08:05:00.000Z'],
    ['an offset of its own', 'Australia/Sydney', '2026-07-26T08:05:00Z', '2026-07-26T08:05:00.000Z'],
    ['a date alone', 'Australia/Sydney', '2026-07-26', null],
  ])('of a zone is an instant: %s', (_what, zone, text, instant) => {
    expect(readTimeIn(zone, text).at).toBe(instant);
  });
});

const read = (
  parcel: unknown,
  changes: Record<string, unknown>,
  statuses: object = { GOT: 'PICKED_UP', DONE: 'DELIVERED' },
) => {
  const settings = GenericSettingsSchema.parse(plainSettings({ statuses, track: trackOf(changes) }));
  if (settings.track === undefined) throw new Error('no track');
  const heard = { source: 'poll', receivedAt } as const;
  return toReport('N1', parcel, { reading: settings.track, statuses: settings.statuses, heard });
};

describe('what is read of a parcel', () => {
  test('keeps local times local, and does not believe an offset that is not meant', () => {
    const local = read({ scans: [{ code: 'GOT', at: '2026-07-26T08:05:00' }] }, {});
    expect(local.events[0]).toMatchObject({ at: null, local: '2026-07-26T08:05:00', zone: 'unknown' });
    const event = { code: 'code', time: { path: 'at', zone: 'unknown' } };
    const wrong = read({ scans: [{ code: 'GOT', at: '2026-07-26T08:05:00Z' }] }, { event });
    expect(wrong.events[0]).toMatchObject({ at: null, local: '2026-07-26T08:05:00', zone: 'unknown' });
  });

  test('is one event where the courier has a status alone', () => {
    const event = { code: 'status', time: { path: 'date', timeOfDay: 'time', format: 'YYYYMMDD HHmm', zone: 'UTC' } };
    const { events, complete } = read({ status: 'DONE', date: 20260726, time: '0805' }, { events: undefined, event });
    expect(events).toMatchObject([{ status: 'DELIVERED', at: '2026-07-26T08:05:00.000Z' }]);
    // Another status is not the first one taken back.
    expect(complete).toBe(false);
  });

  test('has the state of the whole beside its events', () => {
    const whole = { code: 'state' };
    const { events } = read({ state: 'DONE', scans: [{ code: 'GOT', at: '2026-07-26T08:05:00Z' }] }, { whole });
    expect(events).toMatchObject([{ status: 'PICKED_UP' }, { status: 'DELIVERED', overall: true, at: '2026-07-26T08:05:00.000Z' }]); // prettier-ignore
    expect(resolveParcel(events).status).toBe('DELIVERED');
  });

  test('goes by the finer word where it has a row', () => {
    const statuses = { MOVING: 'IN_TRANSIT', LATE: { status: 'IN_TRANSIT', delayed: true } };
    const scans = [
      { code: 'MOVING', why: 'LATE' },
      { code: 'MOVING', why: 'RAIN' },
    ];
    const { events } = read({ scans }, { event: { code: 'code', detail: 'why' } }, statuses);
    expect(events.map(({ code, status, delayed }) => [code, status, delayed])).toEqual([
      ['MOVING/LATE', 'IN_TRANSIT', true],
      ['MOVING/RAIN', 'IN_TRANSIT', undefined],
    ]);
  });

  test('is not longer than any way is', () => {
    const scans = Array.from({ length: 100_000 }, () => ({ code: 'GOT', at: '2026-07-26T08:05:00' }));
    expect(read({ scans }, {}).events).toHaveLength(1_000);
  });
});

describe('what is sent', () => {
  test('is made of values as they are, in texts and in lists', () => {
    const values = { reference: 'r', none: null, 'parcels.count': 2, lines: ['a', 'b'] };
    const parcels = [{ 'parcel.reference': '1' }, { 'parcel.reference': '2' }];
    const template = {
      count: '{parcels.count}',
      text: '{parcels.count} of {reference}{none} at {lines}, {unknown-name} {',
      list: '{lines}',
      nothing: '{none}',
      items: ['first', { deep: { id: '{parcel.reference}-{reference}' } }],
      boxes: [{ labels: ['{parcel.reference}'] }],
    };
    expect(fillJson(template, values, parcels)).toEqual({
      count: 2,
      text: '2 of r at a, b, {unknown-name} {',
      list: ['a', 'b'],
      nothing: null,
      items: ['first', { deep: { id: '1-r' } }, { deep: { id: '2-r' } }],
      boxes: [{ labels: ['1', '2'] }],
    });
  });

  test('has a placeholder in a value stand for itself', () => {
    expect(fillJson('{reference} {reference}', { reference: '{none}$&' }, [])).toBe('{none}$& {none}$&');
  });
});
