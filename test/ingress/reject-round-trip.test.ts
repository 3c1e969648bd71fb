import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { RunKind } from '../../src/domain/bulk-run.ts';
import { toCsvLine } from '../../src/domain/csv-cells.ts';
import type { RunView } from '../../src/ingress/views/run-view.ts';
import { testRedis } from '../support/redis.ts';
import { openRunWorkshop } from './run-workshop.ts';

const redis = await testRedis();
const { partner, merchant, work } = await openRunWorkshop(redis.url);
type Merchant = Awaited<ReturnType<typeof merchant>>;

/** A line that is refused, and what somebody writes into it, by column, to put it right. */
interface Wrong {
  code: string;
  line: string | Buffer;
  fix: Readonly<Record<string, string>>;
}

const stock = { externalProductId: 'p', externalStoreLocationId: 's', available: true };
const product = {
  externalIdentifier: 'p',
  name: 'P',
  categories: ['A|B', 'C'],
  weight: 1,
  dimensions: { depth: 1 },
  identifiers: [{ type: 'EAN', value: '1' }],
};
const wholeStock = { externalProductId: 'q', externalStoreLocationId: 's', available: 'true' };
const wholeProduct = { externalIdentifier: 'q', name: 'Q', weight: '1' };

const ofStock = (code: string, fields: object, fix: Wrong['fix']): Wrong => ({
  code,
  line: JSON.stringify({ ...stock, externalProductId: code, ...fields }),
  fix,
});
const { available: _available, ...untold } = stock;
const wrong: Readonly<Record<RunKind, readonly Wrong[]>> = {
  inventory: [
    { code: 'row.json', line: '[1]', fix: wholeStock },
    { code: 'row.json', line: '{"a":', fix: { ...wholeStock, externalProductId: 'r' } },
    { code: 'row.too_large', line: `{"a":"${'x'.repeat(1_048_576)}"}`, fix: { ...wholeStock, externalProductId: 't' } },
    { code: 'row.encoding', line: Buffer.from('{"a":"caf\xe9"}', 'latin1'), fix: { ...wholeStock, externalProductId: 'u' } }, // prettier-ignore
    { code: 'field.required', line: JSON.stringify(untold), fix: { available: 'true' } },
    ofStock('field.type', { quantity: 'many' }, { quantity: '3' }),
    ofStock('field.too_small', { quantity: -1 }, { quantity: '1' }),
    ofStock('field.too_big', { quantity: 3_000_000_000 }, { quantity: '1' }),
    ofStock('field.format', { externalProductId: '\t' }, { externalProductId: 'f' }),
    ofStock('field.unknown', { price: 440, location: { aisle: 'A "1", x' } }, {}),
    ofStock('field.characters', { location: { bay: '\u0000' } }, { 'location.bay': 'B' }),
    ofStock('field.currency', { valueCents: 440, currency: 'XXQ' }, { currency: 'AUD' }),
    ofStock('test.refused', { externalProductId: 'refused' }, {}),
    ofStock('test.orphan', { externalProductId: 'orphan' }, {}),
  ],
  products: [
    { code: 'row.json', line: 'null', fix: wholeProduct },
    {
      code: 'field.weight_unit',
      line: JSON.stringify({ ...product, details: { weightedItemInfo: { weightUnit: 'stone' } } }),
      fix: { 'details.weightedItemInfo.weightUnit': 'KILOGRAMS' },
    },
    {
      code: 'field.invalid',
      line: JSON.stringify({
        ...product,
        externalIdentifier: 'pack',
        details: { packSizeSpecification: { value: {} } },
      }),
      fix: { 'details.packSizeSpecification.value': '4' },
    },
    {
      code: 'field.format',
      line: JSON.stringify({ ...product, externalIdentifier: 'img', imageUrls: ['ftp://a.example/|b'] }),
      fix: { imageUrls: 'https://a.example/1.jpg|https://a.example/2.jpg' },
    },
    { code: 'test.refused', line: JSON.stringify({ ...product, externalIdentifier: 'refused' }), fix: {} },
  ],
};

/** What the schema takes as text and what not, where somebody corrects JSON. */
const typed = (column: string, cell: string): unknown =>
  ['available', 'quantity', 'weight'].includes(column)
    ? JSON.parse(cell)
    : column === 'imageUrls'
      ? cell.split('|')
      : cell;

function setIn(row: Record<string, unknown>, column: string, cell: string): void {
  const path = column.split('.');
  let holder = row;
  for (const name of path.slice(0, -1)) holder = (holder[name] ??= {}) as Record<string, unknown>;
  holder[path.at(-1) ?? column] = typed(column, cell);
}
const whole: Readonly<Record<RunKind, object>> = { inventory: {}, products: { categories: [], dimensions: {}, identifiers: [] } }; // prettier-ignore

/** A reject file, put right by hand: nothing of it is taken away but fields that there are not. */
const fixers = {
  ndjson(text: string, fixes: readonly Wrong['fix'][], kind: RunKind): string {
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(fixes.length);
    return lines
      .map((line, at) => {
        const { price: _price, ...row } = JSON.parse(line) as Record<string, unknown>;
        if (Object.keys(row).length === 2) Object.assign(row, whole[kind]);
        for (const [column, cell] of Object.entries(fixes[at] ?? {})) setIn(row, column, cell);
        return `${JSON.stringify(row)}\n`;
      })
      .join('');
  },
  csv(text: string, fixes: readonly Wrong['fix'][]): string {
    const [header = [], ...lines] = parse(text);
    expect(lines).toHaveLength(fixes.length);
    for (const [at, fix] of fixes.entries()) {
      for (const [column, cell] of Object.entries(fix)) (lines[at] ?? [])[header.indexOf(column)] = cell;
    }
    return [header, ...lines].map((cells) => `${toCsvLine(cells)}\r\n`).join('');
  },
};
const types = { ndjson: 'application/x-ndjson', csv: 'text/csv' } as const;

const runIn = ({ body }: { body: unknown }) => body as RunView;
async function push(shop: Merchant, kind: RunKind, body: string | Buffer, type: string): Promise<RunView> {
  const { id } = runIn(await shop.upload(`/v1/${kind}`, new Uint8Array(Buffer.from(body)), { 'Content-Type': type }));
  await work();
  return runIn(await shop.get(`/v1/runs/${id}`));
}
const codesOf = async ({ get }: Merchant, id: string): Promise<string[]> => {
  const { data } = (await get(`/v1/runs/${id}/items?limit=100`)).body as { data: { errors: { code: string }[] }[] };
  return data.map(({ errors }) => errors[0]?.code ?? 'none');
};
/** The partner refuses some things until it is told to take them. */
function refuseSome(): () => void {
  partner.refused.add('refused');
  partner.orphans.add('orphan');
  return () => {
    partner.refused.clear();
    partner.orphans.clear();
  };
}

describe.each(['inventory', 'products'] as const)('rejects of every kind, of %s', (kind) => {
  it.each(['ndjson', 'csv'] as const)('are corrected in the %s file and sent back as they are', async (format) => {
    const shop = await merchant();
    const takeAll = refuseSome();
    const lines = wrong[kind].flatMap(({ line }) => [Buffer.from(line), Buffer.from('\n')]);
    const run = await push(shop, kind, Buffer.concat(lines), types.ndjson);
    expect(await codesOf(shop, run.id)).toEqual(wrong[kind].map(({ code }) => code));
    expect(run.counts).toMatchObject({ received: wrong[kind].length, rejected: wrong[kind].length });
    takeAll();
    const { text } = await shop.get(`/v1/runs/${run.id}/rejects.${format}`);
    const fixes = wrong[kind].map(({ fix }) => fix);
    const again = await push(shop, kind, fixers[format](text, fixes, kind), types[format]);
    expect(await codesOf(shop, again.id), JSON.stringify(again)).not.toContain('row.json');
    expect(again).toMatchObject({
      status: 'completed',
      counts: { received: wrong[kind].length, accepted: wrong[kind].length },
    });
  });
});

it.each(['ndjson', 'csv'] as const)('rejects of a table are corrected in the %s file, too', async (format) => {
  const shop = await merchant();
  const header = 'externalProductId,externalStoreLocationId,available,quantity\n';
  const lines = ['a,s\n', Buffer.from('caf\xe9,s,true,1\n', 'latin1'), 'c,s,maybe,1\n', 'd,s,true,"1,5"\n'];
  const body = Buffer.concat([header, ...lines].map((line) => Buffer.from(line)));
  const run = await push(shop, 'inventory', body, types.csv);
  expect(await codesOf(shop, run.id)).toEqual(['row.cells', 'row.encoding', 'field.type', 'field.type']);
  const { text } = await shop.get(`/v1/runs/${run.id}/rejects.${format}`);
  const fixes = [wholeStock, { ...wholeStock, externalProductId: 'b' }, { available: 'true' }, { quantity: '15' }];
  const again = await push(shop, 'inventory', fixers[format](text, fixes, 'inventory'), types[format]);
  expect(again).toMatchObject({ status: 'completed', counts: { received: 4, accepted: 4 } });
});

it('a row that is as long as it may be stands in the file without its notes, and can be sent back', async () => {
  const shop = await merchant();
  const url = `https://img.example/${'x'.repeat(1_900)}`;
  const long = { ...product, externalIdentifier: 'long', weight: -1, imageUrls: Array.from({ length: 33 }, () => url) };
  const description = 'd'.repeat(65_536 - JSON.stringify({ ...long, description: '' }).length);
  const run = await push(shop, 'products', JSON.stringify({ ...long, description }), types.ndjson);
  expect(await codesOf(shop, run.id)).toEqual(['field.too_small']);
  const { text } = await shop.get(`/v1/runs/${run.id}/rejects.ndjson`);
  expect(text).toHaveLength(65_537);
  const table = await shop.get(`/v1/runs/${run.id}/rejects.csv`);
  for (const [type, file] of [
    [types.ndjson, text.replace('-1', '1')],
    [types.csv, table.text.replace(',-1,', ',1,')],
  ] as const) {
    expect(await push(shop, 'products', file, type)).toMatchObject({ status: 'completed', counts: { received: 1 } });
  }
});

it('every reason in the guide is among these', async () => {
  const guide = await readFile(new URL('../../docs/rows.md', import.meta.url), 'utf8');
  const table = guide.slice(guide.indexOf('## Why a row is refused'), guide.indexOf('What the partner does not take'));
  const documented = [...table.matchAll(/`((?:row|field)\.\w+)`/g)].map(([, code]) => code);
  const tried = [...wrong.inventory, ...wrong.products].map(({ code }) => code);
  const ours = tried.filter((code) => !code.startsWith('test.'));
  expect(new Set(documented)).toEqual(new Set([...ours, 'row.cells', 'row.other_store']));
});
