/** Made from the routes: whatever may change something is in the audit log, done or refused, by whichever door it came. */
import { expect, test } from 'vitest';
import { isAct } from '../../src/ingress/record-act.ts';
import { routes } from '../../src/ingress/routes.ts';
import { idPrefixes } from '../../src/domain/ids.ts';
import { listAudit } from '../../src/store/audit.ts';
import { adminKey, startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { merchantId, key } = await ingress.tenant(['read']);
const nameOf = ({ method, path }: { method: string; path: string }): string => `${method.toUpperCase()} ${path}`;

const unknown = '01jd3xk5q8h2v4m6n7p9r0stwz';
/** The route's path with ids that nothing has; those that it was about are in the log. */
const fillIn = (path: string): { path: string; ids: string[] } => {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => `${prefixOf(name)}_${unknown}`);
  return { path: filled, ids: filled.match(new RegExp(`[a-z]{2,4}_${unknown}`, 'g')) ?? [] };
};
const prefixOf = (name: string): string =>
  Object.entries(idPrefixes).find(([kind]) => name === `${kind}Id`)?.[1] ?? 'x';

const acts = routes.filter(isAct);
test.each(acts.map((route) => [nameOf(route), route] as const))(
  '%s is written down, done or refused',
  async (name, route) => {
    const { path, ids } = fillIn(route.path);
    const method = route.method.toUpperCase();
    const asked = [
    { key: adminKey, headers: { 'Packline-Merchant': merchantId, 'User-Agent': 'packline-cli' }, actor: 'admin', through: 'cli' },
    { key, headers: {}, actor: expect.stringMatching(/^key_/), through: 'api' },
  ]; // prettier-ignore
    for (const { key: shown, headers, actor, through } of asked) {
      const { status } = await ingress.request(method, path, { key: shown, headers });
      const { lines } = await listAudit(ingress.deps, {}, { limit: 1 });
      expect(lines[0]).toMatchObject({ operation: name, actor, through, status });
      for (const id of ids) expect(lines[0]?.on).toContain(id);
    }
    // A reader's key is refused, and that is in the log as well.
    expect((await listAudit(ingress.deps, {}, { limit: 1 })).lines[0]).toMatchObject({
      status: 403,
      code: 'auth.scope',
    });
  },
);

test('what is not in the audit log changes nothing, tells of itself elsewhere, or is a partner’s', () => {
  const others = routes.filter((route) => route.method !== 'get' && !isAct(route));
  const ours = others.filter(({ dialect, scope }) => dialect === undefined && scope !== 'none').map(nameOf);
  expect(ours.sort()).toEqual(['POST /v1/orders', 'POST /v1/tracking-events']);
  for (const { path } of others.filter(({ scope }) => scope === 'none'))
    expect(path).toMatch(/^\/(?:in|last-mile|compat)\//);
});
