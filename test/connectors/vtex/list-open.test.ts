import { describe, expect, test } from 'vitest';
import { makeListOpen } from '../../../src/connectors/oms/vtex/list-open.ts';
import { api, connect } from './vtex-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const since = '2026-01-01T00:00:00.000Z';
const rows = (amount: number, made: (n: number) => string, from = 0) =>
  Array.from({ length: amount }, (_, n) => ({ orderId: `v${from + n}-01`, creationDate: made(n) }));
const at = (second: number): string => `2026-01-02T00:00:${String(second).padStart(2, '0')}.0000000+00:00`;

/** A list of these pages, in turn; what was asked for each. */
function listing(pages: readonly { orderId: string; creationDate: string }[][]) {
  const asked: Record<string, string>[] = [];
  const listOrders = (query: Record<string, string>) => {
    asked.push(query);
    return Promise.resolve({ list: pages[asked.length - 1] ?? [] });
  };
  const list = makeListOpen({ listOrders }, () => Date.parse('2026-01-03T00:00:00Z'));
  return { list, asked };
}

describe('the list of orders', () => {
  test('is asked for by state and time of creation, oldest first, and read leniently', async () => {
    api()
      .get('/api/oms/pvt/orders')
      .query({
        f_status: 'ready-for-handling',
        f_creationDate: /^creationDate:\[2026-01-01T00:00:00.000Z TO [-\d]+T[:.\d]+Z\]$/,
        orderBy: 'creationDate,asc',
        page: '1',
        per_page: '100',
      })
      .reply(200, { list: [...rows(1, () => at(1)), { orderId: null }, 'odd'], paging: { total: 3 } });
    const { externalIds, cursor } = (await connect().oms.listOpen?.(since, null)) ?? {};
    expect(externalIds).toEqual(['v0-01']);
    expect(cursor).not.toBeNull();
  });

  test('goes on from where a full page ends, then with the next state, and ends', async () => {
    const { list, asked } = listing([
      rows(100, (n) => at(Math.floor(n / 2))),
      rows(7, () => at(50)),
      rows(3, () => at(1)),
    ]);
    let cursor: string | null = null;
    const found: string[] = [];
    do {
      const page = await list(since, cursor);
      found.push(...page.externalIds);
      ({ cursor } = page);
    } while (cursor !== null && asked.length < 10);
    expect(found).toHaveLength(110);
    expect(asked.map((query) => [query['f_status'], query['f_creationDate']?.slice(14, 38), query['page']])).toEqual([
      ['ready-for-handling', since, '1'],
      ['ready-for-handling', '2026-01-02T00:00:49.000Z', '1'],
      ['handling', since, '1'],
    ]);
  });

  test('passes over none where more than a page was made in one moment', async () => {
    const { list, asked } = listing([rows(100, () => at(9)), rows(100, () => at(9), 100), rows(5, () => at(9), 200)]);
    const first = await list(since, null);
    const second = await list(since, first.cursor);
    await list(since, second.cursor);
    expect(asked.map(({ f_creationDate: made, page }) => [made?.slice(14, 38), page])).toEqual([
      [since, '1'],
      ['2026-01-02T00:00:09.000Z', '1'],
      ['2026-01-02T00:00:09.000Z', '2'],
    ]);
  });

  test('takes a permission of its own', async () => {
    api().get('/api/oms/pvt/orders').query(true).reply(403);
    await expect(connect().oms.listOpen?.(since, null)).rejects.toMatchObject({
      code: 'vtex.permission_missing',
      detail: { permission: 'listOrders' },
    });
  });
});
