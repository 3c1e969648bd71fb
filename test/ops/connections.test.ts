import { expect, test } from 'vitest';
import type { ConnectionView } from '../../src/ingress/views/connection-view.ts';
import { noteCarrierFailure } from '../../src/store/circuits.ts';
import { failureWrites, successWrites } from '../../src/store/connections.ts';
import { commit } from '../../src/store/commit.ts';
import { adminKey, startConsole } from '../support/console.ts';
import { testRedis } from '../support/redis.ts';

const { url: redisUrl } = await testRedis();
const site = await startConsole(redisUrl);
const [store] = site.base.stores;
if (store === undefined) throw new Error('no shard');
const merchant = await site.makeMerchant('A shop');
const base = `/ops/m/${merchant.id}/connections`;
const operator = await site.logIn('operator', 'operator');
const viewer = await site.logIn('viewer', 'viewer');
const canary = '<img src=x onerror=alert(1)>"\'';

const read = async (id: string): Promise<ConnectionView> => {
  const headers = { authorization: `Bearer ${adminKey}`, 'packline-merchant': merchant.id };
  return (await (await fetch(`${site.url}/v1/connections/${id}`, { headers })).json()) as ConnectionView;
};
/** Through the wizard; answers the id. */
async function connect(connector: string, form: Record<string, string>): Promise<string> {
  const made = await operator.post(`${base}/new/${connector}/connect`, { name: connector, ...form });
  expect([made.status, made.text]).toEqual([303, '']);
  const [, id = ''] = /connections\/(con_\w+)\/test$/.exec(made.headers.get('location') ?? '') ?? [];
  return id;
}

test('a list without connections says what to do, and only operators are led through the steps', async () => {
  expect((await operator.get(base)).text).toContain('Nothing is connected yet');
  expect((await viewer.get(`${base}/new`)).status).toBe(403);
  expect((await viewer.post(`${base}/new/nash/connect`, { name: 'x' })).status).toBe(403);
});

test('every connector can be chosen, and its form has each of its settings, secrets as such', async () => {
  const { text } = await operator.get(`${base}/new`);
  const paths = [...text.matchAll(/href="([^"]+\/connections\/new\/[^"]+)"/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(12);
  for (const path of paths) {
    const form = await operator.get(path);
    expect([path, form.status]).toEqual([path, 200]);
    for (const [input] of form.text.matchAll(/<input[^>]*name="secret\.[^>]*>/g)) {
      expect(input).toContain('type="password"');
      expect(input).not.toContain('value=');
    }
  }
  const vtex = (await operator.get(`${base}/new/vtex`)).text;
  for (const name of [
    'text.account',
    'text.appKey',
    'secret.appToken',
    'choice.ingest',
    'yesno.notes',
    'lines.states',
    'json.pull',
    'number.requestsPerSecond',
  ])
    // prettier-ignore
    expect(vtex).toContain(`name="${name}"`);
  expect((await operator.get(`${base}/new/none`)).text).toContain('no such connector');
});

test('what is pasted becomes settings of their types, and secrets are never shown again', async () => {
  const id = await connect('vtex', {
    name: canary,
    'text.account': 'a-shop',
    'text.appKey': 'key-1',
    'secret.appToken': 'token-that-is-secret',
    'lines.states': 'ready-for-handling\n invoiced\n',
    'yesno.notes': 'false',
    'number.requestsPerSecond': '7',
    'number.feedPollSeconds': '',
    'json.storeLocations': '{"1_1":"store-1"}',
  });
  expect((await read(id)).settings).toMatchObject({
    account: 'a-shop',
    states: ['ready-for-handling', 'invoiced'],
    notes: false,
    requestsPerSecond: 7,
    storeLocations: { '1_1': 'store-1' },
  });
  for (const path of ['', '/test', '/webhooks', '/settings']) {
    const { status, text } = await operator.get(`${base}/${id}${path}`);
    expect([path, status]).toEqual([path, 200]);
    expect(text).not.toContain('token-that-is-secret');
    expect(text).not.toContain('<img');
    expect(text).toContain('&lt;img');
  }
  expect((await operator.get(base)).text).not.toContain('<img');
});

test('what the API does not take is said beside its field, and what was filled in stays, secrets aside', async () => {
  const form = { name: 'Wrong', 'text.account': 'NO GOOD', 'text.appKey': 'key-1', 'secret.appToken': 'token-that-is-secret', 'json.pull': '{oops' }; // prettier-ignore
  const { status, text } = await operator.post(`${base}/new/vtex/connect`, form);
  expect(status).toBe(422);
  expect(text).toContain('value="NO GOOD"');
  expect(text).toContain('{oops');
  expect(text.match(/<small class="wrong">/g)).toHaveLength(2);
  expect(text).toMatch(/aria-invalid="true"/);
  expect(text).not.toContain('token-that-is-secret');
});

test('settings are changed one by one: an empty secret stays, what else is empty goes', async () => {
  const id = await connect('nash', { 'secret.apiKey': 'nash_secret_key', 'text.orgId': 'org_1', routing: '[{}]' });
  const form = (await operator.get(`${base}/${id}/settings`)).text;
  expect(form).toContain('value="org_1"');
  expect(form).toContain('Left empty it stays');
  const saved = await operator.post(`${base}/${id}/settings/save`, { name: 'Nash', 'secret.apiKey': '', 'text.orgId': '', 'number.requestsPerSecond': '9' }); // prettier-ignore
  expect(saved.headers.get('location')).toBe(`${base}/${id}`);
  const { name, settings, secretsConfigured, routing } = await read(id);
  expect([name, settings['orgId'], settings['requestsPerSecond'], secretsConfigured, routing]).toEqual(['Nash', undefined, 9, ['apiKey'], [{}]]); // prettier-ignore
});

test('a connection is paused and resumed, and its page says so', async () => {
  const id = await connect('nash', { 'secret.apiKey': 'k'.repeat(20) });
  await operator.post(`${base}/${id}/pause`, {});
  expect((await operator.get(`${base}/${id}`)).text).toMatch(/Paused: nothing is sent.*badge warn">Paused</s);
  expect((await viewer.get(base)).text).toContain('Paused');
  await operator.post(`${base}/${id}/resume`, {});
  expect((await read(id)).paused).toBe(false);
  expect((await viewer.post(`${base}/${id}/pause`, {})).status).toBe(403);
});

test('health, budget and circuit are shown as they are', async () => {
  const id = await connect('easypost', { 'secret.apiKey': 'EZ-1' });
  expect((await viewer.get(`${base}/${id}`)).text).toContain('Not used yet');
  await commit(store, { writes: successWrites(store, id) });
  expect((await viewer.get(`${base}/${id}`)).text).toMatch(/Healthy.*Budget.*not used yet.*closed/s);
  await commit(store, { writes: failureWrites(store, id, `easypost.${canary}`, true) });
  await noteCarrierFailure(store, id, { isLasting: true });
  const { text } = await viewer.get(`${base}/${id}`);
  expect(text).toMatch(/Unhealthy.*Left alone.*Key is wrong.*<strong>open<\/strong>/s);
  expect(text).not.toContain('<img');
});

test('a test that fails is said as such, and leads nobody on', async () => {
  // Nobody listens there, and the egress guard lets nobody try.
  const id = await connect('aftership', { 'secret.apiKey': 'AF-1' });
  const failed = await operator.post(`${base}/${id}/test/test`, {});
  expect(failed.headers.get('location')).toBe(`${base}/${id}/test`);
  expect((await operator.get(`${base}/${id}/test`)).text).toMatch(/notice bad" role="status">/);
  const { text, status } = await operator.post(`${base}/${id}/webhooks/register`, {});
  expect([status, text.includes('has no call for this')]).toEqual([409, true]);
});

test('rules of routing are added and taken away, in words', async () => {
  const oms = await connect('generic', { name: 'Our shop' });
  const id = await connect('nash', { 'secret.apiKey': 'k'.repeat(20), routing: '[]' });
  expect((await viewer.get(`${base}/${id}`)).text).toContain('it takes no orders');
  const rule = { rules: '[]', adds: 'true', source: oms, stores: 'store-1, store-2', channels: '' };
  await operator.post(`${base}/${id}/route`, rule);
  expect((await viewer.get(`${base}/${id}`)).text).toContain('Orders of Our shop for store-1, store-2');
  const second = {
    rules: JSON.stringify((await read(id)).routing),
    adds: 'true',
    source: '',
    stores: '',
    channels: 'app',
  };
  await operator.post(`${base}/${id}/route`, second);
  expect((await read(id)).routing).toEqual([{ connections: [oms], storeLocationIds: ['store-1', 'store-2'] }, { channels: ['app'] }]); // prettier-ignore
  await operator.post(`${base}/${id}/route`, { rules: '[{"channels":["app"]}]' });
  expect((await read(id)).routing).toEqual([{ channels: ['app'] }]);
});

test('stock is compared from the page, and pulls are begun there, as the API lets them', async () => {
  const nash = await connect('nash', { 'secret.apiKey': 'k'.repeat(20) });
  expect((await viewer.get(`${base}/${nash}`)).text).toContain('Nothing was compared yet');
  await operator.post(`${base}/${nash}/reconcile`, { kind: 'inventory', mode: 'sample' });
  expect((await viewer.get(`${base}/${nash}`)).text).toMatch(/Stock and prices, sample:\s*<strong>Running/);
  expect((await operator.post(`${base}/${nash}/reconcile`, { kind: 'inventory', mode: 'full' })).status).toBe(409);
  const vtex = await connect('vtex', {
    'text.account': 'b-shop',
    'text.appKey': 'k',
    'secret.appToken': 't',
    'json.pull': JSON.stringify({
      connectionId: nash,
      salesChannel: '1',
      currency: 'BRL',
      warehouses: { wh1: 'store-1' },
    }),
  });
  const before = await viewer.get(`${base}/${vtex}`);
  expect(before.text).toContain('Pull of products and stock');
  expect((await operator.post(`${base}/${vtex}/pull`, {})).status).toBe(303);
  expect((await viewer.get(`${base}/${vtex}`)).text).toMatch(/Reading, 0 SKUs.*\/runs\/run_\w+">Run of products/s);
});

test('a connection is disconnected after a click that says what that means', async () => {
  const id = await connect('usps', { 'text.clientId': 'c', 'secret.clientSecret': 's' });
  expect((await operator.get(`${base}/${id}`)).text).toContain('Its settings are gone');
  expect((await operator.post(`${base}/${id}/disconnect`, {})).headers.get('location')).toBe(base);
  expect((await operator.get(`${base}/${id}`)).status).toBe(404);
});
