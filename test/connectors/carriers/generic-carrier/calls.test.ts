import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { genericCarrier } from '../../../../src/connectors/carriers/generic-carrier/index.ts';
import { serviceToBook } from '../../../fixtures/carriers/service.ts';
import { connectWith, freshKey, linesOf, reportOf } from '../carrier-harness.ts';
import { useNock } from '../../wire-harness.ts';
import { plainSettings, trackOf } from './courier-settings.ts';

useNock();

const host = 'https://courier.example';
const connect = (changes: Record<string, unknown> = {}) => connectWith(genericCarrier, plainSettings(changes));
const scans = [{ code: 'GOT', at: '2026-07-26T08:05:00Z' }];
const outcomes = async (changes: Record<string, unknown>, numbers: readonly string[]) =>
  (await connect(changes).carrier.track(numbers.map((number) => ({ number })))).map((result) =>
    result.outcome === 'failed' ? `${result.failure.kind} ${result.failure.code}` : result.outcome,
  );

describe('a courier that is asked', () => {
  test.each([
    ['basic', { scheme: 'basic', username: 'u', password: 'p:w' }, { authorization: 'Basic dTpwOnc=' }],
    ['bearer', { scheme: 'bearer', accessToken: 'token-1' }, { authorization: 'Bearer token-1' }],
    ['header', { scheme: 'header', header: 'X-Key', apiKey: 'two words' }, { 'x-key': 'two words' }],
  ])('is shown who calls by %s', async (_scheme, auth, reqheaders) => {
    nock(host, { reqheaders }).get('/parcels/N%2F1%3F').reply(200, { scans });
    const [result] = await connect({ auth }).carrier.track([{ number: 'N/1?' }]);
    expect(linesOf(reportOf(result).events)).toEqual(['PICKED_UP GOT 2026-07-26T08:05:00.000Z']);
  });

  test('gives a token for credentials, and is asked for one once', async () => {
    const auth = { scheme: 'oauth', tokenUrl: 'https://id.courier.example/token', clientId: freshKey(), clientSecret: 's', scope: 'track' }; // prettier-ignore
    nock('https://id.courier.example')
      .post('/token', /grant_type=client_credentials&client_id=canary-.+&client_secret=s&scope=track$/)
      .reply(200, { access_token: 'fresh', expires_in: 3_600 });
    nock(host, { reqheaders: { authorization: 'Bearer fresh' } })
      .get(/^\/parcels\/N[12]$/)
      .times(2)
      .reply(200, { scans });
    expect(await outcomes({ auth }, ['N1', 'N2'])).toEqual(['found', 'found']);
  });

  test('that takes a body gets its numbers in it', async () => {
    const track = trackOf({ method: 'POST', path: '/track', body: { ids: '{trackingNumbers}', text: 'of {trackingNumbers}' }, numbersPerCall: 2, parcels: '[]', number: 'id' }); // prettier-ignore
    nock(host)
      .post('/track', { ids: ['N1', 'N2'], text: 'of N1, N2' })
      .reply(200, [
        { id: 'n2', scans },
        { id: 'N9', scans },
      ]);
    nock(host)
      .post('/track', { ids: ['N3'], text: 'of N3' })
      .reply(200, [{ id: 'N3', scans: [] }]);
    expect(await outcomes({ track }, ['N1', 'N2', 'N3'])).toEqual(['notFound', 'found', 'notFound']);
  });

  test.each([
    ['a 404', 404, {}, {}, 'notFound'],
    ['a status of its own', 422, { e: 'X' }, { statuses: [422] }, 'notFound'],
    ['another status', 422, { e: 'X' }, {}, 'rejected generic-carrier.refused'],
    ['a word with an error', 400, { e: 'NONE' }, { error: { path: 'e', words: ['NONE'] } }, 'notFound'],
    ['a word in a 200', 200, { e: 'NONE' }, { error: { path: 'e', words: ['NONE'] } }, 'notFound'],
    ['another word in a 200', 200, { e: 'BAD' }, { error: { path: 'e', words: ['NONE'] } }, 'rejected generic-carrier.refused'], // prettier-ignore
    ['no events', 200, { scans: [] }, {}, 'notFound'],
  ])('says that a number is not there by %s', async (_how, status, body, notFound, outcome) => {
    nock(host).get('/parcels/N1').reply(status, body);
    expect(await outcomes({ track: trackOf({ notFound }) }, ['N1'])).toEqual([outcome]);
  });

  test('that leaves numbers out is asked again where that means nothing', async () => {
    const track = trackOf({ path: '/p?n={trackingNumbers}', numbersPerCall: 2, parcels: 'list[]', number: 'id', notFound: { leftOut: false } }); // prettier-ignore
    nock(host)
      .get('/p?n=N1,N2')
      .reply(200, { list: [{ id: 'N1', scans }] });
    expect(await outcomes({ track }, ['N1', 'N2'])).toEqual(['found', 'transient generic-carrier.unanswered']);
  });

  test('that answers something else is asked again for all', async () => {
    const track = trackOf({ path: '/p?n={trackingNumbers}', numbersPerCall: 2, parcels: 'list[]', number: 'id' });
    nock(host).get('/p?n=N1,N2').reply(200, { items: [] });
    await expect(outcomes({ track }, ['N1', 'N2'])).rejects.toMatchObject({ kind: 'transient', code: 'generic-carrier.unreadable_reply' }); // prettier-ignore
  });

  test('cannot be led elsewhere by a number', async () => {
    expect(await outcomes({}, ['..'])).toEqual(['rejected generic-carrier.number_unusable']);
  });

  test('that only pushes is never called', async () => {
    const webhook = { signature: { scheme: 'token', header: 'x-token' }, number: 'id', event: { code: 'code' } };
    const settings = { track: undefined, webhook };
    await expect(outcomes(settings, ['N1'])).rejects.toThrow('it cannot be asked');
    expect(genericCarrier.isPushOnly?.(connect(settings).settings)).toBe(true);
    expect(genericCarrier.isPushOnly?.(connect().settings)).toBe(false);
    expect(await connect(settings).carrier.test()).toEqual({ account: 'courier.example' });
  });

  test('is tested by asking about a number that nobody has', async () => {
    nock(host).get('/parcels/PACKLINE0TEST').reply(404, {}).get('/parcels/PACKLINE0TEST').reply(401, {});
    expect(await connect().carrier.test()).toEqual({ account: 'courier.example' });
    await expect(connect().carrier.test()).rejects.toMatchObject({ kind: 'misconfigured' });
  });
});

describe('a courier that takes bookings', () => {
  const book = { path: '/b', body: { kg: '{parcels.weightKilograms}' }, idempotencyHeader: 'Idempotency-Key', bookingId: 'id' }; // prettier-ignore

  test('is told the reference by a header, and knows a repetition by it', async () => {
    nock(host, { reqheaders: { 'idempotency-key': 'svc_1' } })
      .post('/b', { kg: null })
      .reply(201, { id: 7 });
    expect(await connect({ book }).carrier.book?.(serviceToBook())).toEqual({ bookingId: '7', trackingNumber: null, trackingUrl: null }); // prettier-ignore
  });

  test.each([
    ['refuses it', 422, { error: 'no van' }, 'rejected', 'refused'],
    ['answers no id: it may have been booked', 201, { ok: true }, 'transient', 'unreadable_reply'],
    ['is down', 503, {}, 'transient', 'unavailable'],
    ['answers a conflict that holds no booking', 409, { error: 'closed' }, 'rejected', 'refused'],
  ])('and %s is a failure that says which', async (_what, status, body, kind, code) => {
    nock(host).post('/b').reply(status, body);
    const booked = connect({ book: { ...book, existsStatus: 409 } }).carrier.book?.(serviceToBook());
    await expect(booked).rejects.toMatchObject({ kind, code: `generic-carrier.${code}` });
  });

  test('has no booking and no canceling where the settings have none', () => {
    const { carrier } = connect();
    expect(['book' in carrier, 'cancel' in carrier]).toEqual([false, false]);
  });
});
