/** The page that a customer sees: what it shows, what it never shows, and who can open it. */
import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { OrderInput } from '../../src/domain/order-input.ts';
import { createApiKey } from '../../src/store/merchants.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { startConsole } from '../support/console.ts';
import { testRedis } from '../support/redis.ts';

const { url: redisUrl, client } = await testRedis();
const site = await startConsole(redisUrl);
const merchant = await site.makeMerchant('Corner & Sons <b>');
const { secret } = await createApiKey(site.base, merchant.id, { name: 'A key', scopes: ['operate', 'carrier'] });
const canary = '<img src=x onerror=alert(1)>"\'';
const parcel = { carrier: 'dhl', trackingNumber: '00340434161094015902' };

const call = async (method: string, path: string, json?: unknown): Promise<{ status: number; body: never }> => {
  const response = await fetch(`${site.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${secret}`,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as never };
};

/** Posts an order that is followed at DHL, and answers its id and the path of its page. */
async function track(externalId: string, overrides: Partial<OrderInput> = {}): Promise<{ id: string; path: string }> {
  const { body } = await call('POST', '/v1/orders', sampleOrder({ externalId, ...overrides }));
  const { id } = body as { id: string };
  return { id, path: await pageOf(id) };
}
const pageOf = async (id: string): Promise<string> => {
  const { url } = (await call('GET', `/v1/orders/${id}/tracking-page`)).body as { url: string };
  expect(url.startsWith(site.url)).toBe(true);
  return url.slice(site.url.length);
};
const follow = async (id: string, trackingNumber: string) => {
  await call('PATCH', `/v1/orders/${id}/tracking`, { carrier: 'DHL', trackingNumber, trackingUrl: 'https://carrier.example/track?n=1&x="><script>' }); // prettier-ignore
  const told = { carrier: 'dhl', trackingNumber, description: `Signed by Silva ${canary}` };
  const said = await call('POST', '/v1/tracking-events', {
    events: [
      {
        ...told,
        status: 'IN_TRANSIT',
        occurredAt: '2026-01-14T22:15:00+11:00',
        location: { city: `Geelong ${canary}` },
      },
      { ...told, status: 'OUT_FOR_DELIVERY', occurredAt: '2026-01-15T07:05:00+11:00', location: { city: 'Carlton' } },
    ],
  });
  expect(said.status).toBe(202);
};
const visit = (path: string, headers: Record<string, string> = {}) => site.visit().get(path, headers);

test('the page says how far the order is, to whom by the first name, whereto by the city, and nothing else of the person', async () => {
  const { id, path } = await track('shown', {
    notes: `Canary note ${canary}`,
    lines: sampleOrder().lines.map((line) => ({ ...line, name: `Product ${canary}` })),
  });
  await follow(id, parcel.trackingNumber);
  const { status, text } = await visit(path);
  expect(status).toBe(200);
  expect(text).toContain('Hello Ana · Order shown');
  expect(text).toContain('<h1>Out for delivery</h1>');
  expect(text).toContain('Goes to Carlton');
  // The carrier has it: nobody has told the order yet.
  expect(text).toMatch(/aria-current="step"\s*>\s*On its way/);
  expect(text).toContain('href="https://carrier.example/track?n=1&amp;x=&quot;&gt;&lt;script&gt;"');
  for (const told of [
    'Silva',
    'Canário',
    'Wharf',
    '3053',
    '+6140',
    'ana.canary',
    'note',
    'Product',
    'Snack',
    'Signed',
    merchant.id,
    id,
  ])
    // prettier-ignore
    expect(text, told).not.toContain(told);
});

test('times are those of the clock where it happened, and else of the merchant’s zone', async () => {
  const { id, path } = await track('clocks');
  await follow(id, 'CLOCKS1');
  await call('PATCH', '/v1/branding', { timeZone: 'Australia/Melbourne' });
  const { text } = await visit(path);
  expect(text).toMatch(/Thu,? 15 Jan,? 07:05/);
  expect(text).toMatch(/Wed,? 14 Jan,? 22:15/);
  expect(text).toMatch(/<strong>Thu,? 15 Jan,? 13:00 ?– ?15:00<\/strong>/);
});

test('what partners and merchants wrote is text, and nothing on the page runs', async () => {
  const { id, path } = await track(`x ${canary}`, { recipient: { ...sampleOrder().recipient, name: canary } });
  await follow(id, 'CANARY1');
  const { text, headers } = await visit(path);
  expect(text).toContain('Geelong &lt;img');
  expect(text).toContain('Corner &amp; Sons &lt;b&gt;');
  expect(text).not.toMatch(/<img|<script|\son\w+=(?!.*&)/);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; img-src data:; base-uri 'none'/);
  expect(headers.get('x-robots-tag')).toBe('noindex, nofollow');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(text).toContain('<meta name="robots" content="noindex, nofollow" />');
});

test('a merchant gives name, colour, logo and help; what is no such thing is refused', async () => {
  const { path } = await track('branded');
  const logoUrl = 'https://cdn.example.com/a/logo.svg';
  const set = { name: 'The Corner', color: '#ffcc00', logoUrl, supportUrl: 'mailto:help@corner.example' };
  expect((await call('PATCH', '/v1/branding', set)).status).toBe(200);
  const { text, headers } = await visit(path);
  expect(text).toContain('<p>The Corner</p>');
  expect(text).toContain('--brand:#ffcc00;--ink:#000000');
  expect(text).toContain(`<img src="${logoUrl}" alt="" />`);
  expect(text).toContain('href="mailto:help@corner.example"');
  expect(headers.get('content-security-policy')).toContain('img-src data: https://cdn.example.com;');
  for (const wrong of [
    { color: 'red' },
    { color: '#fff;}body{x' },
    { logoUrl: 'http://cdn.example.com/logo.png' },
    { logoUrl: 'https://u:p@cdn.example.com/logo.png' },
    { logoUrl: 'data:text/html;base64,AAAA' },
    { supportUrl: 'javascript:alert(1)' },
    { timeZone: 'Mars/Olympus' },
    {},
  ])
    expect([wrong, (await call('PATCH', '/v1/branding', wrong)).status]).toEqual([wrong, 400]);
  await call('PATCH', '/v1/branding', { name: null, color: null, logoUrl: null, supportUrl: null });
});

test('the page speaks what the browser likes best, and English where it knows none of that', async () => {
  const { path } = await track('languages');
  const asked = async (language: string) => (await visit(path, { 'accept-language': language })).text;
  expect(await asked('pt-BR,pt;q=0.9,en;q=0.8')).toContain('<html lang="pt">');
  expect(await asked('fr, en;q=0.5, es;q=0.7')).toContain('Hola, Ana');
  expect(await asked('fr')).toContain('Hello Ana');
  expect((await visit(path)).headers.get('vary')).toBe('Accept-Language');
});

test('nobody opens what they have no address of, and is told the same whatever was wrong', async () => {
  const { id, path } = await track('secret');
  const [shard, tail, own = ''] = path.slice('/track/'.length).split('.');
  const other = await track('other');
  const [, , foreign] = other.path.split('.');
  const turned = `${own.slice(0, -2)}${own.at(-2) === 'A' ? 'B' : 'A'}${own.at(-1)}`;
  await call('DELETE', `/v1/orders/${other.id}/tracking-page`);
  const wrong = [
    `/track/${shard}.${tail}.${turned}`,
    `/track/${shard}.${tail}.${foreign}`,
    `/track/9.${tail}.${own}`,
    `/track/${shard}.01jd3xk5q8h2v4m6n7p9r0stwz.${own}`,
    `/track/${id}`,
    '/track/',
    '/track/a/b',
    other.path,
  ];
  const answers = await Promise.all(wrong.map((one) => visit(one)));
  const [first] = answers;
  expect(first?.status).toBe(404);
  const shown = ({ headers, ...rest }: (typeof answers)[number]) => ({
    ...rest,
    headers: [...headers].filter(([name]) => name !== 'date'),
  });
  for (const answer of answers) expect(shown(answer)).toEqual(first && shown(first));
  expect((await visit(path)).status).toBe(200);
});

test('an address that was made void opens nothing after seconds, and the order has another', async () => {
  const { id, path } = await track('void');
  expect((await visit(path)).status).toBe(200);
  expect((await call('DELETE', `/v1/orders/${id}/tracking-page`)).status).toBe(204);
  site.clock.advance(15_000);
  expect((await visit(path)).status).toBe(404);
  const again = await pageOf(id);
  expect(again).not.toBe(path);
  expect((await visit(again)).status).toBe(200);
});

test('once the person is erased there is no page any more, and no address of one', async () => {
  const recipient = { ...sampleOrder().recipient, email: 'erased@example.com' };
  const { id, path } = await track('erased', { recipient });
  expect((await visit(path)).status).toBe(200);
  const erased = await call('POST', '/v1/erasures', { email: 'erased@example.com', force: true });
  expect(erased.status).toBe(200);
  site.clock.advance(15_000);
  expect((await visit(path)).status).toBe(404);
  expect((await call('GET', `/v1/orders/${id}/tracking-page`)).body).toEqual({ url: null });
});

test('a page is read once in 15 seconds however many look, and who has it is told that it is the same', async () => {
  const { id, path } = await track('kept');
  const { headers } = await visit(path);
  expect(headers.get('cache-control')).toBe('private, max-age=15');
  const etag = headers.get('etag') ?? '';
  const hmget = vi.spyOn(site.base.stores[0]?.redis ?? client, 'hmget');
  const answers = await Promise.all(Array.from({ length: 50 }, () => visit(path, { 'if-none-match': etag })));
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(['304 ']));
  expect(hmget).not.toHaveBeenCalled();
  await follow(id, 'KEPT1');
  site.clock.advance(15_000);
  hmget.mockClear();
  const later = await Promise.all(Array.from({ length: 20 }, () => visit(path, { 'if-none-match': etag })));
  expect(later.every(({ status, text }) => status === 200 && text.includes('Out for delivery'))).toBe(true);
  expect(hmget.mock.calls.filter(([key]) => String(key).includes(`:order:${id}`)).length).toBe(1);
  hmget.mockRestore();
});

test('the address stands with the order’s shipments, is nowhere in Redis, and does not follow from the id', async () => {
  const { id, path } = await track('at-rest');
  const shipments = await call('GET', `/v1/orders/${id}/shipments`);
  for (const { trackingPageUrl } of (shipments.body as { data: { trackingPageUrl: string }[] }).data)
    expect(trackingPageUrl).toBe(`${site.url}${path}`);
  const [, , secretPart = ''] = path.split('.');
  expect(secretPart).toMatch(/^[\w-]{22}$/);
  const lying = await client.hgetall(`{pl:0}:order:${id}`);
  expect(JSON.stringify(lying)).not.toContain(secretPart);
});

test('whoever asks for too many pages waits, and what is kept is shown all the same', async () => {
  const { path } = await track('limited');
  expect((await visit(path)).status).toBe(200);
  const tail = path.split('.').slice(1).join('.');
  const statuses = await Promise.all(
    Array.from({ length: 250 }, async (_, n) => (await visit(`/track/8${n}.${tail}`)).status),
  );
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(40);
  expect((await visit(path)).status).toBe(200);
});
