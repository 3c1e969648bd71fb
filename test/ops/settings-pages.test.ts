import { expect, test } from 'vitest';
import { startConsole } from '../support/console.ts';
import { canary, createOperator, isHarmless } from '../support/console-api.ts';
import { testRedis } from '../support/redis.ts';

const { url: redisUrl } = await testRedis();
const site = await startConsole(redisUrl);
const merchant = await site.makeMerchant(`A shop ${canary}`);
const operate = createOperator(site, merchant.id);
const admin = await site.logIn('ada', 'admin');
const operator = await site.logIn('otto', 'operator');

test('only admins see settings and the audit log, and the menu of others does not name them', async () => {
  for (const path of [
    '/ops/settings',
    `/ops/settings/merchants/${merchant.id}`,
    '/ops/audit',
    '/ops/audit/audit.csv',
  ]) {
    expect([path, (await operator.get(path)).status]).toEqual([path, 403]);
    expect([path, (await admin.get(path)).status]).toEqual([path, 200]);
  }
  expect((await operator.get('/ops')).text).not.toContain('/ops/settings"');
  expect((await admin.get('/ops')).text).toContain('/ops/settings"');
});

test('a merchant is made and renamed, and its names are text', async () => {
  const made = await admin.post('/ops/settings/create-merchant', { name: 'Second shop' });
  const page = made.headers.get('location') ?? '';
  expect(page).toMatch(/^\/ops\/settings\/merchants\/mer_/);
  await admin.post(`${page}/rename`, { name: canary });
  const [one, all] = [await admin.get(page), await admin.get('/ops/settings')];
  expect(one.text).toContain('&lt;img src=x');
  expect([isHarmless(one.text), isHarmless(all.text)]).toEqual([true, true]);
});

test('an API key is shown once, works, and is revoked', async () => {
  const page = `/ops/settings/merchants/${merchant.id}`;
  const made = await admin.post(`${page}/make-key`, { keyName: canary, 'scope:read': 'yes' });
  const key = /pl_[\w-]{20,}/.exec(made.text)?.[0] ?? '';
  expect(made.status).toBe(200);
  expect([...admin.cookies.values()].join()).not.toContain(key.slice(3));
  const asKey = () => fetch(`${site.url}/v1/orders`, { headers: { authorization: `Bearer ${key}` } });
  expect((await asKey()).status).toBe(200);
  const { text } = await admin.get(page);
  expect(text).not.toContain(key);
  expect(isHarmless(text)).toBe(true);
  const keyId = /key_[0-9a-z]{26}/.exec(text)?.[0] ?? '';
  expect((await admin.post(`${page}/revoke`, { keyId })).headers.get('location')).toBe(page);
  expect((await admin.get(page)).text).not.toContain(keyId);
});

test('a user is invited with a link that is shown once, gets another role, a new link, and is removed', async () => {
  const invited = await admin.post('/ops/settings/invite', { userName: 'ivo', role: 'viewer' });
  const link = /\/ops\/welcome\/[\w-]+/.exec(invited.text)?.[0] ?? '';
  expect((await site.visit().get(link)).status).toBe(200);
  const { data } = (await operate('GET', '/v1/users')) as { data: { id: string; name: string }[] };
  const userId = data.find(({ name }) => name === 'ivo')?.id ?? '';
  await admin.post('/ops/settings/role', { userId, role: 'operator' });
  expect(await operate('GET', `/v1/users/${userId}`)).toMatchObject({ role: 'operator' });
  expect((await admin.post('/ops/settings/reset', { userId })).text).toMatch(/\/ops\/welcome\/[\w-]{20,}/);
  await admin.post('/ops/settings/remove', { userId });
  expect((await admin.get('/ops/settings')).text).not.toContain(userId);
  expect((await operator.post('/ops/settings/invite', { userName: 'eve', role: 'admin' })).status).toBe(403);
});

test('the last admin cannot be removed, and the page says what to do first', async () => {
  const { data } = (await operate('GET', '/v1/users')) as { data: { id: string; name: string }[] };
  const refused = await admin.post('/ops/settings/remove', {
    userId: data.find(({ name }) => name === 'ada')?.id ?? '',
  });
  expect(refused.status).toBe(409);
  expect(refused.text).toContain('nobody would be left who may manage users');
  expect(refused.text).toContain('You can fix this');
});

test('the audit log is filtered, and its export has what the filters leave', async () => {
  const { data } = (await operate('GET', '/v1/users')) as { data: { id: string; name: string }[] };
  const ada = data.find(({ name }) => name === 'ada')?.id ?? '';
  const page = await admin.get(`/ops/audit?actor=${ada}`);
  expect(page.text).toContain('POST /v1/merchants');
  expect(page.text).toContain(`/ops/audit/audit.csv?actor=${ada}`);
  const csv = await admin.get(`/ops/audit/audit.csv?actor=${ada}`);
  expect(csv.headers.get('content-disposition')).toContain('audit.csv');
  const lines = csv.text.trim().split('\r\n').slice(1);
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.every((line) => line.includes(ada))).toBe(true);
  const none = await admin.get(`/ops/audit?on=${encodeURIComponent(canary.slice(0, 60))}`);
  expect(none.text).toContain('No act is like that');
  expect(isHarmless(none.text)).toBe(true);
});
