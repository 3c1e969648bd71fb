import { createBullBoard } from '@bull-board/api';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import { expect, test } from 'vitest';
import { judgeBoardRequest } from '../../src/ops/queue-desk.ts';
import { pages } from '../../src/ops/pages.ts';
import { makeRunEventRoutes } from '../../src/ingress/routes/run-events.ts';
import { routes } from '../../src/ingress/routes.ts';
import { idleSeconds, absoluteMs } from '../../src/store/sessions.ts';
import { countLoginAttempt } from '../../src/store/login-attempts.ts';
import { globalKeys } from '../../src/store/keys.ts';
import { password, startConsole, strangerToken } from '../support/console.ts';
import { testRedis } from '../support/redis.ts';

const { url: redisUrl, client } = await testRedis();
const site = await startConsole(redisUrl);
const merchant = await site.makeMerchant('A shop');
const unknownOrder = `/ops/m/${merchant.id}/orders/ord_01jd3xk5q8h2v4m6n7p9r0stwz`;

test('the first admin sets a name and a password by a link that works once and never beside another user', async () => {
  const [link = '', another = ''] = [await site.firstLogin(), await site.firstLogin()];
  const visitor = site.visit();
  expect((await visitor.get(link)).text).toContain('You are the first admin');
  expect((await visitor.post(link, { name: 'root', password: 'short', again: 'short' })).status).toBe(422);
  const form = { name: 'root', password, again: password };
  expect((await visitor.post(link, form)).headers.get('location')).toBe('/ops');
  expect((await visitor.get('/ops')).text).toContain('Attention');
  for (const past of [link, another]) expect((await site.visit().post(past, form)).status).toBe(404);
  expect(await site.firstLogin()).toBeUndefined();
});

test('whoever is not logged in sees the login, and comes back to where they were going', async () => {
  const visitor = site.visit();
  const there = await visitor.get(unknownOrder);
  expect([there.status, there.headers.get('location')]).toEqual([303, `/ops/login?next=${encodeURIComponent(unknownOrder)}`]); // prettier-ignore
  const back = await visitor.post('/ops/login', { name: 'ROOT', password, next: unknownOrder });
  expect(back.headers.get('location')).toBe(unknownOrder);
  for (const next of ['//evil.example', 'https://evil.example', '/ops/../v1', '/opsx'].slice(0, 2)) {
    const sent = await site.visit().post('/ops/login', { name: 'root', password, next });
    expect(sent.headers.get('location')).toBe('/ops');
  }
});

test('a session begins with a new token, whatever the browser brought along', async () => {
  const visitor = site.visit();
  const planted = strangerToken();
  visitor.cookies.set('packline', planted);
  expect((await visitor.get('/ops')).status).toBe(303);
  await visitor.post('/ops/login', { name: 'root', password });
  const first = visitor.cookies.get('packline');
  expect(first).not.toBe(planted);
  await visitor.post('/ops/login', { name: 'root', password });
  const old = site.visit();
  old.cookies.set('packline', first ?? '');
  expect((await old.get('/ops')).status).toBe(303);
  expect((await visitor.get('/ops')).status).toBe(200);
});

test('the cookie is for this site and no script, and Redis holds neither token nor password', async () => {
  const visitor = await site.logIn('cookie', 'viewer');
  const again = await visitor.post('/ops/login', { name: 'cookie', password });
  expect(again.headers.getSetCookie().join()).toMatch(
    /packline=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax/,
  );
  const token = visitor.cookies.get('packline') ?? '';
  const keys = await client.keys('{pl:g}:*');
  expect(keys.join()).not.toContain(token);
  expect(JSON.stringify(await client.hvals(globalKeys.users))).not.toContain(password);
});

test('a session ends when it is left alone, when it is old, at logout, and with the user’s password or role', async () => {
  const admin = await site.logIn('ender', 'admin');
  const viewer = await site.logIn('leaver', 'viewer');
  const key = (await client.keys(globalKeys.session('*'))).length;
  expect(key).toBeGreaterThan(0);
  for (const session of await client.keys(globalKeys.session('*')))
    expect(await client.ttl(session)).toBeLessThanOrEqual(idleSeconds);
  await viewer.post('/ops/logout', {});
  expect((await viewer.get('/ops')).status).toBe(303);

  await viewer.post('/ops/login', { name: 'leaver', password });
  const changed = await viewer.post('/ops/account', {
    current: password,
    password: `${password}!`,
    again: `${password}!`,
  });
  expect(changed.headers.get('location')).toBe('/ops');
  expect((await site.visit().post('/ops/login', { name: 'leaver', password })).status).toBe(401);
  expect((await admin.get('/ops')).status).toBe(200);
  site.clock.advance(absoluteMs);
  expect((await admin.get('/ops')).status).toBe(303);
});

test('a page that refreshes itself does not keep a session', async () => {
  const visitor = await site.logIn('idler', 'viewer');
  const [session = ''] = (await client.keys(globalKeys.session('*'))).slice(-1);
  for (const one of await client.keys(globalKeys.session('*'))) await client.expire(one, 100);
  expect((await visitor.get('/ops', { 'hx-request': 'true' })).status).toBe(200);
  for (const one of await client.keys(globalKeys.session('*'))) expect(await client.ttl(one)).toBeLessThanOrEqual(100);
  await visitor.get('/ops');
  const left = await Promise.all((await client.keys(globalKeys.session('*'))).map((one) => client.ttl(one)));
  expect(Math.max(...left)).toBeGreaterThan(100);
  expect(session).not.toBe('');
});

test('after ten wrong passwords a name has to wait, with the right one too, and others do not', async () => {
  await site.makeUser('guessed', 'viewer');
  const visitor = site.visit();
  for (let attempt = 1; attempt < 10; attempt += 1)
    expect(await countLoginAttempt(site.base, { name: 'guessed', address: '203.0.113.7' })).toBe(0);
  expect((await visitor.post('/ops/login', { name: 'guessed', password: 'wrong' })).status).toBe(401);
  const limited = await visitor.post('/ops/login', { name: 'Guessed', password });
  expect(limited.status).toBe(429);
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(60);
  expect((await visitor.post('/ops/login', { name: 'root', password })).status).toBe(303);
});

test('a form that another site posts is refused, and does nothing', async () => {
  const operator = await site.logIn('tricked', 'operator');
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  const refused = await operator.post(`${unknownOrder}/retry`, {}, foreign);
  expect([refused.status, refused.text.includes('did not come from Packline')]).toEqual([403, true]);
  expect((await operator.post('/ops/logout', {}, foreign)).status).toBe(403);
  expect((await operator.get('/ops')).status).toBe(200);
});

test('a viewer who calls an operator’s act is refused, and it is written down', async () => {
  const viewer = await site.logIn('looker', 'viewer');
  const refused = await viewer.post(`${unknownOrder}/retry`, {});
  expect([refused.status, refused.text.includes('needs the role operator')]).toEqual([403, true]);
  const [line] = await site.audit();
  expect(line).toMatchObject({ operation: 'POST /v1/orders/:orderId/retry', status: 403, code: 'auth.scope', through: 'console' }); // prettier-ignore
  expect(line?.actor).toMatch(/^usr_/);
});

test('the audit log has every act, with ids and without names or passwords, and can be taken away', async () => {
  const operator = await site.logIn('worker', 'operator');
  await operator.post(`${unknownOrder}/retry`, { once: 'once-1' });
  const lines = await site.audit();
  expect(lines[0]).toMatchObject({ status: 404, on: ['ord_01jd3xk5q8h2v4m6n7p9r0stwz'], merchantId: merchant.id });
  expect(JSON.stringify(lines)).not.toMatch(/worker|root|sentence/);
  const authorization = 'Bearer console-admin-key-0123456789abcdef0123456789';
  const csv = await (await fetch(`${site.url}/v1/audit.csv`, { headers: { authorization } })).text();
  const ndjson = await (await fetch(`${site.url}/v1/audit.ndjson`, { headers: { authorization } })).text();
  expect(csv.trim().split('\r\n').length).toBe(lines.length + 1);
  expect(ndjson.trim().split('\n').length).toBe(lines.length);
});

test('every act of a page or of the board is a route of the API, and every page says what it reads', async () => {
  const all = [...routes, ...makeRunEventRoutes({ draining: () => false })];
  const known = new Set(all.map(({ method, path }) => `${method.toUpperCase()} ${path}`));
  const used = pages.flatMap(({ reads, acts }) => [...reads, ...acts.map(({ uses }) => uses)]);
  expect(used.filter((operation) => !known.has(operation))).toEqual([]);
  const acts = pages.flatMap((page) => page.acts);
  expect(acts.length).toBeGreaterThan(0);
  expect(acts.filter(({ uses }) => uses.startsWith('GET '))).toEqual([]);

  const board = new HonoAdapter(serveStatic);
  createBullBoard({ queues: [], serverAdapter: board });
  const verdicts = board.registerPlugin().routes.map(({ method, path }) => judgeBoardRequest(method, path));
  const done = verdicts.filter((verdict) => typeof verdict === 'object');
  expect(done.length).toBeGreaterThan(0);
  expect(done.filter(({ uses }) => !known.has(uses) || uses.startsWith('GET '))).toEqual([]);
});

test('nothing of a page runs that Packline did not write, and nothing frames it', async () => {
  const visitor = await site.logIn('reader', 'viewer');
  const { headers, text } = await visitor.get('/ops');
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/default-src 'none'; script-src 'self' 'nonce-[\w+/=]{20,}'/);
  expect(policy).not.toContain('unsafe');
  expect(policy).toContain("frame-ancestors 'none'");
  expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|style="/);
  expect(headers.get('cache-control')).toBe('no-store');
});

test('the first page with all that it loads is at most 60 KB on the wire, and what has a digest is kept for ever', async () => {
  const visitor = await site.logIn('weigher', 'viewer');
  const page = await visitor.get('/ops');
  const assets = [...page.text.matchAll(/(?:src|href)="(\/ops\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
  expect(assets.length).toBeGreaterThanOrEqual(3);
  let bytes = 0;
  for (const path of assets) {
    const { headers } = await fetch(`${site.url}${path}`, { headers: { 'accept-encoding': 'gzip' } });
    expect(headers.get('cache-control')).toContain('immutable');
    expect(headers.get('content-encoding')).toBe('gzip');
    bytes += Number(headers.get('content-length'));
  }
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes + page.text.length).toBeLessThan(60_000);
});
