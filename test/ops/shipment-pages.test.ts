import { afterAll, expect, test } from 'vitest';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { startConsole } from '../support/console.ts';
import { canary, createOperator, isHarmless } from '../support/console-api.ts';
import { testRedis } from '../support/redis.ts';

const { url: redisUrl } = await testRedis();
const sandbox = createSandbox({ speed: 0 });
const running = await sandbox.listen(0);
afterAll(() => running.close());
const site = await startConsole(redisUrl, { sandboxPort: Number(new URL(running.url).port) });
const merchant = await site.makeMerchant('A shop');
const operate = createOperator(site, merchant.id);
const viewer = await site.logIn('vera', 'viewer');
const operator = await site.logIn('otto', 'operator');
const admin = await site.logIn('ada', 'admin');
const base = `/ops/m/${merchant.id}`;

test('a parcel that a carrier tells of is found by its number, with its events as text', async () => {
  const occurredAt = new Date(site.clock.now()).toISOString();
  const event = { carrier: 'demo', trackingNumber: 'P-1', status: 'IN_TRANSIT', code: canary.slice(0, 100), description: canary, occurredAt }; // prettier-ignore
  await operate('POST', '/v1/tracking-events', event);
  const opened = await viewer.get(`${base}/shipments?carrier=demo&trackingNumber=P-1`);
  expect(opened.headers.get('location')).toBe(`${base}/parcels/demo/P-1`);
  const { text } = await viewer.get(`${base}/parcels/demo/P-1`);
  expect(text).toContain('In transit');
  expect(text).toContain('&lt;img src=x');
  expect(isHarmless(text)).toBe(true);
});

test('shipments that are not there are told of as such, with what to do, and filters are text', async () => {
  expect((await viewer.get(`${base}/shipments`)).text).toContain('No shipments yet');
  const filtered = await viewer.get(`${base}/shipments?status=DELIVERED&externalId=${encodeURIComponent(canary)}`);
  expect(filtered.text).toContain('No shipment is like that');
  expect(isHarmless(filtered.text)).toBe(true);
  const unknown = await viewer.get(`${base}/parcels/${encodeURIComponent(canary.slice(0, 20))}/1`);
  expect(unknown.text).toContain('Nobody has told of this parcel');
  expect(isHarmless(unknown.text)).toBe(true);
  expect((await viewer.get(`${base}/shipments/shp_01jd3xk5q8h2v4m6n7p9r0stwz`)).status).toBe(404);
});

test('a carrier is shown with whether it is asked and what is left of its day', async () => {
  expect((await viewer.get(`${base}/carriers`)).text).toContain('No carrier is connected');
  const track = { path: '/parcels/{trackingNumber}', event: { code: 'status' } };
  const settings = { baseUrl: 'https://courier.example', statuses: { DONE: 'DELIVERED' }, track };
  await operate('POST', '/v1/connections', { connector: 'generic-carrier', name: canary, settings });
  const { text } = await viewer.get(`${base}/carriers`);
  expect(text).toContain('Asked');
  expect(text).toContain('&lt;img src=x');
  expect(isHarmless(text)).toBe(true);
});

test('orders are compared and repaired with one click, by operators, and the report is a page', async () => {
  const page = `${base}/reconciliation`;
  expect((await viewer.get(page)).text).toContain('Orders were not compared yet');
  expect((await viewer.post(`${page}/repair`, {})).status).toBe(403);
  expect((await operator.post(`${page}/repair`, {})).headers.get('location')).toBe(page);
  const { text } = await viewer.get(page);
  const [report = ''] = /\/reconciliation\/orders\/rec_[0-9a-z]+/.exec(text) ?? [];
  expect(text).toContain('One is under way');
  expect((await viewer.get(`${base}${report}`)).text).toContain('Nothing differs');
});

test('a connection that takes products and stock is compared with one click', async () => {
  const settings = { apiKey: 'nash_key', webhookSecret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
  const made = await operate('POST', '/v1/connections', { connector: 'nash', name: 'Picks', settings });
  const connectionId = String(made['id']);
  const page = `${base}/reconciliation`;
  expect((await viewer.get(page)).text).toContain('Picks was not compared yet');
  await operator.post(`${page}/compare`, { connectionId, kind: 'inventory', mode: 'full' });
  const { text } = await viewer.get(page);
  const [report = ''] = new RegExp(`/reconciliation/stock/${connectionId}/stk_[0-9a-z]+`).exec(text) ?? [];
  expect((await viewer.get(`${base}${report}`)).text).toContain('What is missing');
});

test('the sandbox is broken, bought from and mended by an admin, and nobody else', async () => {
  expect((await operator.get('/ops/sandbox')).status).toBe(403);
  expect((await operator.post('/ops/sandbox/mend', {})).status).toBe(403);
  await admin.post('/ops/sandbox/break', { preset: 'refuse', partner: 'nash', share: '0.05', times: '3' });
  expect(sandbox.faults.list()).toMatchObject([{ match: { partner: 'nash' }, probability: 0.05, times: 3, fault: { kind: 'status', status: 422 } }]); // prettier-ignore
  const broken = await admin.get('/ops/sandbox');
  expect(broken.text).toContain('One fault is on');
  await admin.post('/ops/sandbox/buy', { warehouseId: 'store-1' });
  expect((await admin.get('/ops/sandbox')).text).toMatch(/A shopper bought .+ at VTEX/);
  await admin.post('/ops/sandbox/mend', {});
  expect(sandbox.faults.list()).toEqual([]);
});

test('what the sandbox does not take is said', async () => {
  const refused = await admin.post('/ops/sandbox/break', { preset: 'none' });
  expect([refused.status, refused.text.includes('You can fix this')]).toEqual([422, true]);
});
