import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { carrierConnectors } from '../../../src/connectors/carriers/registry.ts';
import { connectWith, freshKey } from './carrier-harness.ts';
import { useNock } from '../wire-harness.ts';
import { plainSettings } from './generic-carrier/courier-settings.ts';

useNock();

const host = 'https://carrier.example';
const key = () => ({ apiKey: freshKey(), carrier: 'usps' });
const client = () => ({ clientId: freshKey(), clientSecret: 's' });

/** What each needs to be connected, its track call, and how it says that a number is not there. */
const carriers: Record<string, { settings: () => object; call: RegExp; tokenPath?: string }> = {
  easypost: { settings: key, call: /^POST \/v2\/trackers$/ },
  aftership: { settings: key, call: /^GET \/tracking\/2026-07\/trackings/ },
  shippo: { settings: key, call: /^GET \/tracks\/usps\/N1$/ },
  shipengine: { settings: key, call: /^GET \/v1\/tracking/ },
  ups: { settings: client, call: /^GET \/api\/track\/v1\/details\/N1/, tokenPath: '/security/v1/oauth/token' },
  fedex: { settings: client, call: /^POST \/track\/v1\/trackingnumbers$/, tokenPath: '/oauth/token' },
  usps: { settings: client, call: /^GET \/tracking\/v3\/tracking\/N1/, tokenPath: '/oauth2/v3/token' },
  'dhl-unified': { settings: () => ({ apiKey: freshKey() }), call: /^GET \/track\/shipments/ },
  'australia-post': {
    settings: () => ({ apiKey: freshKey(), password: 'p', accountNumber: '1003357117' }),
    call: /^GET \/shipping\/v1\/track/,
  },
  'generic-carrier': {
    settings: () => plainSettings({ auth: { scheme: 'bearer', accessToken: freshKey() } }),
    call: /^GET \/parcels\/N1$/,
  },
};

function connectTo(id: string) {
  const connector = carrierConnectors.get(id);
  const known = carriers[id];
  if (connector === undefined || known === undefined) throw new Error(`no carrier ${id}`);
  return { ...connectWith(connector, { ...known.settings(), baseUrl: host }), ...known };
}
const giveToken = (path: string | undefined, token = freshKey()): string => {
  if (path !== undefined) nock(host).post(path).reply(200, { access_token: token, expires_in: 3_600 });
  return token;
};
const give = (call: RegExp, status: number, body: string | object, headers = {}, token?: string): void => {
  const method = call.source.startsWith('^POST') ? 'POST' : 'GET';
  const reqheaders = token === undefined ? {} : { authorization: `Bearer ${token}` };
  nock(host, { reqheaders })
    .intercept((uri) => call.test(`${method} ${uri}`), method)
    .reply(status, body, headers);
};

test('there is a row for each carrier', () => {
  expect(Object.keys(carriers).sort()).toEqual([...carrierConnectors.keys()].sort());
});

describe.each(Object.keys(carriers))('%s', (id) => {
  const track = async (status: number, body: string | object, headers?: Record<string, string>) => {
    const made = connectTo(id);
    giveToken(made.tokenPath);
    give(made.call, status, body, headers);
    return { ...made, tracked: made.carrier.track([{ number: 'N1' }]) };
  };

  test('rests its budget after a 429 for as long as it is asked to', async () => {
    const { tracked, pauses } = await track(429, { message: 'slow down' }, { 'retry-after': '7' });
    await expect(tracked).rejects.toMatchObject({ kind: 'throttled', code: `${id}.throttled`, retryAfterMs: 7_000 });
    expect(pauses).toEqual([{ budget: 'default', pauseMs: 7_000 }]);
  });

  test.each([
    ['a 503', 503, { message: 'maintenance' }, 'unavailable'],
    ['a page of somebody in between', 200, '<html>login</html>', 'unreadable_reply'],
    ['a 404 page of somebody in between', 404, '<html>nothing here</html>', 'unreadable_reply'],
    ['a redirect', 302, '', 'unreadable_reply'],
    ['a cut body', 200, '{"tracking', 'unreadable_reply'],
    ['a 200 of another shape', 200, [], 'unreadable_reply'],
    ['a 200 with nothing in it', 200, {}, 'unreadable_reply'],
    ['a 200 of null', 200, 'null', 'unreadable_reply'],
  ])('is asked again after %s: it says nothing about the parcel', async (_what, status, body, code) => {
    const { tracked } = await track(status, body);
    await expect(tracked).rejects.toMatchObject({ kind: 'transient', code: `${id}.${code}` });
  });

  test('is not asked again after a 403: somebody has to look', async () => {
    const { tracked } = await track(403, { message: 'forbidden' });
    await expect(tracked).rejects.toMatchObject({ kind: 'misconfigured', code: `${id}.forbidden` });
  });

  test('keeps its credentials and its words out of failures', async () => {
    const { tracked, settings } = await track(401, { message: 'who is John Tester?' });
    const made = carriers[id];
    if (made?.tokenPath !== undefined) {
      giveToken(made.tokenPath);
      give(made.call, 401, { message: 'who is John Tester?' });
    }
    const failure: unknown = await tracked.catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'misconfigured', code: `${id}.key_refused` });
    const text = JSON.stringify([failure, (failure as Error).message]);
    for (const secret of [
      'John Tester',
      ...Object.values(settings as object).filter((value) => String(value).startsWith('canary')),
    ]) {
      // prettier-ignore
      expect(text).not.toContain(secret);
    }
  });
});

describe.each(['ups', 'fedex', 'usps'])('the token of %s', (id) => {
  test('is replaced when it is refused, and the same call made once more', async () => {
    const { carrier, call, tokenPath, operations } = connectTo(id);
    const [old, fresh] = [giveToken(tokenPath), giveToken(tokenPath)];
    give(call, 401, { error: 'expired' }, {}, old);
    give(call, 503, {}, {}, fresh);
    await expect(carrier.track([{ number: 'N1' }])).rejects.toMatchObject({ code: `${id}.unavailable` });
    expect(operations.filter((operation) => operation === 'token.create')).toHaveLength(2);
  });

  test('is asked for once by fifty calls at once, and kept until shortly before its end', async () => {
    const { carrier, call, tokenPath, operations, clock } = connectTo(id);
    giveToken(tokenPath);
    for (let i = 0; i < 51; i += 1) give(call, 403, {});
    await Promise.all(Array.from({ length: 50 }, () => carrier.track([{ number: 'N1' }]).catch(() => undefined)));
    clock.advance(3_539_000);
    await carrier.track([{ number: 'N1' }]).catch(() => undefined);
    expect(operations.filter((operation) => operation === 'token.create')).toHaveLength(1);
    clock.advance(1_000);
    giveToken(tokenPath);
    give(call, 403, {});
    await carrier.track([{ number: 'N1' }]).catch(() => undefined);
    expect(operations.filter((operation) => operation === 'token.create')).toHaveLength(2);
  });

  test.each([
    [400, { error: 'invalid_client' }, 'misconfigured', 'key_refused'],
    [401, { error: 'invalid_client' }, 'misconfigured', 'key_refused'],
    [429, {}, 'throttled', 'throttled'],
    [500, {}, 'transient', 'unavailable'],
    [200, { token: 'x' }, 'transient', 'unreadable_reply'],
    [200, { access_token: 'two\nlines' }, 'transient', 'unreadable_reply'],
  ])(
    'that is answered with %i %j is a failure for all parcels, and asked for again',
    async (status, body, kind, code) => {
      const { carrier, call, tokenPath = '' } = connectTo(id);
      nock(host).post(tokenPath).reply(status, body);
      await expect(carrier.track([{ number: 'N1' }])).rejects.toMatchObject({ kind, code: `${id}.${code}` });
      giveToken(tokenPath);
      give(call, 503, {});
      await expect(carrier.track([{ number: 'N1' }])).rejects.toMatchObject({ code: `${id}.unavailable` });
    },
  );
});
