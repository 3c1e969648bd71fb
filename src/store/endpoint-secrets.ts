import { generateSigningKey } from '../platform/asymmetric-signature.ts';
import { toInstant } from '../platform/clock.ts';
import type { StoreDeps } from './deps.ts';
import { rememberByText } from '../platform/remember.ts';
import { parseStored } from './stored-json.ts';

/** What signs: the secret that the subscriber holds too, and the key pair of which it holds the public half. */
export interface SigningKey {
  secret: string;
  privateKey: string;
  publicKey: string;
  /** When it ceases to sign; null: it is the present one. */
  until: string | null;
}

/** What of an endpoint lies under seal: who knows the URL of a receiver, or its headers, may often speak to it. */
export interface EndpointSecrets {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** The newest first. */
  keys: readonly SigningKey[];
}

/** So many sign at the most, so that their signatures fit what strict receivers read of a header (32 entries). */
export const signingKeysMax = 11;

const contextOf = (endpointId: string): string => `endpoint:${endpointId}`;

export const sealSecrets = (deps: StoreDeps, id: string, secrets: EndpointSecrets): string =>
  deps.keyring.seal(JSON.stringify(secrets), contextOf(id));

const remembered = new WeakMap<StoreDeps['keyring'], ReturnType<typeof rememberByText<EndpointSecrets>>>();

export function openSecrets(deps: StoreDeps, { id, sealed }: { id: string; sealed: string }): EndpointSecrets {
  const known = remembered.get(deps.keyring) ?? rememberByText<EndpointSecrets>();
  remembered.set(deps.keyring, known);
  return known(sealed, () => parseStored<EndpointSecrets>(deps.keyring.openText(sealed, contextOf(id))));
}

export const makeSigningKey = (secret: string): SigningKey => ({ secret, ...generateSigningKey(), until: null });

/** Those that sign at this moment. */
export const keysAt = (keys: readonly SigningKey[], nowMs: number): SigningKey[] =>
  keys.filter(({ until }) => until === null || Date.parse(until) > nowMs);

/**
 * A new key in front of those there are. None of them signs for longer than `overlapMs` from now, whatever it was told
 * before: with 0 the new one signs alone.
 */
export function rotateKeys(
  keys: readonly SigningKey[],
  secret: string,
  { nowMs, overlapMs }: { nowMs: number; overlapMs: number },
): SigningKey[] {
  const latest = toInstant(nowMs + overlapMs);
  const old = keysAt(keys, nowMs).map((key) => ({
    ...key,
    until: key.until === null || key.until > latest ? latest : key.until,
  }));
  return [makeSigningKey(secret), ...keysAt(old, nowMs)];
}
