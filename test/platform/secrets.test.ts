import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createKeyring } from '../../src/platform/secrets.ts';

const master = (id: string, fill: number) => ({ id, key: Buffer.alloc(32, fill) });
const older = master('2025', 1);
const newer = master('2026.b-1', 2);
const keyring = createKeyring({ current: older });
const rotated = createKeyring({ current: newer, previous: [older] });
const cannotOpen = expect.objectContaining({ kind: 'misconfigured', code: 'secrets.cannot_open' });

/** The sealed value with one bit of its nonce, ciphertext or tag turned. */
function damage(sealed: string, at: number): string {
  const cut = sealed.lastIndexOf('.') + 1;
  const bytes = Buffer.from(sealed.slice(cut), 'base64url');
  const turned = bytes.map((byte, index) => (index === at % bytes.length ? byte ^ 1 : byte));
  return sealed.slice(0, cut) + Buffer.from(turned).toString('base64url');
}

describe('sealing', () => {
  test('what was sealed opens in its context, byte for byte', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (plain, context) => {
        expect(Buffer.from(keyring.open(keyring.seal(plain, context), context))).toEqual(Buffer.from(plain));
      }),
    );
  });

  test('text comes back as it was, whatever its script', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(keyring.openText(keyring.seal(text, 'order:1'), 'order:1')).toBe(text);
      }),
    );
  });

  test('the same value is sealed differently each time, under the id of the key', () => {
    const [one, two] = [keyring.seal('Jo', 'order:1'), keyring.seal('Jo', 'order:1')];
    expect(one).not.toBe(two);
    expect(one).toMatch(/^1\.2025\.[\w-]+$/);
  });

  test('a value moved to another context cannot be opened', () => {
    expect(() => keyring.open(keyring.seal('Jo', 'connection:a'), 'connection:b')).toThrow(cannotOpen);
  });

  test('a value with any bit turned cannot be opened', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (text, at) => {
        expect(() => keyring.open(damage(keyring.seal(text, 'c'), at), 'c')).toThrow(cannotOpen);
      }),
    );
  });

  test.each(['', '1', '1.2025', '1.2025.', '1.2025.AAAA', '2.2025.AAAA', '1.unknown.AAAA', 'plain text', '1..AAAA'])(
    '"%s" is no sealed value',
    (sealed) => {
      expect(() => keyring.open(sealed, 'c')).toThrow(cannotOpen);
    },
  );

  test('a shortened value cannot be opened, so that no tag is guessed by length', () => {
    const sealed = keyring.seal('Jo', 'c');
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => keyring.open(sealed.slice(0, length), 'c')).toThrow(cannotOpen);
    }
  });
});

describe('rotation', () => {
  test('what the previous key sealed opens, and new values are sealed with the current one', () => {
    expect(rotated.openText(keyring.seal('Jo', 'c'), 'c')).toBe('Jo');
    expect(rotated.seal('Jo', 'c')).toMatch(/^1\.2026\.b-1\./);
    expect(rotated.openText(rotated.seal('Jo', 'c'), 'c')).toBe('Jo');
  });

  test('what only the removed key can open is refused by the name of that key', () => {
    const without = createKeyring({ current: newer });
    expect(() => without.open(keyring.seal('Jo', 'c'), 'c')).toThrow(
      expect.objectContaining({ code: 'secrets.cannot_open', message: expect.stringContaining('2025') }),
    );
  });

  test('another key under the same id opens nothing', () => {
    const impostor = createKeyring({ current: master('2025', 9) });
    expect(() => impostor.open(keyring.seal('Jo', 'c'), 'c')).toThrow(cannotOpen);
  });

  test('two keys under one id are refused', () => {
    expect(() => createKeyring({ current: older, previous: [master('2025', 3)] })).toThrow(
      expect.objectContaining({ kind: 'misconfigured', code: 'secrets.key_invalid' }),
    );
  });

  test.each([
    { why: 'short', key: Buffer.alloc(16), id: 'a' },
    { why: 'without a name', key: Buffer.alloc(32), id: '' },
    { why: 'with a space in its name', key: Buffer.alloc(32), id: 'a b' },
  ])('a master key $why is refused', ({ key, id }) => {
    expect(() => createKeyring({ current: { id, key } })).toThrow(
      expect.objectContaining({ code: 'secrets.key_invalid' }),
    );
  });
});

describe('data keys', () => {
  test('a stored key opens what was sealed when it was made, after a rotation too', () => {
    const { wrapped, key } = keyring.newDataKey('order:1');
    const sealed = key.seal('Jo', 'order:1/person');
    expect(keyring.unwrapDataKey(wrapped, 'order:1').openText(sealed, 'order:1/person')).toBe('Jo');
    expect(rotated.unwrapDataKey(wrapped, 'order:1').openText(sealed, 'order:1/person')).toBe('Jo');
  });

  test('one order’s key opens nothing of another', () => {
    const [one, two] = [keyring.newDataKey('order:1'), keyring.newDataKey('order:2')];
    expect(() => two.key.open(one.key.seal('Jo', 'c'), 'c')).toThrow(cannotOpen);
    expect(() => keyring.unwrapDataKey(one.wrapped, 'order:2')).toThrow(cannotOpen);
  });

  test('a value moved, damaged or sealed by the keyring cannot be opened', () => {
    const { key } = keyring.newDataKey('order:1');
    const sealed = key.seal('Jo', 'c');
    expect(() => key.open(sealed, 'd')).toThrow(cannotOpen);
    expect(() => key.open(damage(sealed, 3), 'c')).toThrow(cannotOpen);
    expect(() => key.open(keyring.seal('Jo', 'c'), 'c')).toThrow(cannotOpen);
    expect(() => key.open('', 'c')).toThrow(cannotOpen);
  });

  test('a wrapped key does not open as a value, nor a value as a wrapped key', () => {
    const { wrapped } = keyring.newDataKey('order:1');
    expect(() => keyring.open(wrapped, 'order:1')).toThrow(cannotOpen);
    expect(() => keyring.unwrapDataKey(keyring.seal(Buffer.alloc(32), 'order:1'), 'order:1')).toThrow(cannotOpen);
  });
});

describe('keyed hashes', () => {
  test('are equal for equal values of one context, and for nothing else', () => {
    const hash = keyring.keyedHash('jo@example.com', 'email');
    expect(hash).toMatch(/^[\w-]{43}$/);
    expect(keyring.keyedHash('jo@example.com', 'email')).toBe(hash);
    expect(keyring.keyedHash('jo@example.com', 'phone')).not.toBe(hash);
    expect(keyring.keyedHash('om@example.com', 'email')).not.toBe(hash);
    expect(createKeyring({ current: newer }).keyedHash('jo@example.com', 'email')).not.toBe(hash);
  });

  test('no value runs over into its context', () => {
    expect(keyring.keyedHash('bc', 'a')).not.toBe(keyring.keyedHash('c', 'ab'));
  });

  test('while a rotation overlaps, a search has the hashes under both keys, the current one first', () => {
    const hashes = [createKeyring({ current: newer }), keyring].map((ring) => ring.keyedHash('Jo', 'name'));
    expect(rotated.keyedHashes('Jo', 'name')).toEqual(hashes);
    expect(rotated.keyedHash('Jo', 'name')).toBe(hashes[0]);
  });
});
