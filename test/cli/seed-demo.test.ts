import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { seedDemo } from '../../src/cli/seed-demo.ts';
import { createLog } from '../../src/platform/log.ts';
import { temporaryFolder } from '../support/own-redis.ts';

interface Asked {
  what: string;
  key: string;
  body: string;
}
let asked: Asked[] = [];
/** How often in a row a request is answered that Redis is away. */
let refusals: (what: string) => number = () => 0;
/** The API and the sandbox, as far as the demo is made with them. */
const server = createServer((request, response) => {
  void text(request).then((body) => {
    const what = `${request.method} ${request.url}`;
    const before = asked.filter((one) => one.what === what && one.body === body).length;
    asked.push({ what, key: String(request.headers['idempotency-key']), body });
    const isRefused = before < refusals(what);
    const made = { id: 'mer_1', key: `key of ${body}`, webhookUrl: 'http://127.0.0.1/in/1', data: [] };
    response.writeHead(isRefused ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isRefused ? { code: 'redis.away', detail: 'away', retryable: true } : made));
  });
});
await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
});
const seed = async (home: string) =>
  seedDemo({ baseUrl: url, sandboxUrl: url, adminKey: 'pl_admin', home, log: createLog({ level: 'silent', name: 'test' }) }); // prettier-ignore

test('a store that is away for a moment is asked again, under the same idempotency key, and the demo has its credentials', async () => {
  refusals = (what) => (what.endsWith('/api-keys') ? 2 : 0);
  const credentials = await seed(await temporaryFolder());
  expect(credentials).toMatchObject({ merchantId: 'mer_1', merchantKey: expect.stringContaining('demo merchant') });
  expect(asked.filter(({ what }) => what === 'POST /v1/merchants')).toHaveLength(1);
  const tries = asked.filter(({ what }) => what.endsWith('/api-keys'));
  expect(tries).toHaveLength(6);
  expect(new Set(tries.map(({ key }) => key)).size).toBe(2);
  expect(new Set(tries.map(({ key, body }) => `${key} ${body}`)).size).toBe(2);
  const unkeyed = asked.filter(({ what, key }) => what.startsWith('POST /v1/') && key === 'undefined');
  expect(unkeyed).toEqual([]);
});

test('a later start makes no second merchant because the store is away while it looks for the first', async () => {
  const home = await temporaryFolder();
  refusals = () => 0;
  await seed(home);
  asked = [];
  refusals = (what) => (what.startsWith('GET /v1/orders') ? 1 : 0);
  await seed(home);
  expect(asked.filter(({ what }) => what === 'POST /v1/merchants')).toEqual([]);
});
