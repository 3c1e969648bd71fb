import { describe, expect, it, test } from 'vitest';
import { bodyChanges } from '../../src/delivery/body-changes.ts';
import { explainWebhook } from '../../src/delivery/explain-webhook.ts';
import { generateSigningKey, signAsymmetric } from '../../src/platform/asymmetric-signature.ts';
import { digestBody } from '../../src/platform/content-digest.ts';
import { generateWebhookSecret, signWebhook, verifyWebhook } from '../../src/platform/signature.ts';
import { signatures as vectors } from '../vectors/vectors.ts';

const nowMs = Date.parse('2026-01-15T00:00:00Z');
const seconds = nowMs / 1_000;
const secret = generateWebhookSecret();
const pair = generateSigningKey();
const sent = JSON.stringify({
  type: 'order.imported',
  timestamp: '2026-01-15T00:00:00.000Z',
  data: { name: 'açaí', at: 'a/b', n: 1 },
});
const headers = {
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(seconds),
  'webhook-signature': `${signWebhook(secret, 'evt_1', seconds, sent)} ${signAsymmetric(pair, 'evt_1', seconds, sent)}`,
  'content-digest': digestBody(sent),
};
const { 'content-digest': _, ...withoutDigest } = headers;
const { 'webhook-id': __, ...withoutId } = headers;

const explain = (
  change: { headers?: Record<string, string>; body?: string | Buffer; key?: string; nowMs?: number } = {},
) => {
  const { body = sent, ...more } = change;
  return explainWebhook({ headers, key: secret, nowMs, toleranceSeconds: 300, ...more, body: Buffer.from(body) });
};
/** What is wrong, one line for each. */
const wrongs = (change: Parameters<typeof explain>[0]): string[] => {
  const { ok, findings } = explain(change);
  expect(ok).toBe(findings.every((finding) => finding.ok));
  return findings.filter((finding) => !finding.ok).map(({ check, message }) => `${check}: ${message}`);
};

describe('a request as it was sent', () => {
  test.each([
    ['with the secret', {}],
    ['with the public key', { key: pair.publicKey }],
    ['with a secret that was copied with its line break', { key: `${secret}\n` }],
    ['without the digest, which not everybody keeps', { headers: withoutDigest }],
    ['with names in capitals', { headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value])) }],
    ['with names as PHP and WSGI have them', { headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, value])) }],
    ['as Svix names its headers', { headers: Object.fromEntries(Object.entries(withoutDigest).map(([name, value]) => [name.replace('webhook', 'svix'), value])) }],
  ])('is right %s', (_how, change) => {
    expect(wrongs(change)).toEqual([]);
  }); // prettier-ignore
});

describe('what is wrong is said exactly', () => {
  test.each([
    ['a missing header', { headers: withoutId }, [/^headers: webhook-id is missing/]],
    ['no headers', { headers: {} }, [/webhook-id is missing/, /webhook-timestamp is missing/, /webhook-signature is missing/]],
    ['an old request', { nowMs: nowMs + 3_600_000 }, [/^timestamp: is 3600 s old, more than 300 s.*--at/]],
    ['a slow clock', { nowMs: nowMs - 400_000 }, [/^timestamp: is 400 s ahead/]],
    ['milliseconds', { headers: { ...headers, 'webhook-timestamp': String(nowMs) } }, [/^timestamp: .* is in milliseconds/]],
    ['no number', { headers: { ...headers, 'webhook-timestamp': 'noon' } }, [/^timestamp: "noon" is no number/]],
    ['an id with a dot', { headers: { ...headers, 'webhook-id': 'a.b' } }, [/^headers: webhook-id is no id/]],
    ['a header sent twice', { headers: { ...headers, 'webhook-signature': `${headers['webhook-signature']}, v1,AAAA` } }, [/^signature: .*sent twice/]],
    ['another secret', { key: generateWebhookSecret() }, [/^signature: the body is what was sent, so the key is another/]],
    ['another public key', { key: generateSigningKey().publicKey }, [/^signature: the body is what was sent, so the key is another/]],
    ['another secret, and nothing known of the body', { headers: withoutDigest, key: generateWebhookSecret() }, [/^signature: either the key is another.*; or the body was changed/]],
    ['a secret without its prefix', { key: secret.slice(6) }, [/^key: .*"whsec_"/]],
    ['half a secret', { key: secret.slice(0, 20) }, [/^key: /]],
    ['half a public key', { key: pair.publicKey.slice(0, 20) }, [/^key: .*"whpk_"/]],
    ['a secret where Ed25519 alone signs', { headers: { ...headers, 'webhook-signature': signAsymmetric(pair, 'evt_1', seconds, sent) } }, [/^signature: there is no v1 .*public key/]],
    ['a public key where a secret alone signs', { key: pair.publicKey, headers: { ...headers, 'webhook-signature': signWebhook(secret, 'evt_1', seconds, sent) } }, [/^signature: there is no v1a .*secret/]],
    ['another id', { headers: { ...headers, 'webhook-id': 'evt_2' } }, [/^signature: the body is what was sent/]],
    ['an old request with another secret', { nowMs: nowMs + 3_600_000, key: generateWebhookSecret() }, [/^timestamp: /, /^signature: /]],
  ])('%s', (_what, change, wanted) => {
    const said = wrongs(change);
    expect(said).toEqual(wanted.map((pattern) => expect.stringMatching(pattern)));
  }); // prettier-ignore

  const json: unknown = JSON.parse(sent);
  const changed: [string, string | Buffer, RegExp][] = [
    ['a line break that an editor added', `${sent}\n`, /a line break was added at its end/],
    ['a CR LF at its end', `${sent}\r\n`, /a line break was added at its end/],
    ['spaces around it', `  ${sent} `, /spaces or line breaks were added around it/],
    ['a byte order mark', `\ufeff${sent}`, /a byte order mark/],
    ['printed for people', JSON.stringify(json, null, 2), /parsed and written anew/],
    ['written as Python does', sent.replaceAll(',"', ', "').replaceAll('":', '": ').replace('ç', '\\u00e7').replace('í', '\\u00ed'), /parsed and written anew/],
    ['written as PHP does', sent.replace('ç', '\\u00e7').replace('í', '\\u00ed').replace('a/b', 'a\\/b'), /parsed and written anew/],
    ['numbers written another way', sent.replace('"n":1', '"n":1.0'), /parsed and written anew/],
    ['put into a string', JSON.stringify(sent), /put into a JSON string/],
    ['still in base64', Buffer.from(sent).toString('base64'), /still in base64/],
    ['read as Latin-1', Buffer.from(Buffer.from(sent).toString('latin1'), 'utf8'), /read as Latin-1/],
  ]; // prettier-ignore
  test.each(changed)('a body that was changed: %s', (_how, body, what) => {
    expect(wrongs({ body })).toEqual([
      expect.stringMatching(new RegExp(`^body: was changed on its way: .*${what.source}`)),
      expect.stringMatching(new RegExp(`^signature: the secret is right, but the body was changed: .*${what.source}`)),
    ]);
    expect(wrongs({ body, headers: withoutDigest })).toEqual([expect.stringMatching(what)]);
  });

  test.each([
    ['empty', '', /it is empty/],
    ['cut off', sent.slice(0, 30), /may be cut off/],
    ['with its members sorted', JSON.stringify({ data: { at: 'a/b', n: 1, name: 'açaí' }, timestamp: '2026-01-15T00:00:00.000Z', type: 'order.imported' }), /are sorted/],
    ['with what was no UTF-8 replaced', sent.replace('ç', '\ufffd'), /U\+FFFD/],
    ['of another event', sent.replace('imported', 'canceled'), /or says something else/],
  ])('a body that nothing brings back: %s', (_how, body, what) => {
    const [first, second] = wrongs({ body });
    expect(first).toMatch(/^body: was changed on its way/);
    expect(first).toMatch(what);
    expect(second).toMatch(/^signature: does not fit this body/);
  }); // prettier-ignore

  it('has a test for every change that is known', () => {
    const lines = changed.map(([, body]) => wrongs({ body, headers: withoutDigest }).join());
    for (const { what } of bodyChanges.filter((change) => !change.what.includes('CR LF'))) {
      expect([what, lines.some((line) => line.includes(what))]).toEqual([what, true]);
    }
  });

  it('CR LF inside a body of several lines, as others send them', () => {
    const body = '{\n}';
    const theirs = { ...withoutDigest, 'webhook-signature': signWebhook(secret, 'evt_1', seconds, body) };
    expect(wrongs({ body: '{\r\n}', headers: theirs })).toEqual([expect.stringMatching(/changed to CR LF/)]);
  });
});

describe('of the vectors', () => {
  test.each(vectors.standardWebhooks)('$id $what: $wanted.verdict, as the receiver says', ({ input, wanted }) => {
    const body = Buffer.from(input.bodyBase64, 'base64');
    const at = { body, nowMs: input.nowSeconds * 1_000 };
    const oks = input.secrets.map((key) => explain({ ...at, headers: input.headers, key }).ok);
    expect(oks.includes(true)).toBe(wanted.verdict === 'accepted');
  });

  it('has no receiver that says otherwise', () => {
    const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
      (name) => headers[name as keyof typeof headers],
    );
    expect(verifyWebhook({ secrets: [secret], id, timestamp, signature, body: Buffer.from(sent), nowMs }).ok).toBe(
      explain().ok,
    );
  });
});
