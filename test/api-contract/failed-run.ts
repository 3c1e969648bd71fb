import * as z from 'zod';
import { runKinds } from '../../src/domain/bulk-run.ts';
import { commit } from '../../src/store/commit.ts';
import { newRetire } from '../../src/domain/retire.ts';
import { keptPageWrites, pageIdOf } from '../../src/store/listed-pages.ts';
import { failedRunWrites } from '../../src/store/run-line.ts';
import { endedWrites } from '../../src/store/runs.ts';
import { endedStockWrites } from '../../src/store/stock-reconciliations.ts';
import type { TestIngress } from '../support/ingress.ts';

const MadeSchema = z.looseObject({ id: z.string() });

/** A connection that takes products and stock, and a run there that failed: it can be read, watched, canceled and resumed. */
export async function makeFailedRun(
  { request, store }: TestIngress,
  key: string,
): Promise<{ run: string; catalogConnection: string; stk: string }> {
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
  await keepLists(store, connection.id);
  const path = `/v1/connections/${connection.id}/stock-reconciliations`;
  const { id: stk } = MadeSchema.parse((await request('POST', path, { key })).body);
  // Ended: while one runs there is no other.
  await commit(store, { writes: endedStockWrites(store, stk) });
  return { run: run.id, catalogConnection: connection.id, stk };
}

/** What its partner listed when it was read last, for as long as the test goes on. */
async function keepLists(store: TestIngress['store'], connectionId: string): Promise<void> {
  for (const kind of runKinds) {
    const ref = { connectionId, kind, query: { pageIndex: 0, numResultsPerPage: 100 } };
    const rows = [{ partnerId: `${kind}_1`, row: { externalProductId: 'p' }, lastSent: 'unknown' }] as const;
    await commit(store, { writes: await keptPageWrites(store, ref, { rows, total: 1 }) });
    await store.redis.persist(store.keys.listedPage(connectionId, pageIdOf(ref)));
  }
}

/** A full snapshot there that holds what it would retire, and can be confirmed. */
export async function makeHeldRun(
  { request, store }: TestIngress,
  key: string,
  connectionId: string,
): Promise<{ heldRun: string }> {
  const headers = { 'Content-Type': 'application/x-ndjson', 'Packline-Connection': connectionId };
  const { id } = MadeSchema.parse((await request('POST', '/v1/inventory?mode=full', { key, raw: '', headers })).body);
  const retire = JSON.stringify({ ...newRetire(null), phase: 'held', held: true, listed: 9, wouldRetire: 9 });
  const writes = [
    ['HSET', store.keys.run(id), 'retire', retire],
    ['ZREM', store.keys.lineRuns(connectionId, 'inventory'), id],
    ...endedWrites(store, id, 'completed'),
  ];
  await commit(store, { writes });
  return { heldRun: id };
}
