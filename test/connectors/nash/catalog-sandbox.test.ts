import { expect, onTestFinished, test } from 'vitest';
import { createConnectorIo } from '../../../src/connectors/create-io.ts';
import type { FulfilmentCatalog, InventoryToPut } from '../../../src/connectors/fulfilment/catalog.ts';
import { makeCatalog } from '../../../src/connectors/fulfilment/nash/catalog-client.ts';
import { fromInventory } from '../../../src/connectors/fulfilment/nash/catalog-body.ts';
import { planBatch, type BatchAnswer } from '../../../src/domain/batch-outcome.ts';
import { Failure, isRetryable } from '../../../src/domain/failure.ts';
import { readInventoryRow } from '../../../src/domain/inventory-row.ts';
import { readProductRow } from '../../../src/domain/product-row.ts';
import { createEgress } from '../../../src/platform/egress.ts';
import { createHttp } from '../../../src/platform/http.ts';
import type { NashAnswers } from '../../../src/sandbox/nash/answers.ts';
import { createSandbox } from '../../../src/sandbox/sandbox.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { inventoryRow, inventoryToPut, productRow, productToPut } from './catalog-rows.ts';
import { settingsOf } from './nash-harness.ts';

const orgId = 'org_demo';
const keysOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `p-${index}`);

/** The connector's catalog over real HTTP, at a sandbox that has some products. */
async function startCatalog(answers: Partial<NashAnswers> = {}, productCount = 0) {
  const sandbox = createSandbox({ speed: 0, nash: answers });
  const { url, close } = await sandbox.listen(0);
  onTestFinished(close);
  sandbox.nash.putOrganisation({ orgId, apiKey: 'k', stores: ['store_001'], limits: { default: 20, catalog: 10_000 } });
  sandbox.nash.tenant(orgId)?.catalog.putProducts(keysOf(productCount).map((key) => productRow(key)));
  const http = createHttp({ egress: createEgress({ allow: ['127.0.0.0/8'] }), userAgent: 'Packline/test' });
  onTestFinished(() => http.close());
  const budget = {
    take: () => Promise.resolve({ taken: true, waitMs: 0, late: () => Promise.resolve() }),
    throttle: () => Promise.resolve(),
  };
  const io = createConnectorIo(
    { http, budget, clock: createFakeClock(0), report: () => undefined },
    { connector: 'nash', laneOf: (name) => name, signal: new AbortController().signal },
  );
  const catalog = makeCatalog(settingsOf({ baseUrl: `${url}/nash`, apiKey: 'k' }), io);
  return { sandbox, catalog };
}

/** Sends until every row has ended; a failed call is made again. */
async function send(catalog: FulfilmentCatalog, rows: readonly InventoryToPut[]) {
  const plan = planBatch(rows);
  const accepted: string[] = [];
  const rejected: Record<string, string> = {};
  let calls = 0;
  const put = async (some: readonly InventoryToPut[]): Promise<BatchAnswer> => {
    calls += 1;
    try {
      return await catalog.putInventory(some);
    } catch (error) {
      if (error instanceof Failure && isRetryable(error.kind)) return put(some);
      throw error;
    }
  };
  for (let request = plan.next(); request !== undefined; request = plan.next()) {
    const ended = plan.tell(request, await put(request.rows));
    accepted.push(...ended.accepted.map(({ externalProductId }) => externalProductId));
    for (const { row, errors } of ended.rejected)
      rejected[row.externalProductId] = errors.map(({ code }) => code).join();
  }
  return { accepted: accepted.toSorted(), rejected, calls };
}

const toPut = (keys: readonly string[], quantity = 42): InventoryToPut[] =>
  keys.map((key) => inventoryToPut(inventoryRow(key, { quantity })));

/** What the sandbox holds: quantity by product. */
function booksOf({ nash }: ReturnType<typeof createSandbox>): Record<string, number | null | undefined> {
  const view = nash.tenant(orgId)?.catalog.inventory();
  const rows = Array.from({ length: view?.count ?? 0 }, (_, index) => view?.at(index));
  return Object.fromEntries(rows.map((row) => [row?.externalProductId ?? '', row?.quantity]));
}

test.each([
  ['all', 2],
  ['first', 4],
  ['none', 61],
] as const)(
  'three bad rows of 1,000 are rejected, the others stored, whichever the 422 names: %s',
  async (refusalNames, callsMax) => {
    const bad = ['p-0', 'p-500', 'p-999'];
    const { sandbox, catalog } = await startCatalog({ refusedRows: bad, refusalNames }, 1_000);
    const keys = keysOf(1_000);
    const { accepted, rejected, calls } = await send(catalog, toPut(keys));
    expect(rejected).toEqual(Object.fromEntries(bad.map((key) => [key, 'nash.validation_errors'])));
    expect(accepted).toEqual(keys.filter((key) => !bad.includes(key)).toSorted());
    expect(Object.keys(booksOf(sandbox)).toSorted()).toEqual(accepted);
    expect(calls).toBeLessThanOrEqual(callsMax);
  },
);

test.each(['object', 'array'] as const)('a 422 is read in either of its forms: %s', async (validationBody) => {
  const { catalog } = await startCatalog({ refusedRows: ['p-1'], validationBody }, 3);
  const { rejected, calls } = await send(catalog, toPut(keysOf(3)));
  expect([rejected, calls]).toEqual([{ 'p-1': 'nash.validation_errors' }, 2]);
});

test('rows that are stored and not echoed are asked about once more, and only they', async () => {
  const { sandbox, catalog } = await startCatalog({ silentRows: ['p-1'] }, 3);
  expect(await send(catalog, toPut(keysOf(3)))).toMatchObject({ accepted: ['p-0', 'p-1', 'p-2'], calls: 2 });
  expect(sandbox.nash.tenant(orgId)?.catalog.counts()).toMatchObject({ inventoryRows: 3, inventoryUpdates: 1 });
});

test.each([
  ['echoed', { 'p-9': 'inventory.unknown_product' }],
  ['omitted', { 'p-9': 'row.not_confirmed' }],
] as const)('a row of an unknown product is rejected, %s', async (orphanRows, rejected) => {
  const { catalog } = await startCatalog({ orphanRows }, 3);
  expect(await send(catalog, toPut(['p-0', 'p-9']))).toMatchObject({ accepted: ['p-0'], rejected });
});

test.each([
  [{ kind: 'rateLimit' }, 2],
  [{ kind: 'rateLimit', retryAfterSeconds: null }, 2],
  [{ kind: 'status', status: 503 }, 2],
  [{ kind: 'status', status: 500, afterEffect: true }, 2],
  [{ kind: 'dropAfter' }, 2],
  [{ kind: 'garbage', afterEffect: true }, 2],
  [{ kind: 'delay', ms: 20 }, 1],
] as const)('the same rows are sent again after %j, and are what they were to be', async (fault, calls) => {
  const { sandbox, catalog } = await startCatalog({}, 3);
  sandbox.faults.add({ match: { path: '/v1/inventory' }, times: 1, fault });
  expect(await send(catalog, toPut(keysOf(3), 7))).toMatchObject({ accepted: ['p-0', 'p-1', 'p-2'], calls });
  expect(booksOf(sandbox)).toEqual({ 'p-0': 7, 'p-1': 7, 'p-2': 7 });
});

test('a whole request of 1,000 products or of inventory is taken, and what is listed reads as what was sent', async () => {
  const { catalog } = await startCatalog();
  const products = keysOf(1_000).map((key) => productRow(key));
  await expect(catalog.putProducts(products.map(productToPut))).resolves.toMatchObject({ unconfirmed: [] });
  const listed = await catalog.listProducts({ pageIndex: 0, numResultsPerPage: 1_000 });
  expect(listed.rows.map(({ row }) => readProductRow(JSON.stringify(row)).row)).toEqual(products);
  const row = inventoryRow('p-7', {
    location: { aisle: 'Meat', shelf: '1' },
    details: { weightedItemInfo: { valueCentsPerMeasurementUnit: 2_150 }, taxPercentage: 0 },
    providerConfigs: [{ provider: 'X', serviceType: 'pick_and_deliver', valueCents: 459, currency: 'AUD' }],
  });
  const rows = [
    row,
    ...keysOf(1_000)
      .filter((key) => key !== 'p-7')
      .map((key) => inventoryRow(key)),
  ];
  await expect(catalog.putInventory(rows.map(inventoryToPut))).resolves.toMatchObject({ unconfirmed: [] });
  const { rows: found, total } = await catalog.listInventory({
    externalStoreLocationId: 'store_001',
    externalProductId: 'p-7',
    pageIndex: 0,
    numResultsPerPage: 10,
  });
  const [first] = found;
  const read = readInventoryRow(JSON.stringify(first?.row)).row;
  expect([total, read === undefined ? undefined : fromInventory(read)]).toEqual([1, fromInventory(row)]);
});
