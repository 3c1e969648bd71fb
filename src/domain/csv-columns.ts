import type { RunKind } from './bulk-run.ts';

/**
 * How a cell is written: a list is `a|b`, identifiers are `EAN:4006381333931|PLU:4011`, the last is JSON. A list whose items
 * do not allow that may be JSON, too.
 */
export type CellForm = 'text' | 'number' | 'boolean' | 'list' | 'identifiers' | 'json';

/** A column is named for the path of its field, with dots. */
export type CsvColumns = ReadonlyMap<string, CellForm>;

const productColumns: CsvColumns = new Map<string, CellForm>([
  ['externalIdentifier', 'text'],
  ['sku', 'text'],
  ['name', 'text'],
  ['description', 'text'],
  ['imageUrls', 'list'],
  ['categories', 'list'],
  ['weight', 'number'],
  ['dimensions.depth', 'number'],
  ['dimensions.height', 'number'],
  ['dimensions.width', 'number'],
  ['identifiers', 'identifiers'],
  ['attributes', 'list'],
  ['details.weightedItemInfo.weightPerItem', 'number'],
  ['details.weightedItemInfo.weightUnit', 'text'],
  ['details.weightedItemInfo.valueCentsPerMeasurementUnit', 'number'],
  ['details.sizeSpecification.value', 'number'],
  ['details.sizeSpecification.description', 'text'],
  ['details.packSizeSpecification.value', 'text'],
  ['details.packSizeSpecification.description', 'text'],
  ['details.skillsRequired', 'list'],
  ['details.dropoffServiceTimeSeconds', 'number'],
  ['providerConfigs', 'json'],
]);

const inventoryColumns: CsvColumns = new Map<string, CellForm>([
  ['externalProductId', 'text'],
  ['externalStoreLocationId', 'text'],
  ['available', 'boolean'],
  ['quantity', 'number'],
  ['valueCents', 'number'],
  ['currency', 'text'],
  ['location.aisle', 'text'],
  ['location.bay', 'text'],
  ['location.shelf', 'text'],
  ['details.weightedItemInfo.valueCentsPerMeasurementUnit', 'number'],
  ['details.taxPercentage', 'number'],
  ['providerConfigs', 'json'],
]);

/** Every column there may be, in the order in which we write them. */
export const csvColumns: Readonly<Record<RunKind, CsvColumns>> = {
  products: productColumns,
  inventory: inventoryColumns,
};

/** Without these no row could be taken. */
const required: Readonly<Record<RunKind, readonly string[]>> = {
  products: ['externalIdentifier', 'name', 'categories', 'weight', 'identifiers', 'dimensions.depth', 'dimensions.height', 'dimensions.width'], // prettier-ignore
  inventory: ['externalProductId', 'externalStoreLocationId', 'available'],
};

/** Of a reject file: notes for people, which are passed over when it is sent back. */
export const isNote = (name: string): boolean => name.startsWith('_');

/** What is wrong with a header line, in words; undefined when nothing is. */
export function findHeaderFault(kind: RunKind, header: readonly string[]): string | undefined {
  const columns = csvColumns[kind];
  const names = header.filter((name) => !isNote(name));
  const unknown = names.find((name) => !columns.has(name));
  if (unknown !== undefined) {
    const hint = /[;\t]/.test(unknown)
      ? 'cells are separated by commas'
      : `there are ${[...columns.keys()].join(', ')}`;
    return `"${unknown.slice(0, 80)}" is no column of ${kind}: ${hint}`;
  }
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined) return `the column "${repeated}" is there twice`;
  const missing = required[kind].filter((name) => !names.includes(name));
  return missing.length === 0 ? undefined : `columns are missing: ${missing.join(', ')}`;
}

/** Lists that a product has even when its cell is empty. */
export const isRequiredColumn = (kind: RunKind, name: string): boolean => required[kind].includes(name);
