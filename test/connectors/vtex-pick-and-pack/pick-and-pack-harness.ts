import { randomUUID } from 'node:crypto';
import nock from 'nock';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createConnectorIo } from '../../../src/connectors/create-io.ts';
import { vtexPickAndPack } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/index.ts';
import {
  VtexPickAndPackSettingsSchema,
  type VtexPickAndPackSettings,
} from '../../../src/connectors/fulfilment/vtex-pick-and-pack/settings.ts';
import { createEgress } from '../../../src/platform/egress.ts';
import { createHttp } from '../../../src/platform/http.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

export const apiHost = 'https://api.pick-and-pack.com';
export const authHost = 'https://auth.pickingnpacking.com';
export const legacyHost = 'https://legacy.pickingnpacking.com';

/** Tokens are kept for the life of a process: every connection of these tests has a key of its own. */
export const settingsOf = (changes: Record<string, unknown> = {}): VtexPickAndPackSettings =>
  VtexPickAndPackSettingsSchema.parse({ account: 'luxstore', apiKey: `canary-${randomUUID()}`, ...changes });

const egress = createEgress({ allow: [], resolve: () => Promise.resolve([{ address: '203.0.113.1', family: 4 }]) });
const http = createHttp({ egress, userAgent: 'Packline/test' });

/** nock for a whole test file: nothing leaves the machine, and every expected request must have come. */
export function useNock(): void {
  beforeAll(() => nock.disableNetConnect());
  afterEach(() => {
    const missing = nock.pendingMocks();
    nock.cleanAll();
    if (missing.length > 0) throw new Error(`expected and never called: ${missing.join(', ')}`);
  });
  afterAll(() => nock.restore());
}

export const startMs = Date.parse('2026-01-15T01:00:00Z');

/** The connector's way out, over the real HTTP client. `pauses` are the budgets that it was told to rest, and how long. */
export function createIo(clock = createFakeClock(startMs), signal = new AbortController().signal) {
  const pauses: { budget: string; pauseMs: number }[] = [];
  const operations: string[] = [];
  const budget = {
    take: () => Promise.resolve({ taken: true, waitMs: 0, late: () => Promise.resolve() }),
    throttle: (lane: string, pauseMs: number) => Promise.resolve(void pauses.push({ budget: lane, pauseMs })),
  };
  const io = createConnectorIo(
    { http, budget, clock, report: ({ operation }) => operations.push(operation) },
    { connector: 'vtex-pick-and-pack', laneOf: (name) => name, signal },
  );
  return { io, clock, pauses, operations };
}

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
