import { beforeEach, expect, it } from 'vitest';
import { commit } from '../../src/store/commit.ts';
import {
  attemptsKeptMax,
  attemptWrites,
  readAttempts,
  type AttemptExchange,
  type DeliveryAttempt,
} from '../../src/store/delivery-attempts.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { makeDelivery, makeEvent, readDelivery, type Delivery } from '../../src/store/events.ts';
import { headerBytesMax, keptHeaders } from '../../src/delivery/shown-headers.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { sampleMerchantId as merchantId } from './accept-sample.ts';
import { whereIs } from './everything-in-redis.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
let delivery: Delivery;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
  const event = makeEvent(store, merchantId, 'endpoint.test', { endpointId: newId('endpoint', clock) }, null);
  delivery = makeDelivery(store, event, newId('endpoint', clock));
});

const exchange: AttemptExchange = {
  requestHeaders: { 'webhook-signature': 'v1,***' },
  responseStatus: 500,
  responseHeaders: { server: 'theirs' },
  responseBody: '',
  retryAfterMs: null,
  timings: { dnsMs: null, connectMs: 0.4, tlsMs: null, firstByteMs: 3, totalMs: 5 },
};
const lineOf = (attempt: number, more: Partial<AttemptExchange> = {}): DeliveryAttempt => ({
  at: delivery.createdAt,
  attempt,
  outcome: 'http_500',
  failure: 'http_5xx',
  exchange: { ...exchange, ...more },
});

it('a delivery remembers its last twenty attempts, for as long as itself', async () => {
  for (let attempt = 1; attempt <= attemptsKeptMax + 3; attempt += 1) {
    await commit(store, { writes: attemptWrites(store, { ...delivery, attempts: attempt }, lineOf(attempt)) });
  }
  const attempts = await readAttempts(store, delivery.id);
  expect(attempts).toEqual(Array.from({ length: 20 }, (_, n) => lineOf(n + 4)));
  expect((await readDelivery(store, delivery.id))?.attempts).toBe(23);
  expect(await client.ttl(store.keys.attempts(delivery.id))).toBeGreaterThan(store.retention.eventSeconds - 60);
});

it('what was answered is kept sealed, its headers too: it may be about a person', async () => {
  const answers = [
    { responseBody: 'Ana Canário has moved', responseHeaders: { 'x-customer': 'Canário' } },
    { responseBody: '', responseHeaders: {} },
    { responseBody: null, responseHeaders: null },
  ];
  for (const answer of answers) await commit(store, { writes: attemptWrites(store, delivery, lineOf(1, answer)) });
  const nothingSent = { at: delivery.createdAt, attempt: 0, outcome: 'endpoint_gone', failure: 'dropped', exchange: null } as const; // prettier-ignore
  await commit(store, { writes: attemptWrites(store, delivery, nothingSent) });
  expect(await readAttempts(store, delivery.id)).toEqual([...answers.map((answer) => lineOf(1, answer)), nothingSent]);
  expect(await whereIs(client, ['Canário', 'has moved', 'x-customer'])).toEqual([]);
});

it('an attempt takes less than a kilobyte as a rule, and less than 16 KiB whatever was answered', async () => {
  const bytesOf = (line: DeliveryAttempt): number =>
    Buffer.byteLength(attemptWrites(store, delivery, line)[1]?.[2] ?? '');
  const requestHeaders = {
    'content-type': 'application/json',
    'content-digest': `sha-256=:${'A'.repeat(44)}:`,
    'webhook-id': 'evt_01jd3xk5q8h2v4m6n7p9r0stwz',
    'webhook-timestamp': '1768435200',
    'webhook-signature': 'v1,***',
  };
  const usual = {
    date: 'Thu, 15 Jan 2026 00:10:00 GMT',
    connection: 'keep-alive',
    'content-length': '2',
    server: 'nginx',
  };
  expect(bytesOf(lineOf(1, { requestHeaders, responseHeaders: usual, responseBody: 'ok' }))).toBeLessThan(1_024);
  const hostile = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`x-${n}`, 'ÿ'.repeat(8_000)]));
  const responseHeaders = keptHeaders(hostile);
  const sum = Object.entries(responseHeaders).reduce((all, pair) => all + Buffer.byteLength(pair.join('')), 0);
  expect(sum).toBeGreaterThan(headerBytesMax / 2);
  expect(sum).toBeLessThanOrEqual(headerBytesMax);
  expect(bytesOf(lineOf(1, { responseHeaders, responseBody: '\u0000'.repeat(1_024) }))).toBeLessThan(16_384);
});
