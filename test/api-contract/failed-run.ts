import * as z from 'zod';
import { commit } from '../../src/store/commit.ts';
import { failedRunWrites } from '../../src/store/run-line.ts';
import type { TestIngress } from '../support/ingress.ts';

const MadeSchema = z.looseObject({ id: z.string() });

/** A connection that takes products and stock, and a run there that failed: it can be read, watched, canceled and resumed. */
export async function makeFailedRun(
  { request, store }: TestIngress,
  key: string,
): Promise<{ run: string; catalogConnection: string }> {
  const json = {
    connector: 'nash',
    name: 'A catalogue',
    settings: { apiKey: 'nash_key' },
    routing: [{ storeLocationIds: ['store-of-nobody'] }],
  };
  const connection = MadeSchema.parse((await request('POST', '/v1/connections', { key, json })).body);
  const raw = '{"externalProductId":"p","externalStoreLocationId":"store-1","available":true}\n';
  const headers = { 'Content-Type': 'application/x-ndjson' };
  const run = MadeSchema.parse((await request('POST', '/v1/inventory', { key, raw, headers })).body);
  const line = { connectionId: connection.id, kind: 'inventory' } as const;
  const failure = { code: 'nash.key_refused', detail: 'Nash refused the key' };
  await commit(store, { writes: await failedRunWrites(store, line, failure) });
  return { run: run.id, catalogConnection: connection.id };
}
