import { describe, expect, test } from 'vitest';
import { EndpointHeadersSchema } from '../../src/domain/endpoint-headers.ts';

const pathsOf = (headers: unknown) =>
  (EndpointHeadersSchema.safeParse(headers).error?.issues ?? []).map(({ path }) => path.join('/'));

describe('headers of a merchant’s own', () => {
  test('are kept with names in lower case', () => {
    expect(EndpointHeadersSchema.parse({ 'X-Team': 'shop 1', Authorization: 'Bearer a.b-c' })).toEqual({
      'x-team': 'shop 1',
      authorization: 'Bearer a.b-c',
    });
  });

  test.each([
    'Host', 'content-length', 'Content-Type', 'content-encoding', 'transfer-encoding', 'Connection', 'upgrade', 'TE', 'Trailer', 'keep-alive',
    'expect', 'proxy-authorization', 'webhook-id', 'Webhook-Signature', 'svix-id', 'x-forwarded-for', 'forwarded', 'user-agent', 'cookie',
    'accept-encoding', 'date', 'via', 'metadata-flavor', 'X-aws-ec2-metadata-token', 'sec-fetch-site', 'packline-merchant',
  ])('may not be called %s, which is decided elsewhere', (name) => {
    expect(pathsOf({ [name]: 'x' })).toEqual([name]);
  }); // prettier-ignore

  test.each(['', 'a b', 'a:b', 'ä', 'a\r\nb', '(x)', 'a'.repeat(65)])(
    'may not be called %j, which is no name',
    (name) => {
      expect(pathsOf({ [name]: 'x' })).toEqual([name]);
    },
  );

  test.each(['', ' x', 'x ', 'a\r\nb: c', 'a\nb', 'a\0b', 'ä', 'x'.repeat(4_097)])('may not say %j', (value) => {
    expect(pathsOf({ 'x-team': value })).toEqual(['x-team']);
  });

  test('are reserved in whatever case they are written', () => {
    expect(pathsOf({ HOST: 'x' })).toEqual(['HOST']);
    expect(pathsOf({ 'WebHook-Signature': 'x' })).toEqual(['WebHook-Signature']);
  });

  test('are named once, few, and short together', () => {
    expect(pathsOf({ 'x-team': 'a', 'X-Team': 'b' })).toEqual(['X-Team']);
    expect(pathsOf(Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`x-${n}`, 'a'])))).toEqual(['']);
    expect(pathsOf({ 'x-a': 'a'.repeat(4_096), 'x-b': 'b'.repeat(4_096) })).toEqual(['']);
  });
});
