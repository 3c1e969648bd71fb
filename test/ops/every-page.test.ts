/** What holds for every page and act of the console, generated from the list of pages: a new page is tested by being there. */
import { expect, test } from 'vitest';
import { mountedAt } from '../../src/ops/page-host.ts';
import { pages } from '../../src/ops/pages.ts';
import { globalKeys } from '../../src/store/keys.ts';
import { holdsRole, roles } from '../../src/store/users.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { everythingIn } from '../store/everything-in-redis.ts';
import { present } from '../store/present.ts';
import { startConsole } from '../support/console.ts';
import { testRedis } from '../support/redis.ts';

const { url: redisUrl, client } = await testRedis();
const sandbox = await createSandbox({ speed: 0 }).listen(0);
const site = await startConsole(redisUrl, { sandboxPort: Number(new URL(sandbox.url).port) });
const merchant = await site.makeMerchant('A shop');
/** In turn: each may open so many pages in a minute. */
const inTurn = async (role: 'viewer' | 'admin') => {
  const users = await Promise.all(Array.from({ length: 12 }, (_, n) => site.logIn(`${role}-${n}`, role)));
  let turns = 0;
  return () => present(users[(turns += 1) % users.length]);
};
const anAdmin = await inTurn('admin');
const aViewer = await inTurn('viewer');
const document = (await (await fetch(`${site.url}/openapi.json`)).json()) as {
  paths: Record<string, Record<string, unknown>>;
};

const unknown = '01jd3xk5q8h2v4m6n7p9r0stwz';
/** The page's path with ids that nothing has. */
const pathOf = (place: string, merchantId: string): string =>
  place
    .replace(':merchantId', merchantId)
    .replace(/:(\w+?)Id\b/g, (_, kind: string) => `${prefixes[kind] ?? kind.slice(0, 3)}_${unknown}`)
    .replace(/:\w+/g, 'unknown');
const prefixes: Readonly<Record<string, string>> = {
  order: 'ord',
  shipment: 'shp',
  endpoint: 'ep',
  delivery: 'dlv',
  replay: 'rpl',
};

const shown = pages.map((page) => ({ page, place: mountedAt(page), path: pathOf(mountedAt(page), merchant.id) }));
const acts = shown.flatMap(({ page, place, path }) => page.acts.map((act) => ({ page, act, place, path: `${path}/${act.name}` }))); // prettier-ignore

test('there are pages and acts to look at, and no two in one place', () => {
  expect(shown.length).toBeGreaterThan(2);
  expect(acts.length).toBeGreaterThan(2);
  for (const places of [shown.map(({ place }) => place), acts.map(({ place, act }) => `${place}/${act.name}`)])
    expect(new Set(places).size).toBe(places.length);
});

test.each(shown)('$place sends whoever is not logged in to the login, and a refresh with it', async ({ path }) => {
  const there = await site.visit().get(path);
  expect(there.status).toBe(303);
  expect(there.headers.get('location')).toMatch(/^\/ops\/login(?:\?next=|$)/);
  expect(there.text).not.toContain(merchant.name);
  const refresh = await site.visit().get(path, { 'hx-request': 'true' });
  expect([refresh.status, refresh.text]).toEqual([204, '']);
  expect(refresh.headers.get('hx-redirect')).toMatch(/^\/ops\/login/);
});

test.each(shown)('$place is shown to its role and to no lesser one, and kept by nobody', async ({ page, path }) => {
  const { status, headers } = await anAdmin().get(path);
  expect([200, 303, 404]).toContain(status);
  expect(headers.get('cache-control') ?? 'no-store').toBe('no-store');
  if (!holdsRole('viewer', page.role)) expect((await aViewer().get(path)).status).toBe(403);
});

test.each(shown.filter(({ page }) => page.isAboutMerchant))(
  '$place of a merchant that there is not is no page',
  async ({ place }) => {
    // prettier-ignore
    for (const stranger of [`mer_${unknown}`, 'nobody', '..%2F..', '%00']) {
    const { status } = await anAdmin().get(pathOf(place, stranger));
    expect([stranger, status]).toEqual([stranger, 404]);
  }
  },
);

test.each(acts)('$place: $act.name is a POST of the API’s document and only that', async ({ act, path }) => {
  const [method = '', route = ''] = act.uses.split(' ');
  const operation = document.paths[route.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
  expect(operation, act.uses).toBeDefined();
  expect(method).not.toBe('GET');
  expect(roles).toContain(act.role);
  expect((await anAdmin().get(path)).status).toBe(404);
});

test.each(acts)(
  '$place: $act.name does nothing for nobody, for a lesser role, or from another site',
  async ({ page, act, path }) => {
    // prettier-ignore
    const admin = anAdmin();
    const before = await tenantData();
    const nobody = await site.visit().post(path, {});
    expect([nobody.status, nobody.headers.get('location')]).toEqual([303, '/ops/login']);
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: site.url.replace('127.0.0.1', 'localhost'), 'sec-fetch-site': 'same-site' },
    ]) {
      const refused = await admin.post(path, {}, headers);
      expect([headers.origin, refused.status]).toEqual([headers.origin, 403]);
    }
    for (const body of ['{"a":1}', 'a=1']) {
      const init = { method: 'POST', body, headers: { 'content-type': 'text/json', cookie: cookieOf(admin), origin: site.url } }; // prettier-ignore
      expect((await fetch(`${site.url}${path}`, { ...init, redirect: 'manual' })).status).toBe(422);
    }
    if (!holdsRole('viewer', act.role) || !holdsRole('viewer', page.role)) {
      const refused = await aViewer().post(path, {});
      expect([refused.status, refused.text.includes('Your role does not allow this')]).toEqual([403, true]);
      // Refusals are written down too: who, what, on what.
      const wanted = { through: 'console', operation: act.uses, status: 403, merchantId: page.isAboutMerchant ? merchant.id : null }; // prettier-ignore
      const [line] = await site.audit();
      expect(line).toMatchObject({ ...wanted, actor: expect.stringMatching(/^usr_/), on: path.match(new RegExp(`[a-z]+_${unknown}`, 'g')) ?? [] }); // prettier-ignore
    }
    expect(await tenantData()).toEqual(before);
  },
);

const cookieOf = ({ cookies }: ReturnType<typeof anAdmin>): string =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

/** Everything that lies under a shard: what acts act on. Who tried is written down elsewhere, as it has to be. */
async function tenantData(): Promise<unknown> {
  return [...(await everythingIn(client))].filter(([key]) => !key.startsWith(globalKeys.tag));
}
