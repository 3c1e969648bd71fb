import { describe, expect, test } from 'vitest';
import { genericCarrier } from '../../../../src/connectors/carriers/generic-carrier/index.ts';
import { GenericSettingsSchema } from '../../../../src/connectors/carriers/generic-carrier/settings.ts';
import { toPointer, toSchemaFaults } from '../../../../src/domain/schema-faults.ts';
import { guideSettings, plainSettings, trackOf } from './courier-settings.ts';

/** Of the settings as they are sent. */
const faultsOf = (made: unknown): string[] => {
  const settings: unknown = JSON.parse(JSON.stringify(made));
  const { error } = GenericSettingsSchema.safeParse(settings);
  return toSchemaFaults(error?.issues ?? [], settings).map(({ path, code, detail }) => `${toPointer(path)} ${code} ${detail}`); // prettier-ignore
};
const book = (changes: object = {}) => ({ path: '/b', body: { ref: '{reference}' }, bookingId: 'id', ...changes });
const hook = (signature: object, changes: object = {}) => ({
  signature,
  number: 'ref',
  event: { code: 'code' },
  ...changes,
});
const hmac = (changes: object = {}) => ({ scheme: 'hmac', header: 'x-signature', ...changes });
const event = (changes: object) => trackOf({ event: { code: 'code', ...changes } });

describe('settings of a courier', () => {
  test('that are whole are taken, and the same again once they were kept', () => {
    for (const settings of [guideSettings(), plainSettings()]) {
      const read = GenericSettingsSchema.parse(settings);
      expect(GenericSettingsSchema.parse(JSON.parse(JSON.stringify(read)))).toEqual(read);
    }
  });

  test.each([
    ['a path that cannot be read', { track: trackOf({ events: 'scans[' }) }, '/track/events field.path'],
    ['a wildcard', { track: trackOf({ events: 'scans[*]' }) }, '/track/events field.path'],
    ['a path with a hole', { track: event({ description: 'a..b' }) }, '/track/event/description field.path'],
    ['no path', { track: event({ code: '' }) }, '/track/event/code field.path'],
    ['a status that is none', { statuses: { DONE: 'ARRIVED' } }, '/statuses/DONE field.'],
    ['a reason that is none', { statuses: { DONE: { status: null, reason: 'dog' } } }, '/statuses/DONE'],
    ['no words', { statuses: undefined }, '/statuses field.required'],
    ['neither asking nor hooks', { track: undefined }, '/track field.incomplete'],
    ['a zone that is none', { track: event({ time: { path: 'at', zone: 'Australia/Nowhere' } }) }, '/track/event/time/zone field.value'], // prettier-ignore
    ['an offset for a zone', { track: event({ time: { path: 'at', zone: '+10:00' } }) }, '/track/event/time/zone field.value'], // prettier-ignore
    ['a time without a year', { track: event({ time: { path: 'at', format: 'DD/MM HH:mm' } }) }, '/track/event/time/format field.time_format'], // prettier-ignore
    ['hh without A', { track: event({ time: { path: 'at', format: 'YYYY-MM-DD hh:mm' } }) }, '/track/event/time/format field.time_format'], // prettier-ignore
    ['a part twice', { track: event({ time: { path: 'at', format: 'YYYY-MM-DD MM' } }) }, '/track/event/time/format field.time_format'], // prettier-ignore
    ['an unknown placeholder in a path', { track: trackOf({ path: '/p/{trackingNumber}/{zip}' }) }, '/track/path field.placeholder'], // prettier-ignore
    ['a call that names no number', { track: trackOf({ path: '/parcels' }) }, '/track/path field.incomplete'],
    ['several numbers without a place for them', { track: trackOf({ numbersPerCall: 5, number: 'ref', parcels: '[]' }) }, '/track/path field.incomplete'], // prettier-ignore
    ['several numbers and none in the reply', { track: trackOf({ path: '/p/{trackingNumbers}', numbersPerCall: 5, parcels: '[]' }) }, '/track/number field.incomplete'], // prettier-ignore
    ['a body with GET', { track: trackOf({ body: { n: '{trackingNumber}' } }) }, '/track/body field.incomplete'],
    ['a path that climbs', { track: trackOf({ path: '/../{trackingNumber}' }) }, '/track/path'],
    ['a path that is another host', { track: trackOf({ path: '@other.example/{trackingNumber}' }) }, '/track/path'],
    ['a base URL with a query', { baseUrl: 'https://courier.example/?to=' }, '/baseUrl'],
    ['a base URL of a file', { baseUrl: 'file:///etc/passwd' }, '/baseUrl'],
    ['an unknown placeholder in a booking', { book: book({ body: { ref: '{reference}', list: [{ to: '{dropoff.email}' }] } }) }, '/book/body/list/0/to field.placeholder'], // prettier-ignore
    ['a parcel’s value outside of a list', { book: book({ body: { ref: '{reference}', kg: '{parcel.weightGrams}' } }) }, '/book/body/kg'], // prettier-ignore
    ['a booking that cannot be sent twice', { book: book({ body: {} }) }, '/book/body field.incomplete'],
    ['a booking without its id', { book: book({ bookingId: undefined }) }, '/book/bookingId field.required'],
    ['a header that is none', { auth: { scheme: 'header', header: 'x key', apiKey: 'k' } }, '/auth/header'],
    ['a key that breaks out of its header', { auth: { scheme: 'header', header: 'x-key', apiKey: 'k\r\nx: y' } }, '/auth/apiKey'], // prettier-ignore
    ['a time that is not signed', { webhook: hook(hmac({ timestamp: { header: 'x-time' }, content: '{body}' })) }, '/webhook/signature/content'], // prettier-ignore
    ['a signed time without a header', { webhook: hook(hmac({ content: '{timestamp}.{body}' })) }, '/webhook/signature/content'], // prettier-ignore
    ['a signature over no body', { webhook: hook(hmac({ content: 'x' })) }, '/webhook/signature/content'],
    ['hooks without a number', { webhook: { ...hook(hmac()), number: undefined } }, '/webhook/number field.required'],
    ['what there is not', { track: trackOf({ regex: '.*' }) }, '/track/regex field.unknown'],
  ])('with %s are refused, and told where', (_what, changes, fault) => {
    expect(faultsOf(plainSettings(changes)).join('\n')).toContain(fault);
  });

  test('name every URL for the egress guard, that of tokens too', () => {
    const oauth = { scheme: 'oauth', tokenUrl: 'http://10.0.0.1/token', clientId: 'c', clientSecret: 's' };
    const settings = GenericSettingsSchema.parse(plainSettings({ auth: oauth }));
    expect(genericCarrier.urls(settings)).toEqual(['https://courier.example', 'http://10.0.0.1/token']);
  });

  test('say how many numbers a call takes and how many calls a day has', () => {
    const guide = GenericSettingsSchema.parse(guideSettings());
    expect(genericCarrier.numbersPerCall?.(guide)).toBe(20);
    expect(genericCarrier.dailyQuota?.(guide)).toEqual({ calls: 20_000, resetHourUtc: 0 });
    const plain = GenericSettingsSchema.parse(plainSettings());
    expect(genericCarrier.numbersPerCall?.(plain)).toBe(1);
    expect(genericCarrier.dailyQuota?.(plain)).toBeUndefined();
  });
});
