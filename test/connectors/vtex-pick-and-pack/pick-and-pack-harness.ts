import { randomUUID } from 'node:crypto';
import nock from 'nock';
import { vtexPickAndPack } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/index.ts';
import {
  VtexPickAndPackSettingsSchema,
  type VtexPickAndPackSettings,
} from '../../../src/connectors/fulfilment/vtex-pick-and-pack/settings.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { openWire } from '../wire-harness.ts';

export const apiHost = 'https://api.pick-and-pack.com';
export const authHost = 'https://auth.pickingnpacking.com';
export const legacyHost = 'https://legacy.pickingnpacking.com';

/** Tokens are kept for the life of a process: every connection of these tests has a key of its own. */
export const settingsOf = (changes: Record<string, unknown> = {}): VtexPickAndPackSettings =>
  VtexPickAndPackSettingsSchema.parse({ account: 'luxstore', apiKey: `canary-${randomUUID()}`, ...changes });

export const startMs = Date.parse('2026-01-15T01:00:00Z');

export const createIo = (clock = createFakeClock(startMs), signal?: AbortSignal) =>
  openWire('vtex-pick-and-pack', clock, signal);

export function connect(changes: Record<string, unknown> = {}) {
  const made = createIo();
  return { ...made, pickAndPack: vtexPickAndPack.connect(settingsOf(changes), made.io) };
}

/** A JWT as VTEX makes them: 15 minutes from the given moment, signed by nobody. */
export function makeJwt(nowMs = startMs, claims: Record<string, unknown> = {}): string {
  const iat = Math.floor(nowMs / 1_000);
  const body = { hostname: 'luxstore', username: 'integration', iat, exp: iat + 900, jti: randomUUID(), ...claims };
  return ['{"alg":"HS256","typ":"JWT"}', JSON.stringify(body), 'no signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
}

/** One call for a token, answered with this one. */
export function giveToken(token = makeJwt()): string {
  nock(authHost).post('/prod/token').reply(200, { message: 'success', data: token });
  return token;
}

/** The API, to the bearer of this token. */
export const apiWith = (token: string): nock.Scope =>
  nock(apiHost, { reqheaders: { authorization: `Bearer ${token}`, accept: 'application/json' } });

/** A connection's first call asks for a token: this is the API after that. */
export const api = (): nock.Scope => apiWith(giveToken());
