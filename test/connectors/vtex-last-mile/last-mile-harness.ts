import { randomUUID } from 'node:crypto';
import { createConnectorIo } from '../../../src/connectors/create-io.ts';
import { vtexLastMile } from '../../../src/connectors/last-mile/vtex-last-mile/index.ts';
import { VtexLastMileSettingsSchema } from '../../../src/connectors/last-mile/vtex-last-mile/settings.ts';
import { createEgress } from '../../../src/platform/egress.ts';
import { createHttp } from '../../../src/platform/http.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

export const apiHost = 'https://api.pickingnpacking.com';
export const authHost = 'https://auth.pickingnpacking.com';
export const startMs = Date.parse('2026-01-15T01:00:00Z');

const egress = createEgress({ allow: [], resolve: () => Promise.resolve([{ address: '203.0.113.1', family: 4 }]) });
const http = createHttp({ egress, userAgent: 'Packline/test' });

/** Tokens are kept for the life of a process: every connection of these tests has a key of its own. */
export function connect(changes: Record<string, unknown> = {}) {
  const settings = VtexLastMileSettingsSchema.parse({ account: 'acme', apiKey: `canary-${randomUUID()}`, ...changes });
  const pauses: number[] = [];
  const budget = {
    take: () => Promise.resolve({ taken: true, waitMs: 0, late: () => Promise.resolve() }),
    throttle: (_lane: string, pauseMs: number) => Promise.resolve(void pauses.push(pauseMs)),
  };
  const io = createConnectorIo(
    { http, budget, clock: createFakeClock(startMs), report: () => undefined },
    { connector: 'vtex-last-mile', laneOf: (name) => name, signal: new AbortController().signal },
  );
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
