import { expect, test } from 'vitest';
import { runRoutes } from '../../src/ingress/routes/runs.ts';
import type { RunView } from '../../src/ingress/views/run-view.ts';
import { createBooksCatalog } from '../bulk/books-catalog.ts';
import { makeRunWorkerDeps, workRuns } from '../ingress/run-workshop.ts';
import { adminKey, startConsole, type Visitor } from '../support/console.ts';
import { testRedis } from '../support/redis.ts';

const { url: redisUrl } = await testRedis();
const site = await startConsole(redisUrl);
const [store] = site.base.stores;
if (store === undefined) throw new Error('no shard');
const partner = createBooksCatalog(1_000);
const work = () => workRuns(store, makeRunWorkerDeps(site.base.blobs, partner));
const canary = '<img src=x onerror=alert(1)>"\'';

const merchant = await site.makeMerchant('A shop');
const base = `/ops/m/${merchant.id}`;
const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
  const headers = {
    authorization: `Bearer ${adminKey}`,
    'packline-merchant': merchant.id,
    'content-type': 'application/json',
  };
  const response = await fetch(`${site.url}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }); // prettier-ignore
  expect(response.status).toBeLessThan(300);
  return (await response.json()) as T;
};
const { id: connectionId } = await call<{ id: string }>('POST', '/v1/connections', {
  connector: 'nash',
  name: canary,
  settings: { apiKey: 'nash_key' },
});
const readRun = (id: string) => call<RunView>('GET', `/v1/runs/${id}`);

/** A file chosen in a form, as a browser sends it. */
async function choose(visitor: Visitor, path: string, form: Record<string, string>, file: File | null) {
  const data = new FormData();
  for (const [name, value] of Object.entries(form)) data.append(name, value);
  if (file !== null) data.append('file', file);
  // Where nothing was chosen browsers send a file without name and content.
  const empty = '--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--b--\r\n';
  const body = file === null ? new Blob([empty], { type: 'multipart/form-data; boundary=b' }) : data;
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(`${site.url}${path}`, { method: 'POST', body, redirect: 'manual', headers: { cookie, origin: site.url } }); // prettier-ignore
  return { status: response.status, location: response.headers.get('location') ?? '', text: await response.text() };
}
const item = (product: string, more: object = {}) => ({ externalProductId: product, externalStoreLocationId: 'store-1', available: true, quantity: 1, ...more }); // prettier-ignore
const ndjson = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const operator = await site.logIn('operator', 'operator');
const viewer = await site.logIn('viewer', 'viewer');

test('a list without runs says how they come about', async () => {
  const { text } = await operator.get(`${base}/runs`);
  expect(text).toContain('No runs yet');
  expect((await operator.get(`${base}/runs?kind=products`)).text).toContain('No run is like that');
});

test('a file goes to a run, its rejects are shown and taken away, and corrected they go in', async () => {
  partner.orphans.add(canary);
  const rows = [item('a'), item('b'), item(canary), { ...item('d'), quantity: 'many' }];
  const sent = await choose(operator, `${base}/runs/upload/inventory/upload-inventory`, { once: 'u-1', mode: 'upsert' }, new File([ndjson(rows)], 'stock.ndjson')); // prettier-ignore
  expect(sent.status).toBe(303);
  expect(sent.location).toMatch(/\/runs\/run_\w+$/);
  const runId = sent.location.split('/').at(-1) ?? '';
  const before = await operator.get(sent.location);
  expect(before.text).toMatch(/hx-sse:connect="[^"]+\/events"/);
  expect(before.text).toContain('Cancel the run');
  await work();

  const { text } = await operator.get(sent.location);
  expect(text).toContain('Completed with rejects');
  expect(text).not.toContain('hx-sse:connect');
  expect(text).not.toContain('<img');
  expect(text).toContain('&lt;img src=x');
  expect(text).toContain('/quantity');
  expect(text).toMatch(/Accepted<\/dt>\s*<dd class="">2</);

  const csv = await operator.get(`${sent.location}/rejects.csv`);
  expect(csv.headers.get('content-disposition')).toContain(`${runId}-rejects.csv`);
  expect(csv.text.trim().split('\r\n')).toHaveLength(3);
  const lines = (await viewer.get(`${sent.location}/rejects.ndjson`)).text.trim().split('\n');
  expect(lines).toHaveLength(2);

  partner.orphans.clear();
  const corrected = lines.join('\n').replace('"many"', '7');
  const again = await choose(operator, `${sent.location}/upload-inventory`, { connectionId }, new File([corrected], `${runId}-rejects.ndjson`)); // prettier-ignore
  expect(again.location).not.toBe(sent.location);
  await work();
  expect(await readRun(again.location.split('/').at(-1) ?? '')).toMatchObject({
    status: 'completed',
    counts: { accepted: 2 },
  });
});

test('the list shows what is asked for, and leads on to older runs', async () => {
  const { text } = await viewer.get(`${base}/runs?kind=inventory&status=completedWithRejects`);
  expect([...text.matchAll(/href="[^"]+\/runs\/run_/g)]).toHaveLength(1);
  expect(text).not.toContain('<img');
  expect((await viewer.get(`${base}/runs?source=pull`)).text).toContain('No run is like that');
  expect((await viewer.get(`${base}/runs?status=nonsense&cursor=x`)).status).toBe(200);
});

test('events are pieces of the page, and the last one says that it is the end', async () => {
  const sent = await choose(operator, `${base}/runs/upload/inventory/upload-inventory`, { dryRun: 'true' }, new File([ndjson([item('dry')])], 'stock.ndjson')); // prettier-ignore
  const watching = viewer.get(`${sent.location}/events`);
  await work();
  const { text, headers } = await watching;
  expect(headers.get('content-type')).toBe('text/event-stream');
  expect(text).toContain('data: ');
  expect(text).toContain('Dry run');
  expect(text.trimEnd().split('\n').at(-2)).toBe('event: end');
  expect(text).not.toContain('"counts"');
});

test('what is under way is canceled, and what failed is resumed or not, as the API says', async () => {
  const sent = await choose(operator, `${base}/runs/upload/products/upload-products`, {}, new File(['{"externalIdentifier":"p-1"}\n'], 'p.jsonl')); // prettier-ignore
  const canceled = await operator.post(`${sent.location}/cancel`, { once: 'c-1' });
  expect([canceled.status, canceled.headers.get('location')]).toEqual([303, sent.location]);
  const refused = await operator.post(`${sent.location}/resume`, {});
  expect(refused.status).toBe(409);
  expect(refused.text).toContain('there is nothing to resume');
  expect((await operator.post(`${sent.location}/confirm-retire`, {})).text).toContain('holds nothing to confirm');
  await work();
  expect((await operator.get(sent.location)).text).toContain('Canceled');
});

test('a full snapshot that would retire much waits for somebody, who sees what and lets it go on', async () => {
  const full = await choose(operator, `${base}/runs/upload/inventory/upload-inventory`, { mode: 'full' }, new File([ndjson([item('a')])], 'all.ndjson')); // prettier-ignore
  await work();
  const { text } = await operator.get(full.location);
  expect(text).toContain('Waits for you');
  expect(text).toMatch(/<strong>\d+ of \d+ rows of stock<\/strong>/);
  expect((await viewer.post(`${full.location}/confirm-retire`, {})).status).toBe(403);
  await operator.post(`${full.location}/confirm-retire`, {});
  await work();
  expect((await readRun(full.location.split('/').at(-1) ?? '')).retire).toMatchObject({ phase: 'done' });
});

test('who only looks can upload nothing, and a file that nobody chose is asked for', async () => {
  expect((await viewer.get(`${base}/runs`)).text).not.toContain('/upload/');
  expect((await viewer.get(`${base}/runs/upload/inventory`)).status).toBe(403);
  expect((await operator.get(`${base}/runs/upload/inventory`)).text).toContain('type="file"');
  const file = new File([ndjson([item('a')])], 'stock.ndjson');
  expect((await choose(viewer, `${base}/runs/upload/inventory/upload-inventory`, {}, file)).status).toBe(403);
  const none = await choose(operator, `${base}/runs/upload/inventory/upload-inventory`, {}, null);
  expect([none.status, none.text.includes('choose a file first')]).toEqual([422, true]);
  const other = await choose(
    operator,
    `${base}/runs/upload/inventory/upload-inventory`,
    {},
    new File(['x'], 'stock.xlsx'),
  );
  expect(other.status).toBe(422);
});

test('nobody sees another merchant’s run', async () => {
  const other = await site.makeMerchant('Another shop');
  const { id } = (await call<{ data: RunView[] }>('GET', '/v1/runs')).data[0] ?? { id: '' };
  for (const path of [`/runs/${id}`, `/runs/${id}/rejects.csv`, `/runs/${id}/events`])
    expect((await viewer.get(`/ops/m/${other.id}${path}`)).status).toBe(404);
  expect((await site.visit().get(`${base}/runs/${id}/rejects.csv`)).status).toBe(303);
  expect(runRoutes.length).toBeGreaterThan(0);
});
