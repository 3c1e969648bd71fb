/** An order's request, the job that follows from it and the call to the partner are one trace, as a collector gets it. */
import { createServer } from 'node:http';
import { expect, test, vi } from 'vitest';
import * as z from 'zod';
import { startTracing } from '../../src/platform/open-telemetry.ts';
import { currentTraceparent, readTraceparent, traceHeadersFor, withSpan } from '../../src/platform/trace.ts';
import { fromEntry } from '../../src/store/commit.ts';
import { listen } from '../support/listen.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const { url: redisUrl } = await testRedis();
const SpanSchema = z.looseObject({ traceId: z.string(), spanId: z.string(), parentSpanId: z.string().optional(), name: z.string() }); // prettier-ignore
const BatchSchema = z.object({ resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(SpanSchema) })) })) }); // prettier-ignore

test(
  'a post, its job and the partner’s call are one trace, and no span holds a person or an id',
  { timeout: 60_000 },
  async () => {
    const bodies: string[] = [];
    const collector = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        if (request.url === '/v1/traces') bodies.push(body);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    const endpoint = `http://127.0.0.1:${await listen(collector)}`;
    const packline = await startPackline({ redisUrl });
    const stop = await startTracing({ endpoint, ratio: 1, tells: ['nash'], service: 'test', version: '0' });
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const posted = await fetch(`${packline.baseUrl}/v1/orders`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${packline.merchantKey}`,
        'content-type': 'application/json',
        'idempotency-key': 'traced',
        traceparent: `00-${traceId}-b7ad6b7169203331-01`,
      },
      body: JSON.stringify(sampleOrder({ externalId: 'traced' })),
    });
    expect(posted.status).toBe(202);
    await vi.waitFor(() => expect(packline.sandbox.books.report().requestsTotal).toBeGreaterThan(0), {
      timeout: 20_000,
    });
    await packline.close();
    await stop();

    const batches = bodies.map((body) => BatchSchema.parse(JSON.parse(body)));
    const spans = batches.flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))); // prettier-ignore
    const ours = spans.filter((span) => span.traceId === traceId);
    const byId = new Map(ours.map((span) => [span.spanId, span]));
    const call = ours.find(({ name }) => name.startsWith('nash '));
    const job = byId.get(call?.parentSpanId ?? '');
    expect(job?.name).toBe('job fulfilment-submit');
    expect(byId.get(job?.parentSpanId ?? '')?.name).toBe('POST /v1/orders');
    expect(JSON.stringify(spans)).not.toMatch(/(?:ord|mer|con)_[0-9a-z]{26}|@|\+\d{8}|Bearer/);
  },
);

test('off, nothing is traced, and entries are what they were', async () => {
  await withSpan({ name: 'nothing', kind: 'server' }, async () => {
    expect(currentTraceparent()).toBeUndefined();
    expect(traceHeadersFor('nash')).toEqual({});
    expect(fromEntry({ id: 'order-import.a', job: 'order-import', payload: {}, lane: 'a', class: 'orders' })).not.toHaveProperty('trace'); // prettier-ignore
  });
});

test('a traceparent goes only to whom the operator names, and a broken one counts as none', async () => {
  const stop = await startTracing({ endpoint: 'http://127.0.0.1:9', ratio: 0, tells: ['nash'], service: 'test', version: '0' }); // prettier-ignore
  await withSpan({ name: 'job', kind: 'consumer' }, async () => {
    expect(readTraceparent(traceHeadersFor('nash')['traceparent'])).toMatch(/-00$/);
    for (const other of ['subscribers', 'vtex-oms']) expect(traceHeadersFor(other)).toEqual({});
  });
  await stop();
  for (const broken of [
    undefined,
    '',
    '00-x',
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `01-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  ])
    expect(readTraceparent(broken)).toBeUndefined();
});
