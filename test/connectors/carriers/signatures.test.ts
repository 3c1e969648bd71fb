import { describe, expect, test } from 'vitest';
import { easypost } from '../../../src/connectors/carriers/easypost/index.ts';
import { carrierConnectors } from '../../../src/connectors/carriers/registry.ts';
import { shippo } from '../../../src/connectors/carriers/shippo/index.ts';
import { vectorMs, vectors, type SignatureVector } from '../../fixtures/carriers/signatures.ts';
import { freshKey } from './carrier-harness.ts';

const rows: readonly [keyof typeof vectors, string, Record<string, unknown>][] = [
  ['easypost, over the body', 'easypost', { apiKey: freshKey() }],
  ['easypost, over time and path', 'easypost', { apiKey: freshKey() }],
  ['fedex', 'fedex', { clientId: 'c', clientSecret: 's' }],
  ['aftership', 'aftership', { apiKey: freshKey() }],
  ['shippo', 'shippo', { apiKey: freshKey() }],
];

describe.each(rows)('a hook signed as %s', (name, id, required) => {
  const connector = carrierConnectors.get(id);
  const vector: SignatureVector = vectors[name];
  const verify = (
    changes: Partial<SignatureVector> = {},
    secrets: object = { webhookSecret: vector.secret },
    nowMs = vectorMs,
  ) => {
    // prettier-ignore
    const { headers, body } = { ...vector, ...changes };
    const settings = connector?.settings.parse({ ...required, ...secrets });
    return connector?.webhook?.verify({ headers, body: Buffer.from(body) }, settings, nowMs);
  };
  const without = (header: string) => Object.fromEntries(Object.entries(vector.headers).filter(([key]) => key !== header)); // prettier-ignore
  const signature = vector.headers[vector.signature] ?? '';
  const signed = (text: string) => ({ headers: { ...vector.headers, [vector.signature]: text } });

  test('is believed', () => expect(verify()).toMatchObject({ ok: true, messageId: expect.any(String) }));

  test('is believed with the secret before, while both are valid', () => {
    const secrets = { webhookSecret: 'a newer secret', webhookSecretPrevious: vector.secret };
    expect(verify({}, secrets)).toMatchObject({ ok: true });
  });

  test.each([
    ['with another secret', {}, { webhookSecret: 'another secret' }],
    ['with a byte of the body changed', { body: vector.body.replace('d', 'e') }, undefined],
    ['with a byte more', { body: `${vector.body} ` }, undefined],
    ['with no body', { body: '' }, undefined],
    ['without its signature', { headers: without(vector.signature) }, undefined],
    ['with an empty signature', signed(''), undefined],
    ['with a signature cut short', signed(signature.slice(0, -1)), undefined],
    ['with a signature sent twice', signed(`${signature}, ${signature}`), undefined],
    ['with a signature of zeros', signed(signature.replace(/[\w+/](?=[\w+/]{0,30}=*$)/g, '0')), undefined],
    ['with what is no text of a signature', signed('\u0000ü'), undefined],
  ] as const)('is refused %s', (_what, changes, secrets) => {
    expect(verify(changes, secrets)).toEqual({ ok: false, reason: expect.any(String) });
  });

  test('is refused where no secret is set, unless hooks are known by their URL alone', () => {
    expect(verify({}, {})?.ok).toBe(id === 'shippo');
  });

  const { time } = vector;
  if (time === undefined) return;
  test('is refused when it is old, early, or its time was changed', () => {
    expect(verify({}, undefined, vectorMs + 300_000)).toMatchObject({ ok: true });
    expect(verify({}, undefined, vectorMs + 301_000)).toMatchObject({ ok: false });
    expect(verify({}, undefined, vectorMs - 301_000)).toMatchObject({ ok: false });
    const later = { headers: { ...vector.headers, [time]: '2026-01-01T00:04:00Z' } };
    expect(verify(later)).toMatchObject({ ok: false });
    expect(verify({ headers: without(time) })).toMatchObject({ ok: false });
    expect(verify({ headers: { ...vector.headers, [time]: 'now' } })).toMatchObject({ ok: false });
  });
});

describe('Shippo’s signed time', () => {
  const { headers, body, secret } = vectors.shippo;
  const settings = shippo.settings.parse({ apiKey: freshKey(), webhookSecret: secret });
  const verify = (nowMs: number, header: string = headers['shippo-auth-signature']) =>
    shippo.webhook?.verify({ headers: { 'shippo-auth-signature': header }, body: Buffer.from(body) }, settings, nowMs);

  test('may be five minutes from ours', () => {
    expect(verify(vectorMs + 300_000)).toMatchObject({ ok: true });
    expect(verify(vectorMs + 301_000)).toEqual({ ok: false, reason: 'timestamp_too_old' });
    expect(verify(vectorMs - 301_000)).toEqual({ ok: false, reason: 'timestamp_too_new' });
  });

  test('cannot be changed', () => {
    const later = headers['shippo-auth-signature'].replace('1767225600', '1767225601');
    expect(verify(vectorMs, later)).toEqual({ ok: false, reason: 'signature_mismatch' });
  });
});

describe('EasyPost’s first signature', () => {
  const { headers, body, secret } = vectors['easypost, over the body'];
  const settings = easypost.settings.parse({ apiKey: freshKey(), webhookSecret: secret });
  const verify = (text: string) => easypost.webhook?.verify({ headers, body: Buffer.from(text) }, settings, vectorMs);

  test('is over weights as floats, however they are printed', () => {
    expect(verify(body)).toMatchObject({ ok: true });
    expect(verify(body.replace('614', '614.0'))).toMatchObject({ ok: true });
    expect(verify(body.replace('614', '614.1'))).toMatchObject({ ok: false });
  });
});
