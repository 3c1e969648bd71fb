import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { connectVtex, type ConnectedVtex } from '../support/connected-vtex.ts';
import { startPackline, type TestPackline } from '../support/packline.ts';

let packline: TestPackline;
let vtex: ConnectedVtex;

beforeAll(async () => {
  packline = await startPackline({ redisUrl: inject('redisUrl'), sandbox: { picker: { outcome: 'exact' } } });
  vtex = await connectVtex(packline, packline.sandboxUrl);
});
afterAll(() => packline.close());

async function orderOf(externalId: string): Promise<Record<string, unknown> | undefined> {
  const { body } = await packline.call('GET', `/v1/orders?externalId=${externalId}`);
  const { data } = body as { data: Record<string, unknown>[] };
  expect(data.length).toBeLessThanOrEqual(1);
  return data[0];
}

const untilStatus = async (externalId: string, status: string) => {
  await expect.poll(async () => (await orderOf(externalId))?.['status'], { timeout: 20_000 }).toBe(status);
  return (await orderOf(externalId)) ?? {};
};

describe('an order of VTEX', () => {
  test('walks from its hook to DELIVERED through VTEX Pick and Pack', async () => {
    const externalId = await vtex.shop({ warehouseId: 'store-2' });
    const order = await untilStatus(externalId, 'DELIVERED');
    expect(order).toMatchObject({
      invoiceStatus: 'invoiced',
      connections: { fulfilment: { connector: 'vtex-pick-and-pack' }, oms: { connector: 'vtex' } },
      problems: [],
    });
    const { effects } = await vtex.atOms(externalId);
    expect(effects).toMatchObject({ 'oms.handlingStarted': 1, 'oms.invoiced': 1, 'pnp.imported': 1 });
  });

  test('walks from its hook to DELIVERED through Nash, and Packline starts its handling at VTEX once', async () => {
    const externalId = await vtex.shop({ warehouseId: 'store-1' });
    const order = await untilStatus(externalId, 'DELIVERED');
    expect(order).toMatchObject({ connections: { fulfilment: { connector: 'nash' } }, problems: [] });
    await expect.poll(async () => (await vtex.atOms(externalId))['status']).toBe('handling');
    expect((await vtex.atOms(externalId))['effects']).toEqual({ 'oms.handlingStarted': 1 });
  });
});
