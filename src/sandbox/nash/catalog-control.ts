import { Hono } from 'hono';
import type { Books } from '../books.ts';
import { toInventoryBody, toProductBody } from './catalog.ts';
import type { Tenant } from './tenant.ts';

/**
 * The truth about a catalog: what it holds now, and how it was asked. Mounted under `/_sandbox/nash/catalog`.
 *
 * | call                                                        | answers                                              |
 * |-------------------------------------------------------------|------------------------------------------------------|
 * | GET /                                                       | totals, and requests, violations and most per second |
 * | GET /products                                               | every product as it is, NDJSON                       |
 * | GET /inventory?externalStoreLocationId=&externalProductId=  | every such row as it is, NDJSON                      |
 */
export function makeCatalogControl(tenantOf: (orgId: string | undefined) => Tenant, books: Books): Hono {
  return new Hono()
    .get('/', (c) => {
      const { catalog, organisation } = tenantOf(c.req.query('org'));
      return c.json({ ...catalog.counts(), rate: books.rateOf(organisation.orgId, 'catalog') ?? null });
    })
    .get('/products', (c) => ndjson(tenantOf(c.req.query('org')).catalog.products().values().map(toProductBody)))
    .get('/inventory', (c) => {
      const { externalStoreLocationId, externalProductId } = c.req.query();
      const { count, at } = tenantOf(c.req.query('org')).catalog.inventory({
        externalStoreLocationId,
        externalProductId,
      });
      return ndjson(
        (function* () {
          for (let index = 0; index < count; index += 1) {
            const row = at(index);
            if (row !== undefined) yield toInventoryBody(row);
          }
        })(),
      );
    });
}

const linesPerChunk = 2_000;

/** One JSON object a line, made as fast as it is read. */
function ndjson(bodies: Iterator<Record<string, unknown>>): Response {
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      let text = '';
      for (let lines = 0; lines < linesPerChunk; lines += 1) {
        const next = bodies.next();
        if (next.done === true) {
          controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        text += `${JSON.stringify(next.value)}\n`;
      }
      controller.enqueue(encoder.encode(text));
    },
  });
  return new Response(stream, { headers: { 'content-type': 'application/x-ndjson' } });
}
