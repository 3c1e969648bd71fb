import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { isProblemCode, problemCodes } from '../../src/ingress/problem-codes.ts';
import { failureKinds } from '../../src/domain/failure.ts';
import { eventTypes } from '../../src/domain/events.ts';
import { makeCheckedRequest } from '../support/checked-request.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url);
const { request } = ingress;
const OperationSchema = z.looseObject({
  summary: z.string(),
  operationId: z.string(),
  responses: z.record(z.string(), z.looseObject({ description: z.string().min(1) })),
});
const { paths, webhooks } = z
  .looseObject({
    openapi: z.literal('3.1.0'),
    paths: z.record(z.string(), z.record(z.string(), OperationSchema)),
    webhooks: z.record(z.string(), z.unknown()),
  })
  .parse(ingress.document);

test('every route that answers stands in the document, and nothing else does', () => {
  const mounted = ingress.app.routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  const documented = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.sort()).toEqual([...new Set(mounted)].sort());
  expect(mounted.length).toBeGreaterThan(40);
});

test('operations have names of their own, and a schema wherever a body is answered', () => {
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
});

test('each event that is sent is described as a webhook', () => {
  for (const type of Object.keys(webhooks)) expect(eventTypes).toContain(type);
  expect(Object.keys(webhooks)).toEqual(expect.arrayContaining(['order.status_changed', 'endpoint.test']));
});

test('the document refers to nothing that it lacks', () => {
  const references = [...JSON.stringify(ingress.document).matchAll(/"#\/components\/schemas\/(\w+)"/g)];
  const components = z.looseObject({ components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }) });
  const known = Object.keys(components.parse(ingress.document).components.schemas);
  for (const [, name] of references) expect(known).toContain(name);
});

test('every code that can be answered has a page that says what to do', async () => {
  const codes = [...Object.keys(problemCodes), ...failureKinds.map((kind) => `kind.${kind}`)];
  for (const code of codes) {
    const page = await request('GET', `/docs/problems/${code}`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).toContain(code);
  }
  expect((await request('GET', '/docs/problems/no.such_code')).status).toBe(404);
});

test('each failure that the store can throw at a request has a row of its own', async () => {
  const folder = 'src/store';
  const files = await readdir(folder);
  const sources = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const codes = sources.flatMap((source) => [...source.matchAll(/new Failure\(\s*'\w+',\s*'([\w.]+)'/g)]).map(([, code]) => code ?? ''); // prettier-ignore
  // Only jobs commit with an entry of their own, and read hooks; only a process that starts, or ends, finds that Redis went
  // back in time.
  const beyondRequests = new Set(['entry.gone', 'hook.expired', 'redis.rewound']);
  const unknown = codes.filter((code) => !isProblemCode(code) && !beyondRequests.has(code));
  expect(codes).toContain('order.not_found');
  expect(unknown).toEqual([]);
});

test('the reference page is served whole by this process, under a policy that lets nothing else in', async () => {
  const page = await request('GET', '/docs');
  const script = await request('GET', '/docs/reference.js');
  expect(page.text).toContain('src="/docs/reference.js"');
  expect(page.text).not.toMatch(/https?:\/\//);
  expect(script.headers.get('content-type')).toContain('javascript');
  expect(script.text.length).toBeGreaterThan(100_000);
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain('unsafe-eval');
});

test('an answer that departs from the document fails the test that saw it', async () => {
  const altered = structuredClone(ingress.document);
  const schemaOf = (schema: object) => ({ description: 'x', content: { 'application/json': { schema } } });
  const answering = (responses: object) =>
    makeCheckedRequest(ingress.url, { ...altered, paths: { '/livez': { get: { responses } } } })('GET', '/livez');
  await expect(answering({ 200: schemaOf({ type: 'object' }) })).resolves.toMatchObject({ status: 200 });
  await expect(answering({ 200: schemaOf({ type: 'array' }) })).rejects.toThrow('departs from its schema');
  await expect(answering({ 204: { description: 'x' } })).rejects.toThrow('is not documented');
  await expect(answering({ 200: { description: 'x' } })).rejects.toThrow('which is not documented');
});
