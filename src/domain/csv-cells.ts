import type { RunKind } from './bulk-run.ts';
import { csvColumns, isRequiredColumn, type CellForm } from './csv-columns.ts';

/** Makes a row, as JSON would have it, of the cells of a line. What a cell should not say is left for the schema to refuse. */
export type RowOfCells = (cells: readonly string[]) => object;

interface Place {
  at: number;
  form: CellForm;
  parents: readonly string[];
  name: string;
  isRequired: boolean;
}

/** @param header names of columns, without fault (`findHeaderFault`) */
export function makeRowOfCells(kind: RunKind, header: readonly string[]): RowOfCells {
  const places = header.flatMap((column, at): Place[] => {
    const form = csvColumns[kind].get(column);
    if (form === undefined) return [];
    const path = column.split('.');
    const isRequired = isRequiredColumn(kind, column);
    return [{ at, form, parents: path.slice(0, -1), name: path.at(-1) ?? column, isRequired }];
  });
  return (cells) => {
    const row: Node = {};
    for (const { at, form, parents, name, isRequired } of places) {
      const cell = cells[at] ?? '';
      if (cell === '' && !isRequired) continue;
      const holder = parents.reduce(memberOf, row);
      const value = cell === '' ? emptyOf(form) : readers[form](cell);
      if (value !== undefined) holder[name] = value;
    }
    return row;
  };
}

/** The cells of a row in the order of `csvColumns`: what `makeRowOfCells` makes the same row of, if it was one. */
export function toCells(kind: RunKind, row: unknown): string[] {
  return [...csvColumns[kind]].map(([column, form]) => {
    const value = column.split('.').reduce<unknown>(valueIn, row);
    if (value === undefined || value === null) return '';
    const list = Array.isArray(value) ? listWriters[form]?.(value) : undefined;
    return list ?? (typeof value === 'string' ? value : JSON.stringify(value));
  });
}

/** One line of RFC 4180, without its end. */
export const toCsvLine = (cells: readonly string[]): string =>
  cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');

interface Node {
  [name: string]: unknown;
}
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

function memberOf(holder: Node, name: string): Node {
  const present = holder[name];
  if (isNode(present)) return present;
  const made: Node = {};
  holder[name] = made;
  return made;
}

const valueIn = (holder: unknown, name: string): unknown =>
  isNode(holder) && Object.hasOwn(holder, name) ? holder[name] : undefined;

const emptyOf = (form: CellForm): unknown => (form === 'list' || form === 'identifiers' ? [] : undefined);

const readers: Readonly<Record<CellForm, (cell: string) => unknown>> = {
  text: (cell) => cell,
  number: (cell) => (/^\s*-?\d+(\.\d+)?\s*$/.test(cell) ? Number(cell) : cell),
  boolean: (cell) => ({ true: true, false: false })[cell.trim().toLowerCase()] ?? cell,
  list: (cell) => readJsonList(cell) ?? cell.split('|'),
  identifiers: (cell) =>
    readJsonList(cell) ??
    cell.split('|').map((identifier) => {
      const colon = identifier.indexOf(':');
      return colon === -1 ? identifier : { type: identifier.slice(0, colon), value: identifier.slice(colon + 1) };
    }),
  json: (cell) => readJson(cell) ?? cell,
};

function readJson(cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    return undefined;
  }
}

function readJsonList(cell: string): unknown {
  const value = cell.startsWith('[') ? readJson(cell) : undefined;
  return Array.isArray(value) ? value : undefined;
}

const isPlainItem = (item: unknown): item is string =>
  typeof item === 'string' && item !== '' && !item.includes('|') && !item.startsWith('[');

/** Undefined for what has to be written as JSON. */
function joinItems(items: readonly unknown[]): string | undefined {
  return items.length > 0 && items.every(isPlainItem) ? items.join('|') : undefined;
}

const identifierText = (item: unknown): unknown => {
  const [type, value] = [valueIn(item, 'type'), valueIn(item, 'value')];
  return typeof type === 'string' && typeof value === 'string' && !type.includes(':') ? `${type}:${value}` : item;
};

const listWriters: Partial<Record<CellForm, (items: readonly unknown[]) => string | undefined>> = {
  list: joinItems,
  identifiers: (items) => joinItems(items.map(identifierText)),
};
