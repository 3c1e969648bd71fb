/** What an open page costs that refreshes itself: little, however many have it open. */
import { expect, test } from 'vitest';
import { html } from 'hono/html';
import { createPassOn } from '../../src/ops/pass-on.ts';
import { createViewShelf } from '../../src/ops/view-shelf.ts';
import { present } from '../store/present.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { endSession } from '../../src/store/sessions.ts';
import { findUser, removeUser } from '../../src/store/users.ts';
import { startConsole, type Visitor } from '../support/console.ts';
import { testRedis } from '../support/redis.ts';

const { url: redisUrl } = await testRedis();
const site = await startConsole(redisUrl);
const merchant = await site.makeMerchant('A shop');
const path = `/ops/m/${merchant.id}/reconciliation`;
const asRefresh = { 'hx-request': 'true' };
const markIn = (text: string): string => present(/Packline-Shown&quot;:&quot;([\w-]+)&quot;/.exec(text)?.[1]);
const oncesIn = (text: string): string[] =>
  [...text.matchAll(/name="once" value="([^"]+)"/g)].map(([, once = '']) => once);

test('a refresh brings what is live of the page, and nothing while that is what is seen', async () => {
  const visitor = await site.logIn('looker', 'viewer');
  const whole = await visitor.get(path);
  const mark = markIn(whole.text);
  const same = await visitor.get(path, { ...asRefresh, 'packline-shown': mark });
  const again = await visitor.get(path, { ...asRefresh, 'packline-shown': mark });
  for (const { status, text, headers } of [same, again])
    expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);
  const live = await visitor.get(path, { ...asRefresh, 'packline-shown': 'something else' });
  expect(live.status).toBe(200);
  expect(live.text).toMatch(/^<title>Reconciliation · Packline<\/title>\s*<div\s+id="live"/);
  expect(live.text).not.toContain('looker');
  expect(markIn(live.text)).toBe(mark);
});

test('a refresh without forms is packed, and what is unpacked is the same', async () => {
  const visitor = await site.logIn('packer', 'viewer');
  const [packed, plain] = [await visitor.get('/ops', { ...asRefresh, 'accept-encoding': 'gzip' }), await visitor.get('/ops', { ...asRefresh, 'accept-encoding': 'identity' })]; // prettier-ignore
  expect([packed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual(['gzip', null]);
  expect(packed.text).toBe(plain.text);
  expect(packed.headers.get('cache-control')).toBe('no-store');
});

test('who is logged out or removed elsewhere has pages refreshed for seven seconds more, and here for none', async () => {
  const refresh = async (visitor: Visitor) => (await visitor.get(path, asRefresh)).headers.get('hx-redirect');
  const [here, elsewhere, removed] = [await site.logIn('here', 'viewer'), await site.logIn('elsewhere', 'viewer'), await site.logIn('removed', 'viewer')]; // prettier-ignore
  for (const visitor of [here, elsewhere, removed]) expect(await refresh(visitor)).toBe(null);
  const before = here.cookies.get('packline') ?? '';
  await here.post('/ops/logout', {});
  here.cookies.set('packline', before);
  expect(await refresh(here)).toContain('/ops/login');
  // As another process does it: this one is not told.
  await endSession(site.base, elsewhere.cookies.get('packline') ?? '');
  await removeUser(site.base, (await findUser(site.base, 'removed'))?.id ?? '');
  site.clock.advance(6_999);
  expect(await refresh(removed)).toBe(null);
  site.clock.advance(1);
  for (const visitor of [elsewhere, removed]) expect(await refresh(visitor)).toContain('/ops/login');
});

test('a whole page asks whose session it is, and what it learns its refreshes know', async () => {
  const visitor = await site.logIn('asker', 'viewer');
  expect((await visitor.get(path)).status).toBe(200);
  await endSession(site.base, visitor.cookies.get('packline') ?? '');
  expect((await visitor.get(path)).status).toBe(303);
  expect((await visitor.get(path, asRefresh)).headers.get('hx-redirect')).toContain('/ops/login');
});

test('two people who are shown the same have forms of their own, and another role has its own view', async () => {
  const [one, other] = [await site.logIn('op-1', 'operator'), await site.logIn('op-2', 'operator')];
  const texts = [(await one.get(path, asRefresh)).text, (await other.get(path, asRefresh)).text];
  expect(new Set(texts.map(markIn)).size).toBe(1);
  const onces = texts.flatMap(oncesIn);
  expect(onces.length).toBeGreaterThan(1);
  expect(new Set(onces).size).toBe(onces.length);
  for (const once of onces) expect(once).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  const viewer = await site.logIn('no-op', 'viewer');
  const shown = (await viewer.get(path, asRefresh)).text;
  expect(oncesIn(shown)).toEqual([]);
  expect(shown).toContain('yours is viewer');
});

test('however many ask within a second, a view that refreshes itself is made once, and another for each', async () => {
  const clock = createFakeClock();
  const shelf = createViewShelf(clock);
  let made = 0;
  const make = (refreshSeconds?: number) => async () => {
    made += 1;
    const view = { title: `view ${made}`, body: html``, mark: String(made) };
    return refreshSeconds === undefined ? view : { ...view, refreshSeconds };
  };
  const ask = (key: string, seconds?: number) => Promise.all(Array.from({ length: 50 }, () => shelf.take(key, make(seconds)))); // prettier-ignore
  expect(new Set((await ask('a', 5)).map((view) => view?.title))).toEqual(new Set(['view 1']));
  clock.advance(999);
  expect((await ask('a', 5))[49]?.title).toBe('view 1');
  clock.advance(1);
  expect((await ask('a', 5))[49]?.title).toBe('view 2');
  shelf.put('a', { title: 'after an act', body: html``, mark: 'x', refreshSeconds: 5 });
  expect((await ask('a', 5))[0]?.title).toBe('after an act');
  made = 0;
  await ask('b');
  expect(made).toBe(50);
  const broken = shelf.take('c', () => Promise.reject(new Error('away')));
  await expect(broken).rejects.toThrow('away');
  expect((await shelf.take('c', make(5)))?.title).toBe('view 51');
});

test('an event of a feed is written out once for all who look on', async () => {
  let shown = 0;
  const passOn = createPassOn();
  const showEvent = (data: unknown) => html`<b>${(shown += 1)} ${JSON.stringify(data)}</b>`;
  const stream = { name: 'events', uses: 'GET /v1/runs/:runId/events', request: () => ({}), showEvent } as const;
  const feed = (text: string) => new Response(text, { headers: { 'content-type': 'text/event-stream' } });
  const read = (events: string) => passOn(feed(events), stream, '/a').text();
  const all = await Promise.all(Array.from({ length: 20 }, () => read('event: progress\ndata: 7\n\n: still here\n\n')));
  expect(new Set(all)).toEqual(new Set(['data: <b>1 7</b>\n\n: still here\n\n']));
  expect(await read('event: end\ndata: 8\n\n')).toBe('data: <b>2 8</b>\n\nevent: end\ndata:\n\n');
});
