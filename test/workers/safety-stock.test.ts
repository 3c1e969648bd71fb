import { beforeEach, describe, expect, it } from 'vitest';
import { SafetyStockRulesSchema } from '../../src/domain/safety-stock.ts';
import { findCategories, productKey } from '../../src/store/product-categories.ts';
import { readRun } from '../../src/store/runs.ts';
import { writeSafetyStock } from '../../src/store/safety-stock.ts';
import { item, line, openRunBench, type RunBench } from '../bulk/run-bench.ts';
import { testRedis } from '../support/redis.ts';

const { client } = await testRedis();
let bench: RunBench;
beforeEach(async () => {
  bench = await openRunBench(client);
});

const product = (externalIdentifier: string, categories: readonly string[]) => ({
  externalIdentifier,
  name: 'P',
  imageUrls: ['https://img.example/p.jpg'],
  categories,
  weight: 1,
  dimensions: {},
  identifiers: [],
});
const setRules = (rules: readonly object[]) =>
  writeSafetyStock(bench.store, line.merchantId, SafetyStockRulesSchema.parse(rules));
const push = async (rows: readonly object[], options: Parameters<RunBench['spool']>[1] = {}) => {
  const runId = await bench.upload(rows, options);
  while ((await bench.work()) > 0);
  return (await readRun(bench.store, runId))?.counts;
};
const pushProducts = (rows: readonly object[]) => push(rows, { kind: 'products' });
const sentOf = (name: string, store = 'store-1'): unknown => {
  const row = JSON.parse(bench.partner.books.get(`${store}/${name}`) ?? '{}') as Record<string, unknown>;
  return [row['quantity'], row['available']];
};

describe('safety stock', () => {
  it('is taken off by store and by the category that the product has in the catalogue', async () => {
    await pushProducts([product('ham', ['Food', 'Meat']), product('soap', ['Household']), product('none', [])]);
    await setRules([
      { storeLocationIds: ['store-2'], categories: ['Meat'], reserveUnits: 9 },
      { categories: ['Meat', 'Fish'], reserveUnits: 2 },
      { storeLocationIds: ['store-2'], bufferPercent: 50 },
    ]);
    const rows = ['ham', 'soap', 'none', 'unheard of'].flatMap((name) => [item(name, 10), item(name, 10, 'store-2')]);
    expect(await push(rows)).toMatchObject({ accepted: 8 });
    const sent = (name: string): unknown => [sentOf(name), sentOf(name, 'store-2')];
    expect(sent('ham')).toEqual([
      [8, true],
      [1, true],
    ]);
    for (const other of ['soap', 'none', 'unheard of']) {
      expect(sent(other), other).toEqual([
        [10, true],
        [5, true],
      ]);
    }
  });

  it('that changes counts for the next push of a row, and only rows with another result are sent', async () => {
    await pushProducts([product('ham', ['Meat']), product('soap', ['Household'])]);
    const rows = [item('ham', 3), item('soap', 3)];
    expect(await push(rows)).toMatchObject({ accepted: 2 });
    await setRules([{ categories: ['Meat'], reserveUnits: 3 }]);
    expect(await push(rows)).toMatchObject({ accepted: 1, unchanged: 1 });
    expect([sentOf('ham'), sentOf('soap')]).toEqual([
      [0, false],
      [3, true],
    ]);
    expect(await push(rows)).toMatchObject({ unchanged: 2 });
    await setRules([]);
    expect(await push(rows)).toMatchObject({ accepted: 1, unchanged: 1 });
    expect(sentOf('ham')).toEqual([3, true]);
  });

  it('goes by the categories that the partner has accepted last, and not by those of a dry run or a refused row', async () => {
    await setRules([{ categories: ['Meat'], reserveUnits: 1 }]);
    const pushed = async (categories: readonly string[], options = {}) => {
      await push([product('ham', categories)], { kind: 'products', ...options });
      await push([item('ham', 5)]);
      return sentOf('ham');
    };
    expect(await pushed(['Food'])).toEqual([5, true]);
    expect(await pushed(['Meat'], { dryRun: true })).toEqual([5, true]);
    bench.partner.refused.add('ham');
    await pushProducts([product('ham', ['Meat'])]);
    bench.partner.refused.clear();
    await push([item('ham', 5)]);
    expect(sentOf('ham')).toEqual([5, true]);
    expect(await pushed(['Food', 'Meat'])).toEqual([4, true]);
    expect(await pushed([])).toEqual([5, true]);
  });

  it('says in a dry run what it would change, and leaves rows alone that tell no quantity', async () => {
    await pushProducts([product('ham', ['Meat'])]);
    await push([item('ham', 5)]);
    await setRules([{ categories: ['Meat'], reserveUnits: 1 }]);
    expect(await push([item('ham', 5)], { dryRun: true })).toMatchObject({ accepted: 1 });
    expect(await push([item('ham', 6)], { dryRun: true })).toMatchObject({ unchanged: 1 });
    const { quantity: _, ...untold } = item('ham', 0);
    await push([untold]);
    expect(sentOf('ham')).toEqual([undefined, true]);
  });
});

describe('the categories of products', () => {
  const find = async (names: readonly string[], categories: readonly string[]) => {
    const found = await findCategories(bench.store, line.connectionId, names.map(productKey), categories);
    return names.map((_, at) => found.get(at)?.toSorted() ?? []);
  };

  it('are found of thousands of products, of fifty each, and in any alphabet', async () => {
    bench = await openRunBench(client, 1_000);
    const many = Array.from({ length: 50 }, (_, n) => `Category ${n}`);
    const products = Array.from({ length: 5_000 }, (_, n) => product(`p-${n}`, [`Group ${n % 7}`, 'Gemüse › 野菜']));
    await pushProducts([...products, product('all', many)]);
    expect(await find(['p-3', 'all', 'p-4999'], ['Group 3', 'Gemüse › 野菜', 'Category 49', 'Category 0'])).toEqual([
      ['Gemüse › 野菜', 'Group 3'],
      ['Category 0', 'Category 49'],
      ['Gemüse › 野菜'],
    ]);
    const names = products.map(({ externalIdentifier }) => externalIdentifier);
    expect((await find(names, ['Gemüse › 野菜'])).filter(({ length }) => length === 1)).toHaveLength(5_000);
    expect((await find(names, ['Group 6'])).filter(({ length }) => length === 1)).toHaveLength(714);
  });

  it('cost some 30 bytes of a product with three', async () => {
    bench = await openRunBench(client, 1_000);
    const products = Array.from({ length: 20_000 }, (_, n) => product(`p-${n}`, ['A', `B ${n % 20}`, `C ${n % 400}`]));
    await pushProducts(products);
    const state = bench.store.keys.productCategories(line.connectionId);
    const sizes = await Promise.all((await client.keys(`${state}*`)).map((key) => client.memory('USAGE', key)));
    const bytes = sizes.reduce<number>((sum, size) => sum + Number(size), 0) / products.length;
    expect(bytes).toBeGreaterThan(20);
    expect(bytes).toBeLessThan(34);
  });
});
