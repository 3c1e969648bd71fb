import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { eventTypes } from '../../src/domain/events.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';

const redis = await testRedis();
const { request } = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const CatalogueSchema = z.object({
  data: z.array(z.object({ type: z.string(), summary: z.string(), schema: z.url() })),
});
const Document = z.looseObject({ examples: z.array(z.unknown()).length(1) });
const Webhooks = z.record(
  z.string(),
  z.object({
    post: z.object({
      requestBody: z.object({
        content: z.object({ 'application/json': z.object({ schema: z.unknown(), example: z.unknown() }) }),
      }),
    }),
  }),
);

describe('the catalogue of events', () => {
  it('names every type, to anybody, with a schema that can be fetched and takes its own example', async () => {
    const { status, body } = await request('GET', '/schemas');
    expect(status).toBe(200);
    const { data } = CatalogueSchema.parse(body);
    expect(data.map(({ type }) => type)).toEqual(eventTypes);
    const ajv = addFormats.default(new Ajv2020({ strict: true }));
    for (const { type, schema } of data) {
      const answer = await request('GET', new URL(schema).pathname);
      const document = Document.parse(answer.body);
      expect(document['$id']).toBe(schema);
      expect(document['title']).toMatch(/^[A-Z]/);
      expect([type, ajv.compile(document)(document.examples[0])]).toEqual([type, true]);
    }
  });

  it('has no schema for a type that there is not', async () => {
    expect((await request('GET', '/schemas/order.unheard_of')).status).toBe(400);
  });

  it('is what the API’s document says of its webhooks, with the same examples', async () => {
    const { webhooks } = z.object({ webhooks: Webhooks }).parse((await request('GET', '/openapi.json')).body);
    expect(Object.keys(webhooks).toSorted()).toEqual(eventTypes.toSorted());
    for (const type of eventTypes) {
      const { examples } = Document.parse((await request('GET', `/schemas/${type}`)).body);
      expect(webhooks[type]?.post.requestBody.content['application/json'].example).toEqual(examples[0]);
    }
  });
});
