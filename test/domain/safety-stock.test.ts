import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeSafetyStock, SafetyStockRuleSchema, SafetyStockRulesSchema } from '../../src/domain/safety-stock.ts';

const row = (quantity?: number, available = true) => ({
  externalProductId: 'p',
  externalStoreLocationId: 'store-1',
  available,
  ...(quantity === undefined ? {} : { quantity }),
});
const rule = (fields: object) => SafetyStockRuleSchema.parse(fields);
const left = (quantity: number, fields: object) => {
  const { quantity: rest, available } = makeSafetyStock([rule(fields)]).apply(row(quantity), []);
  return [rest, available];
};

describe('safety stock', () => {
  test.each([
    [10, { reserveUnits: 3 }, [7, true]],
    [3, { reserveUnits: 3 }, [0, false]],
    [2, { reserveUnits: 3 }, [0, false]],
    [2, { reserveUnits: 3, unavailableAtZero: false }, [0, true]],
    [10, { bufferPercent: 10 }, [9, true]],
    [11, { bufferPercent: 10 }, [9, true]],
    [1, { bufferPercent: 1 }, [0, false]],
    [10, { bufferPercent: 100 }, [0, false]],
    [10, { reserveUnits: 3, bufferPercent: 50 }, [5, true]],
    [4, { reserveUnits: 3, bufferPercent: 50 }, [1, true]],
    [0, {}, [0, false]],
    [5, {}, [5, true]],
  ])('of %i units by %j leaves %j', (quantity, fields, expected) => {
    expect(left(quantity, fields)).toEqual(expected);
  });

  test('leaves a row without a quantity, or without a rule for it, as it is', () => {
    const [unknown, elsewhere] = [row(), row(5)];
    expect(makeSafetyStock([rule({ reserveUnits: 3 })]).apply(unknown, [])).toBe(unknown);
    const other = makeSafetyStock([rule({ storeLocationIds: ['store-2'], reserveUnits: 3 })]);
    expect(other.apply(elsewhere, [])).toBe(elsewhere);
  });

  test('makes nothing available that was not', () => {
    expect(makeSafetyStock([rule({ reserveUnits: 1 })]).apply(row(9, false), [])).toMatchObject({
      quantity: 8,
      available: false,
    });
  });

  test('with nothing left takes what is for sale through one provider off sale, too, and only that', () => {
    const config = { provider: 'X', serviceType: 'marketplace', valueCents: 1, currency: 'AUD' };
    const sold = { ...row(2), providerConfigs: [{ ...config, available: true }, config] };
    const stock = makeSafetyStock([rule({ reserveUnits: 2 })]);
    expect(stock.apply(sold, [])).toMatchObject({
      available: false,
      providerConfigs: [{ ...config, available: false }, config],
    });
    expect(stock.apply({ ...sold, quantity: 3 }, [])).toEqual({ ...sold, quantity: 1 });
  });

  test('goes by the first rule that fits store and category', () => {
    const rules = SafetyStockRulesSchema.parse([
      { storeLocationIds: ['store-1'], categories: ['Meat'], reserveUnits: 1 },
      { categories: ['Meat', 'Fish'], reserveUnits: 2 },
      { storeLocationIds: ['store-1', 'store-3'], reserveUnits: 3 },
      { reserveUnits: 4 },
    ]);
    const stock = makeSafetyStock(rules);
    const kept = (store: string, categories: string[]) =>
      100 - (stock.apply({ ...row(100), externalStoreLocationId: store }, categories).quantity ?? 0);
    expect(kept('store-1', ['Meat'])).toBe(1);
    expect(kept('store-2', ['Other', 'Fish'])).toBe(2);
    expect(kept('store-3', ['Dairy'])).toBe(3);
    expect(kept('store-1', [])).toBe(3);
    expect(kept('store-2', [])).toBe(4);
    expect(stock.categories).toEqual(['Meat', 'Fish']);
    expect(makeSafetyStock(rules.slice(2)).categories).toEqual([]);
  });

  test('never leaves less than nothing or more than there was', () => {
    const rules = fc.record({ reserveUnits: fc.nat(1_000_000), bufferPercent: fc.nat(100) });
    fc.assert(
      fc.property(fc.nat(2_147_483_647), rules, (quantity, fields) => {
        const [rest] = left(quantity, fields);
        expect(rest).toBeGreaterThanOrEqual(0);
        expect(rest).toBeLessThanOrEqual(quantity);
        expect(Number.isInteger(rest)).toBe(true);
      }),
    );
  });

  test.each([{ reserveUnits: -1 }, { bufferPercent: 101 }, { categories: [] }, { reserve: 3 }])(
    '%j is no rule',
    (fields) => {
      expect(SafetyStockRuleSchema.safeParse(fields).success).toBe(false);
    },
  );
});
