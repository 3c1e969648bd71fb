import { randomUUID } from 'node:crypto';
import { vtexLastMile } from '../../../src/connectors/last-mile/vtex-last-mile/index.ts';
import { VtexLastMileSettingsSchema } from '../../../src/connectors/last-mile/vtex-last-mile/settings.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { openWire } from '../wire-harness.ts';

export const apiHost = 'https://api.pickingnpacking.com';
export const authHost = 'https://auth.pickingnpacking.com';
export const startMs = Date.parse('2026-01-15T01:00:00Z');

/** Tokens are kept for the life of a process: every connection of these tests has a key of its own. */
export function connect(changes: Record<string, unknown> = {}) {
  const settings = VtexLastMileSettingsSchema.parse({ account: 'acme', apiKey: `canary-${randomUUID()}`, ...changes });
  const { io, pauses } = openWire('vtex-last-mile', createFakeClock(startMs));
  return { connection: vtexLastMile.connect(settings, io), settings, pauses };
}

/** A JWT as VTEX makes them. */
export function makeJwt(): string {
  const iat = Math.floor(startMs / 1_000);
  const body = { hostname: 'acme', username: 'integration', iat, exp: iat + 900, jti: randomUUID() };
  return ['{"alg":"HS256","typ":"JWT"}', JSON.stringify(body), 'no signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
}
