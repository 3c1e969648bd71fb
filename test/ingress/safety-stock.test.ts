import { describe, expect, it } from 'vitest';
import type { RunView } from '../../src/ingress/views/run-view.ts';
import { testRedis } from '../support/redis.ts';
import { openRunWorkshop } from './run-workshop.ts';

const redis = await testRedis();
const { ingress, partner, merchant, work } = await openRunWorkshop(redis.url);
type Merchant = Awaited<ReturnType<typeof merchant>>;

const set = ({ key }: Merchant, json: unknown) => ingress.request('PATCH', '/v1/safety-stock', { key, json });
const push = async ({ upload, get }: Merchant, path: string, rows: readonly unknown[]): Promise<RunView> => {
  const { body } = await upload(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await work();
  return (await get(`/v1/runs/${(body as RunView).id}`)).body as RunView;
};
const stock = { externalProductId: 'ham', externalStoreLocationId: 'store-1', available: true, quantity: 5 };
const ham = {
  externalIdentifier: 'ham',
  name: 'Ham',
  categories: ['Meat'],
  weight: 1,
  dimensions: {},
  identifiers: [],
};

describe('the rules of safety stock', () => {
  it('are none at first, are read as they were set, and count for what is pushed next', async () => {
    const shop = await merchant();
    expect((await shop.get('/v1/safety-stock')).body).toEqual({ rules: [] });
    await push(shop, '/v1/products', [ham]);
    await push(shop, '/v1/inventory', [stock]);
    const rules = [{ storeLocationIds: ['store-1'], categories: ['Meat'], reserveUnits: 2 }];
    const expected = { rules: [{ ...rules[0], bufferPercent: 0, unavailableAtZero: true }] };
    expect(await set(shop, { rules })).toMatchObject({ status: 200, body: expected });
    expect((await shop.get('/v1/safety-stock')).body).toEqual(expected);
    expect((await push(shop, '/v1/inventory', [stock])).counts).toMatchObject({ accepted: 1, unchanged: 0 });
    expect(JSON.parse(partner.books.get('store-1/ham') ?? '{}')).toMatchObject({ quantity: 3 });
    expect((await set(shop, { rules: [] })).body).toEqual({ rules: [] });
    await push(shop, '/v1/inventory', [stock]);
    expect(JSON.parse(partner.books.get('store-1/ham') ?? '{}')).toMatchObject({ quantity: 5 });
  });

  it('are each merchant’s own, and set with the scope operate', async () => {
    const [shop, stranger] = [await merchant(), await merchant()];
    await set(shop, { rules: [{ reserveUnits: 1 }] });
    expect((await stranger.get('/v1/safety-stock')).body).toEqual({ rules: [] });
    const { key } = await ingress.tenant(['read']);
    expect(await ingress.request('PATCH', '/v1/safety-stock', { key, json: { rules: [] } })).toMatchObject({
      status: 403,
    });
  });

  it.each([
    [{ rules: [{ reserveUnits: 1 }, { reserveUnits: -1 }] }, 'field.too_small', '/rules/1/reserveUnits'],
    [{ rules: [{ reserveUnits: 1.5 }] }, 'field.type', '/rules/0/reserveUnits'],
    [{ rules: [{ reserveUnits: '3' }] }, 'field.type', '/rules/0/reserveUnits'],
    [{ rules: [{ bufferPercent: 101 }] }, 'field.too_big', '/rules/0/bufferPercent'],
    [{ rules: [{ categories: [] }] }, 'field.too_small', '/rules/0/categories'],
    [{ rules: [{ categories: ['Meat', ''] }] }, 'field.too_small', '/rules/0/categories/1'],
    [{ rules: [{ storeLocationIds: [7] }] }, 'field.type', '/rules/0/storeLocationIds/0'],
    [{ rules: [{ stores: ['store-1'] }] }, 'field.unknown', '/rules/0/stores'],
    [{ rules: Array.from({ length: 201 }, () => ({})) }, 'field.too_big', '/rules'],
    [{}, 'field.required', '/rules'],
    [{ rules: null }, 'field.type', '/rules'],
  ])('%j are refused, with a pointer to the fault', async (json, code, pointer) => {
    const shop = await merchant();
    await set(shop, { rules: [{ reserveUnits: 1 }] });
    expect(await set(shop, json)).toMatchObject({ status: 400, body: { errors: [{ code, pointer }] } });
    expect((await shop.get('/v1/safety-stock')).body).toMatchObject({ rules: [{ reserveUnits: 1 }] });
  });
});
