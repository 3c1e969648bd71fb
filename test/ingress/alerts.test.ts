import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { failureKinds } from '../../src/domain/failure.ts';
import { jobNames } from '../../src/queues/jobs.ts';
import { adminKey, startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';

const { url, client } = await testRedis();
const ingress = await startIngress(url);
const own = ingress.deps.metrics.getMetricsAsArray().filter(({ name }) => name.startsWith('packline_'));
const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

const RulesSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Packline[A-Z]\w+$/),
          expr: z.string(),
          for: z.string().regex(/^\d+[mh]$/),
          labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
          annotations: z.strictObject({ summary: z.string() }),
        }),
      ),
    }),
  ),
});
const rules = RulesSchema.parse(parse(read('docs/operate/alerts.yml'))).groups.flatMap((group) => group.rules);

test('every rule asks for metrics and labels that there are, and the page says what each alert means', () => {
  const page = read('docs/operate/metrics.md');
  const labelsOf = new Map(own.map((metric) => [metric.name, labelsIn(metric)]));
  for (const { alert, expr } of rules) {
    expect(page, alert).toContain(`\`${alert}\``);
    const named = [...expr.matchAll(/\b(packline_\w+?)(_bucket|_count|_sum)?(?:\{([^}]*)\})?(?=[^\w{]|$)/g)];
    expect(named.length + Number(expr.includes('up{')), alert).toBeGreaterThan(0);
    for (const [, name = '', , selector = ''] of named) {
      const labels = labelsOf.get(name);
      expect(labels, `${alert}: ${name}`).toBeDefined();
      for (const [, label = '', sign, value = ''] of selector.matchAll(/(\w+)\s*([!=]=?~?|=~)\s*"([^"]*)"/g)) {
        expect(labels).toContain(label);
        // A rule on a value that nobody counts under would never fire.
        const known = valuesOf(label, own.find((metric) => metric.name === name)?.help ?? '');
        const asked = sign?.includes('~') === true && !/^[\w|-]+$/.test(value) ? [] : value.split('|');
        for (const one of asked) expect(known, `${alert}: ${label}`).toContain(one);
      }
    }
    expect(balance(expr), `${alert}: brackets`).toBe(0);
  }
});

/** The values of a label that are a list somewhere; of outcomes, those that the metric's own words name. */
const valuesOf = (label: string, help: string): readonly string[] =>
  ({ job: jobNames, class: failureKinds, status: ['500', '503'] })[label] ?? help.match(/\w+/g) ?? [];
const labelsIn = (metric: object): string[] => ('labelNames' in metric ? [metric.labelNames].flat().map(String) : []);
const balance = (text: string): number => text.split('(').length - text.split(')').length; // prettier-ignore

test('every metric is on the page, and no other', () => {
  const page = read('docs/operate/metrics.md') + read('docs/operate/limits.md');
  const shown = [...page.matchAll(/`(packline_\w+)/g)].map(([, name = '']) => name);
  expect([...new Set(shown)].sort()).toEqual(own.map(({ name }) => name).sort());
});

/** Closed sets, all of them: routes, jobs, connectors, codes, statuses. */
const bounded = new Set(['job', 'outcome', 'target', 'operation', 'connector', 'budget', 'class', 'kind', 'verdict', 'source', 'result', 'status', 'method', 'route', 'shard', 'state']); // prettier-ignore

test('no label can grow with what merchants do', async () => {
  for (const metric of own) for (const label of labelsIn(metric)) expect([metric.name, bounded.has(label)]).toEqual([metric.name, true]); // prettier-ignore
  const { key } = await ingress.tenant();
  const store = ingress.store;
  await client.zadd(store.keys.lanes, 0, 'free');
  await client.zadd(`${store.keys.tag}:lane:free:1`, 1, 'made-up-by-ann@canary.example.x');
  for (const id of ['ord_01jd3xk5q8h2v4m6n7p9r0stwz', 'not an id'])
    await ingress.request('GET', `/v1/orders/${encodeURIComponent(id)}`, { key });
  await ingress.request('GET', '/v1/what-there-is-not', { key });
  const { text } = await ingress.request('GET', '/metrics', { key: adminKey });
  const lines = text.split('\n').filter((line) => line.startsWith('packline_'));
  expect(lines.length).toBeGreaterThan(20);
  expect(lines.filter((line) => /[a-z]{2,4}_[0-9a-z]{26}|canary|what-there-is-not/.test(line))).toEqual([]);
});

test('metrics of the API’s port are for admins, also when Redis has become another', async () => {
  expect((await ingress.request('GET', '/metrics')).status).toBe(401);
  const { key } = await ingress.tenant(['operate']);
  expect((await ingress.request('GET', '/metrics', { key })).status).toBe(403);
});

test('series are for the installation, and not for one merchant of several', async () => {
  const ofAll = await ingress.request('GET', '/v1/metrics/series?window=24h', { key: adminKey });
  expect([ofAll.status, ofAll.body]).toMatchObject([200, { window: '24h', stepSeconds: 300 }]);
  const { key } = await ingress.tenant(['read']);
  expect((await ingress.request('GET', '/v1/metrics/series', { key })).body).toMatchObject({
    code: 'auth.installation',
  });
});
