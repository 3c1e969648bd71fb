import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { Failure } from '../domain/failure.ts';
import type { MasterKey } from './settings.ts';
import { entropy } from './entropy.ts';

/**
 * Seals what must not be read out of Redis, its files or its backups: credentials, personal data, raw webhooks.
 *
 * AES-256-GCM with random 96-bit nonces. Every context has an encryption key of its own, derived from the master key, so
 * that the 2^32 messages one key may seal under random nonces (NIST SP 800-38D, 8.3) are counted per context and not
 * over the life of an installation. The context is authenticated as well: a value moved to another place cannot be opened.
 *
 * Keys are made KeyObjects first: in Node 24 a cipher or HMAC given raw key bytes costs about 7 microseconds more.
 *
 * Sealed by the keyring: `1.<id of the master key>.<base64url of nonce, ciphertext and tag>`; by a data key: `1.<base64url>`.
 */
const cipherName = 'aes-256-gcm';
const formatVersion = '1';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const keyIdPattern = /^[\w.-]{1,64}$/;

/** Seals and opens. `context` says where the value lives (`connection:<id>`) and must be the same both times. */
export interface Sealer {
  seal(plain: string | Uint8Array, context: string): string;
  /** @throws Failure `misconfigured` `secrets.cannot_open`: unknown key, altered value, or value of another context. */
  open(sealed: string, context: string): Uint8Array;
  /** `open`, as UTF-8 text. */
  openText(sealed: string, context: string): string;
}

/** The key of one order's personal data. Deleting its wrapped form makes everything it sealed unreadable for ever. */
export interface DataKey extends Sealer {
  /** 32 bytes that follow from this key alone: another for each purpose, and gone with the key. */
  derive(purpose: string): Buffer;
}

export interface Keyring extends Sealer {
  /** A new data key, and the form in which it is stored. */
  newDataKey(context: string): { wrapped: string; key: DataKey };
  /** @throws Failure `misconfigured` `secrets.cannot_open` */
  unwrapDataKey(wrapped: string, context: string): DataKey;
  /**
   * What personal data is searched by: equal for equal values of one context, and of no use without the master key.
   * Made with the current master key, base64url of 32 bytes. Normalise the value first.
   */
  keyedHash(value: string, context: string): string;
  /** `keyedHash` under every master key, the current one first: what to search for while a rotation overlaps. */
  keyedHashes(value: string, context: string): string[];
  /** Keys of one purpose for signing what we hand out (HMAC, 32 bytes), for each master key, the current one first. */
  signingKeys(purpose: string): readonly [KeyObject, ...KeyObject[]];
}

/**
 * The keyring over the master keys: `current` seals, `previous` ones only open.
 * @throws Failure `misconfigured` `secrets.key_invalid`: a key that is not 32 bytes, or two keys under one id.
 */
export function createKeyring(options: { current: MasterKey; previous?: readonly MasterKey[] }): Keyring {
  const { current, previous = [] } = options;
  const masters = [current, ...previous];
  masters.forEach(assertMasterKey);
  const keys = new Map(masters.map(({ id, key }) => [id, createSecretKey(key)]));
  if (keys.size < masters.length) throw keyInvalid('Two master keys have the same id');
  const currentKey = createSecretKey(current.key);
  const wrapKeys = new Map([...keys].map(([id, key]) => [id, deriveKey(key, 'wrap', '')]));
  const keyFor = (id: string, master: KeyObject, purpose: Purpose, context: string): KeyObject =>
    (purpose === 'wrap' ? wrapKeys.get(id) : undefined) ?? deriveKey(master, purpose, context);
  const hashKey = makeHashKey(current);
  const previousHashKeys = previous.map(makeHashKey);

  const prefix = `${formatVersion}.${current.id}.`;
  const sealFor = (purpose: Purpose, plain: string | Uint8Array, context: string): string =>
    prefix + encrypt(keyFor(current.id, currentKey, purpose, context), plain, context);

  function openFor(purpose: Purpose, sealed: string, context: string): Buffer {
    const [, keyId = '', payload = ''] = /^1\.([\w.-]+)\.([\w-]+)$/.exec(sealed) ?? [];
    const master = keys.get(keyId);
    if (master === undefined) throw cannotOpen(keyId === '' ? 'is not a sealed value' : `needs the key ${keyId}`);
    return decrypt(keyFor(keyId, master, purpose, context), payload, context);
  }

  return {
    ...makeSealer(
      (plain, context) => sealFor('seal', plain, context),
      (sealed, context) => openFor('seal', sealed, context),
    ),
    newDataKey(context) {
      const raw = entropy(keyBytes);
      return { wrapped: sealFor('wrap', raw, context), key: makeDataKey(raw) };
    },
    unwrapDataKey: (wrapped, context) => makeDataKey(openFor('wrap', wrapped, context)),
    keyedHash: (value, context) => computeHash(hashKey, value, context),
    keyedHashes: (value, context) => [hashKey, ...previousHashKeys].map((key) => computeHash(key, value, context)),
    signingKeys: (purpose) => [
      deriveKey(currentKey, 'sign', purpose),
      ...previous.map(({ key }) => deriveKey(createSecretKey(key), 'sign', purpose)),
    ],
  };
}

/**
 * A wrapped data key is never opened as a plain value, nor the other way round: they are sealed under other keys. Data keys
 * are wrapped under one key whatever their context (which stays authenticated): an order's whole budget is some hundred
 * microseconds, and 2^32 orders are a bound that is far away.
 */
type Purpose = 'seal' | 'wrap' | 'sign';

const deriveKey = (master: KeyObject, purpose: Purpose, context: string): KeyObject =>
  createSecretKey(createHmac('sha256', master).update(`packline ${purpose}\0${context}`).digest());

const makeHashKey = ({ key }: MasterKey): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'packline keyed hash', keyBytes)));

/** The length of the context stands first, so that no (context, value) reads as another. */
const computeHash = (key: KeyObject, value: string, context: string): string =>
  createHmac('sha256', key).update(`${context.length}.${context}${value}`).digest('base64url');

function makeDataKey(raw: Uint8Array): DataKey {
  const key = createSecretKey(raw);
  const prefix = `${formatVersion}.`;
  return {
    ...makeSealer(
      (plain, context) => prefix + encrypt(key, plain, context),
      (sealed, context) => {
        if (!sealed.startsWith(prefix)) throw cannotOpen('is not a sealed value');
        return decrypt(key, sealed.slice(prefix.length), context);
      },
    ),
    derive: (purpose) => createHmac('sha256', key).update(`packline derive\0${purpose}`).digest(),
  };
}

const makeSealer = (seal: Sealer['seal'], open: (sealed: string, context: string) => Buffer): Sealer => ({
  seal,
  open,
  openText: (sealed, context) => open(sealed, context).toString('utf8'),
});

function encrypt(key: KeyObject, plain: string | Uint8Array, context: string): string {
  const nonce = entropy(nonceBytes);
  const cipher = createCipheriv(cipherName, key, nonce).setAAD(Buffer.from(context));
  const ciphertext = cipher.update(typeof plain === 'string' ? Buffer.from(plain) : plain);
  cipher.final();
  return Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]).toString('base64url');
}

function decrypt(key: KeyObject, payload: string, context: string): Buffer {
  const bytes = Buffer.from(payload, 'base64url');
  if (bytes.length < nonceBytes + tagBytes) throw cannotOpen('is cut short');
  const decipher = createDecipheriv(cipherName, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(-tagBytes));
  const plain = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
  try {
    decipher.final();
  } catch (cause) {
    throw cannotOpen('was altered, moved, or sealed with another key', cause);
  }
  return plain;
}

function assertMasterKey({ id, key }: MasterKey): void {
  if (!keyIdPattern.test(id))
    throw keyInvalid('The id of a master key is not 1 to 64 letters, digits, ".", "-" or "_"');
  if (key.length !== keyBytes) throw keyInvalid(`The master key ${id} is not ${keyBytes} bytes`);
}

const keyInvalid = (message: string): Failure => new Failure('misconfigured', 'secrets.key_invalid', message);

const cannotOpen = (why: string, cause?: unknown): Failure =>
  new Failure('misconfigured', 'secrets.cannot_open', `A sealed value ${why}`, { cause });
