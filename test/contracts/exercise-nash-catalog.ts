import type { FulfilmentCatalog } from '../../src/connectors/fulfilment/catalog.ts';
import type { BatchAnswer } from '../../src/domain/batch-outcome.ts';
import { Failure } from '../../src/domain/failure.ts';
import type { InventoryRow } from '../../src/domain/inventory-row.ts';
import type { ProductRow } from '../../src/domain/product-row.ts';
import { refused, type Reading, type SandboxStage, type Stage } from './stage.ts';

/** Every field that a row may have, and rows with only those that it must. */
const products: readonly ProductRow[] = [
  {
    externalIdentifier: 'contract-p-1',
    sku: 'contract-p-1',
    name: 'Free Range Chicken Tenderloins 450g-650g',
    description: 'By weight',
    imageUrls: ['https://cdn.example.com/p/1.jpg'],
    categories: ['Meat', 'Poultry'],
    weight: 0.55,
    dimensions: { depth: 5, height: 20, width: 15 },
    identifiers: [{ type: 'GTIN', value: '12345678901231' }],
    attributes: ['WEIGHTED'],
    details: {
      weightedItemInfo: { weightPerItem: 0.55, weightUnit: 'kg' },
      sizeSpecification: { value: 0.55, description: 'KG' },
      packSizeSpecification: { value: '4', description: '140g x 4 Pack' },
      skillsRequired: ['cold_chain'],
      dropoffServiceTimeSeconds: 60,
    },
    providerConfigs: [{ provider: 'X', serviceType: 'pick_and_deliver', categories: ['Meat'], enabled: true }],
  },
  { externalIdentifier: 'contract-p-2', name: 'Bananas', categories: [], weight: 1, dimensions: {}, identifiers: [] },
];

const bare: InventoryRow = {
  externalProductId: 'contract-p-2',
  externalStoreLocationId: 'store_001',
  available: false,
};
const stock: readonly InventoryRow[] = [
  {
    externalProductId: 'contract-p-1',
    externalStoreLocationId: 'store_001',
    available: true,
    quantity: 12,
    valueCents: 1_209,
    currency: 'AUD',
    location: { aisle: 'Meat', bay: 'M1', shelf: '1' },
    details: { weightedItemInfo: { valueCentsPerMeasurementUnit: 2_150 }, taxPercentage: 0.1 },
    providerConfigs: [
      {
        provider: 'X',
        serviceType: 'pick_and_deliver',
        valueCents: 459,
        currency: 'AUD',
        available: true,
        discount: { valueCents: 399, startTime: '2026-01-10T00:00:00Z', endTime: '2026-01-17T00:00:00Z' },
        taxPercentage: 0.1,
      },
    ],
  },
  bare,
];

const putProducts = (catalog: FulfilmentCatalog, rows: readonly ProductRow[]): Promise<BatchAnswer> =>
  catalog.putProducts(rows.map((row) => ({ ...row, text: catalog.productText(row) })));
const putInventory = (catalog: FulfilmentCatalog, rows: readonly InventoryRow[]): Promise<BatchAnswer> =>
  catalog.putInventory(rows.map((row) => ({ ...row, text: catalog.inventoryText(row) })));

const page = { pageIndex: 0, numResultsPerPage: 100 };

export const catalogReadings = (catalogOf: (stage: Stage) => FulfilmentCatalog): readonly Reading[] => [
  { operation: 'POST /v1/products', read: (stage) => taken(putProducts(catalogOf(stage), products)) },
  { operation: 'GET /v1/products', read: (stage) => catalogOf(stage).listProducts(page) },
  { operation: 'POST /v1/inventory', read: (stage) => taken(putInventory(catalogOf(stage), stock)) },
  { operation: 'GET /v1/inventory', read: (stage) => catalogOf(stage).listInventory(page) },
];

/** A refusal of rows is an answer to the pipeline, and to the check what it is to whoever sent the rows: an error. */
async function taken(put: Promise<BatchAnswer>): Promise<BatchAnswer> {
  const answer = await put;
  if (answer.kind === 'taken') return answer;
  throw new Failure('rejected', `nash.rows_${answer.kind}`, 'Nash took none of the rows');
}

export async function exerciseCatalog({ control }: SandboxStage, catalog: FulfilmentCatalog): Promise<void> {
  await taken(putProducts(catalog, products));
  await taken(putInventory(catalog, stock));
  await taken(putInventory(catalog, [{ ...bare, available: true, quantity: 3 }]));
  await catalog.listProducts(page);
  await catalog.listInventory({ ...page, externalStoreLocationId: 'store_001', externalProductId: 'contract-p-1' });
  await catalog.listInventory({ ...page, externalStoreLocationId: 'store_nobody' });
  // As one error, and as a list of them.
  await control('POST', '/nash/answers', { refusedRows: ['contract-p-2'] });
  for (const validationBody of ['object', 'array']) {
    await control('POST', '/nash/answers', { validationBody });
    await refused(taken(putProducts(catalog, products)));
    await refused(taken(putInventory(catalog, stock)));
  }
  await control('POST', '/nash/answers', { refusedRows: [] });
}
