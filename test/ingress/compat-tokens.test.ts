import { expect, test } from 'vitest';
import { createTokens } from '../../src/ingress/compat/vtex-pick-and-pack/tokens.ts';
import { createKeyring } from '../../src/platform/secrets.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const clock = createFakeClock(Date.parse('2026-01-15T02:00:00.000Z'));
const holder = { merchantId: 'mer_1', keyId: 'key_1' };
const masterKey = (id: string, byte: number) => ({ id, key: Buffer.alloc(32, byte) });
const before = masterKey('before', 1);
const after = masterKey('after', 2);
const tokensOf = (keys: Parameters<typeof createKeyring>[0]) => createTokens({ keyring: createKeyring(keys), clock });

test('a token outlives a rotation of the master key, and not the removal of the old one', async () => {
  const token = await tokensOf({ current: before }).make(holder);
  expect(await tokensOf({ current: after, previous: [before] }).read(token)).toEqual(holder);
  expect(await tokensOf({ current: after }).read(token)).toBe('wrong');
});

test('no other key below the master key signs tokens', async () => {
  const keyring = createKeyring({ current: before });
  const [tokenKey] = keyring.signingKeys('vtex-pick-and-pack token');
  const [otherKey] = keyring.signingKeys('something else');
  expect(tokenKey.equals(otherKey)).toBe(false);
  expect(tokenKey.export()).not.toEqual(before.key);
  expect(tokenKey.export()).toHaveLength(32);
});
