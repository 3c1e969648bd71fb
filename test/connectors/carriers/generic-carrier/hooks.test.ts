import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { GenericSettingsSchema } from '../../../../src/connectors/carriers/generic-carrier/settings.ts';
import { webhook } from '../../../../src/connectors/carriers/generic-carrier/webhook.ts';
import { receivedAt } from '../carrier-harness.ts';
import { plainSettings } from './courier-settings.ts';

const nowMs = 1_785_029_460_000;
const secret = 'hook-secret-1';
const body = Buffer.from('{"id":"m1","list":[{"ref":"N1","code":"DONE"},{"code":"GOT"}]}');
const settingsOf = (signature: object, more: object = { webhookSecret: secret }, changes: object = {}) =>
  GenericSettingsSchema.parse(
    plainSettings({
      webhook: { signature, parcels: 'list[]', number: 'ref', event: { code: 'code' }, ...changes },
      ...more,
    }),
  );
const macOf = (algorithm: string, encoding: 'hex' | 'base64', ...content: (string | Buffer)[]): string =>
  content.reduce((mac, piece) => mac.update(piece), createHmac(algorithm, secret)).digest(encoding);
const timed = { timestamp: { header: 'X-Time', toleranceSeconds: 60 } };
const hmac = { scheme: 'hmac', header: 'X-Signature' };

const schemes: readonly [string, object, Record<string, string>][] = [
  ['HMAC-SHA256 in hexadecimal', hmac, { 'x-signature': macOf('sha256', 'hex', body) }],
  ['HMAC-SHA1 in base64 behind a prefix', { ...hmac, algorithm: 'sha1', encoding: 'base64', prefix: 'sha1=' }, { 'x-signature': `sha1=${macOf('sha1', 'base64', body)}` }], // prettier-ignore
  ['HMAC-SHA512 over the time in seconds', { ...hmac, ...timed, algorithm: 'sha512' }, { 'x-time': '1785029460', 'x-signature': macOf('sha512', 'hex', '1785029460.', body) }], // prettier-ignore
  ['HMAC over the time in milliseconds, behind the body', { ...hmac, ...timed, content: '{body}|{timestamp}' }, { 'x-time': '1785029460000', 'x-signature': macOf('sha256', 'hex', body, '|1785029460000') }], // prettier-ignore
  ['HMAC over the time in words', { ...hmac, ...timed, content: 'v0:{timestamp}:{body}' }, { 'x-time': '2026-07-26T01:31:00Z', 'x-signature': macOf('sha256', 'hex', 'v0:2026-07-26T01:31:00Z:', body) }], // prettier-ignore
  ['the secret itself', { scheme: 'token', header: 'Authorization', prefix: 'Bearer ' }, { authorization: `Bearer ${secret}` }], // prettier-ignore
];

describe.each(schemes)('a hook known by %s', (_name, signature, headers) => {
  const name = Object.keys(headers).find((header) => header !== 'x-time') ?? '';
  const text = headers[name] ?? '';
  const verify = (changes: Record<string, string | undefined> = {}, settings = settingsOf(signature), bytes = body) =>
    webhook.verify({ headers: { ...headers, ...changes }, body: bytes }, settings, nowMs);

  test('is believed, also by the secret before', () => {
    expect(verify()).toMatchObject({ ok: true });
    const rotated = { webhookSecret: 'another-secret', webhookSecretPrevious: secret };
    expect(verify({}, settingsOf(signature, rotated))).toMatchObject({ ok: true });
  });

  test('is refused without its secret, its header, or with another one', () => {
    expect(verify({}, settingsOf(signature, {}))).toEqual({ ok: false, reason: 'secret_missing' });
    expect(verify({}, settingsOf(signature, { webhookSecret: 'another-secret' }))).toMatchObject({ ok: false });
    expect(verify({ [name]: undefined })).toEqual({ ok: false, reason: 'signature_missing' });
    for (const wrong of ['', text.slice(0, -1), `${text}0`, `${text},${text}`, 'ü\u0000']) {
      expect(verify({ [name]: wrong })).toMatchObject({ ok: false });
    }
  });

  test('is refused with another body, where it is signed', () => {
    const isSigned = name === 'x-signature';
    expect(verify({}, undefined, Buffer.from(`${body.toString()} `)).ok).toBe(!isSigned);
  });

  test('is refused when its time is old, early, changed, none or missing', () => {
    if (headers['x-time'] === undefined) return;
    for (const wrong of [undefined, 'now', '1785029399', '1785029521', '1785029461']) {
      expect(verify({ 'x-time': wrong })).toMatchObject({ ok: false });
    }
  });
});

describe('what a hook says', () => {
  const settings = settingsOf(hmac);
  const read = (text: string) => webhook.read(Buffer.from(text), receivedAt, settings);
  const refusal = expect.objectContaining({ kind: 'malformed', code: 'generic-carrier.hook_malformed' });

  test('is read of each parcel that has a number', () => {
    expect(read(body.toString())).toMatchObject([{ number: 'N1', events: [{ status: 'DELIVERED', source: 'push' }] }]);
    expect(read('{"list":[]}')).toEqual([]);
  });

  test.each([
    '',
    'x',
    '[]',
    '{}',
    'null',
    '{"list":[{"code":"DONE"}]}',
    '{"list":["x"]}',
    `{"list":[${'{},'.repeat(1_000)}{}]}`,
  ])('is refused where it is %j', (text) => {
    // prettier-ignore
    expect(() => read(text)).toThrow(refusal);
  });

  test('is known by its own id where there is one, and else by its bytes', () => {
    const headers = { 'x-signature': macOf('sha256', 'hex', body) };
    const own = settingsOf(hmac, { webhookSecret: secret }, { messageId: 'id' });
    expect(webhook.verify({ headers, body }, own, nowMs)).toEqual({ ok: true, messageId: 'm1' });
    const none = settingsOf(hmac, { webhookSecret: secret }, { messageId: 'other' });
    expect(webhook.verify({ headers, body }, none, nowMs)).toEqual(webhook.verify({ headers, body }, settings, nowMs));
  });

  test('is refused by a courier that has none', () => {
    const asked = GenericSettingsSchema.parse(plainSettings({ webhookSecret: secret }));
    expect(webhook.verify({ headers: {}, body }, asked, nowMs)).toEqual({
      ok: false,
      reason: 'webhook_not_configured',
    });
  });
});
