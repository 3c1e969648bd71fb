/**
 * A client that speaks VTEX Pick and Pack, recorded as a list of requests: what it is answered by the sandbox's Pick and
 * Pack and what by Packline has one shape, for an order of that very Pick and Pack and for one that Nash fulfils.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTokens } from '../../src/ingress/compat/vtex-pick-and-pack/tokens.ts';
import { compareShapes } from '../support/compare-shapes.ts';
import { connectVtex } from '../support/connected-vtex.ts';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { outcome: 'exact' } } });
afterAll(() => packline.close());
const vtex = await connectVtex(packline, packline.sandboxUrl, { atPickAndPack: { cacheMs: 0 } });
const { reaches } = makeOrderReader(packline);
const control = (path: string, body: unknown = {}) => packline.control('POST', path, body);

interface Side {
  auth: string;
  api: string;
  legacy: string;
  apiKey: string;
  /** A token of a quarter of an hour ago. */
  oldToken(): Promise<string>;
}
const pickAndPackKey = '64656d6f6d61726b6574000000000000';
const theirs: Side = {
  auth: `${packline.sandboxUrl}/vtex-pnp-auth`,
  api: `${packline.sandboxUrl}/vtex-pnp`,
  legacy: `${packline.sandboxUrl}/vtex-pnp-legacy`,
  apiKey: `${pickAndPackKey}:${pickAndPackKey.repeat(4)}`,
  async oldToken() {
    const token = await tokenAt(this);
    await fetch(`${packline.sandboxUrl}/_sandbox/vtex-pick-and-pack/tokens/expire`, { method: 'POST' });
    return token;
  },
};
const ours: Side = {
  auth: `${packline.baseUrl}/compat/vtex-pick-and-pack`,
  api: `${packline.baseUrl}/compat/vtex-pick-and-pack/v1`,
  legacy: `${packline.baseUrl}/compat/vtex-pick-and-pack/legacy`,
  apiKey: packline.merchantKey,
  async oldToken() {
    const [store] = packline.base.stores;
    if (store === undefined) throw new Error('there is a shard');
    const clock = { ...store.clock, now: () => Date.now() - 901_000 };
    return createTokens({ keyring: store.keyring, clock }).make({ merchantId: packline.merchantId, keyId: 'key_x' });
  },
};

interface Heard {
  status: number;
  body: unknown;
}
async function ask(request: string, init: RequestInit = {}): Promise<Heard> {
  const response = await fetch(request, init);
  return { status: response.status, body: await response.json() };
}
const askToken = ({ auth }: Side, json: unknown) =>
  ask(`${auth}/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) });
const tokenAt = async (side: Side) => String((await askToken(side, { apiKey: side.apiKey })).body?.['data' as never]);

/** The session: reads lead from one to the next, as in a client that follows an order. */
async function session(side: Side, orderId: string): Promise<Record<string, Heard>> {
  const token = await tokenAt(side);
  const read = (path: string, headers: Record<string, string> = {}) =>
    ask(`${side.api}${path}`, { headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers } }); // prettier-ignore
  const heard: Record<string, Heard> = {};
  heard['POST /token'] = await askToken(side, { apiKey: side.apiKey });
  heard['GET /orders/{orderId}'] = await read(`/orders/${orderId}`);
  heard['GET /worksheets?orderId'] = await read(`/worksheets?orderId=${orderId}`);
  const [worksheet] = heard['GET /worksheets?orderId'].body as { worksheetId: string; facilityId: string }[];
  heard['GET /worksheets/{worksheetId}'] = await read(`/worksheets/${worksheet?.worksheetId}`);
  heard['GET /facilities/{facilityId}'] = await read(`/facilities/${worksheet?.facilityId}`);
  heard['GET /shipments?orderId'] = await read(`/shipments?orderId=${orderId}`);
  const [shipment] = heard['GET /shipments?orderId'].body as { id: string; serviceId: string }[];
  if (shipment !== undefined) {
    for (const [by, id] of [
      ['BY_INTERNAL_ID', shipment.id],
      ['BY_EXTERNAL_ID', shipment.serviceId],
    ] as const) {
      // prettier-ignore
      heard[`GET /shipments/{shipmentId} ${by}`] = await read(`/shipments/${id}`, { 'x-pnp-filtermethod': by });
    }
  }
  heard['GET /picking-tracking/{orderId}'] = await ask(`${side.legacy}/picking-tracking/${orderId}`, {
    headers: { authorization: token },
  });
  return heard;
}

const tracking = {
  deliveredDate: '2026-02-13T02:00:00.000Z',
  events: [{ city: 'São Paulo', state: 'SP', description: 'Delivery', date: '2026-02-10T00:00:00.000Z' }],
};
const patch = async (side: Side, orderId: string): Promise<Heard> =>
  ask(`${side.api}/orders/${orderId}/tracking`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${await tokenAt(side)}`, 'content-type': 'application/json' },
    body: JSON.stringify(tracking),
  });

/** What goes wrong, in the documented ways and in some others. */
async function mistakes(side: Side): Promise<Record<string, Heard>> {
  const token = await tokenAt(side);
  const read = (path: string, headers: Record<string, string> = {}) =>
    ask(`${side.api}${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
  const legacy = (path: string, authorization: string) => ask(`${side.legacy}${path}`, { headers: { authorization } });
  const heard: Record<string, Heard> = {
    'a key that is none': await askToken(side, { apiKey: 'none' }),
    'no key': await askToken(side, {}),
    'an unknown order': await read('/orders/none-01'),
    'tracking of an unknown order': await patch(side, 'none-01'),
    'an unknown worksheet': await read('/worksheets/123'),
    'worksheets of no order': await read('/worksheets'),
    'worksheets of an unknown order': await read('/worksheets?orderId=none-01'),
    'an unknown facility': await read(`/facilities/${'f'.repeat(32)}`),
    'an unknown shipment': await read('/shipments/123', { 'x-pnp-filtermethod': 'BY_EXTERNAL_ID' }),
    'a shipment by nothing': await read('/shipments/123'),
    'shipments of no order': await read('/shipments'),
    'shipments of an unknown order': await read('/shipments?orderId=none-01'),
    'a token that is none': await read('/orders/1', { authorization: 'Bearer e30.e30.e30' }),
    'an unknown order, as before': await legacy('/picking-tracking/none-01', token),
    'a token that is none, as before': await legacy('/picking-tracking/1', 'e30.e30.e30'),
  };
  const old = await side.oldToken();
  heard['an expired token'] = await read('/orders/1', { authorization: `Bearer ${old}` });
  heard['an expired token, as before'] = await legacy('/picking-tracking/1', old);
  return heard;
}

/** Null there as long as it has not happened, or is not so: "nullable" in the document, or seen as both. */
const itemLists = ['unhandledItems', 'pickedItems', 'rejectedItems', 'replacedItems'];
const nullable = [
  ...itemLists.flatMap((list) => ['pickingPrice', 'quantity', 'replacedBy', 'packedQuantity', 'reasons'].map((name) => `${list}[].${name}`)), // prettier-ignore
  'finishedDate',
  '[].finishedDate',
  'pickerAssignment[].finishedDate',
  '[].pickerAssignment[].finishedDate',
  'items[].itemAssignment.finishedAt',
];
function differences(expected: Record<string, Heard>, given: Record<string, Heard>): string[] {
  expect(Object.keys(given)).toEqual(Object.keys(expected));
  return Object.entries(expected).flatMap(([request, { status, body }]) => {
    const answer = given[request];
    const found = compareShapes(body, answer?.body, nullable);
    return [...(answer?.status === status ? [] : [`${status} there and ${answer?.status} here`]), ...found].map((one) => `${request}: ${one}`); // prettier-ignore
  });
}

/** The order's way through both systems, by the same steps. */
const pickAndPackSteps = {
  unpicked: ['READY_FOR_PICKING', 'PICKING'],
  picked: ['READY_FOR_PACKING', 'PACKING', 'READY_FOR_INVOICING'],
  delivered: ['INVOICING', 'INVOICED', 'PREPARING_SHIPPING', 'READY_FOR_SHIPPING', 'WAITING_FOR_DELIVERY_COMPANY', 'ON_ROUTE', 'DELIVERED'], // prettier-ignore
};
const recorded: Partial<Record<keyof typeof pickAndPackSteps, Record<string, Heard>>> = {};
let orderId = '';

beforeAll(async () => {
  await control('/picker', { mode: 'manual' });
  await packline.control('PATCH', '/vtex/accounts/demomarket', { erp: { invoices: true } });
  orderId = await vtex.shop({ warehouseId: 'store-2' });
}, 30_000);

// One session, recorded as an order goes its way: what comes later is compared with what was recorded before.
describe('a client of VTEX Pick and Pack', { shuffle: false }, () => {
  describe('an order of VTEX Pick and Pack', () => {
    test.each([
      ['unpicked', 'PICKING'],
      ['picked', 'READY_FOR_INVOICING'],
      ['delivered', 'DELIVERED'],
    ] as const)('that is %s is shown by Packline in the shape in which VTEX shows it', async (stage, status) => {
      for (const step of pickAndPackSteps[stage]) {
        if (step === 'INVOICING') await invoicedThere();
        await vi.waitFor(() => control(`/vtex-pick-and-pack/orders/${orderId}/status`, { status: step }), waiting);
      }
      const known = stage === 'picked' ? {} : { status };
      await reaches(orderId, known);
      if (stage === 'picked') await vi.waitFor(async () => expect(await pickedOf(orderId)).not.toEqual([]), waiting);
      const expected = await session(theirs, orderId);
      recorded[stage] = expected;
      expect(Object.values(expected).map((heard) => heard.status)).toEqual(Object.values(expected).map(() => 200));
      expect(differences(expected, await session(ours, orderId))).toEqual([]);
    });
  });

  test('what the picker left out, replaced or weighed anew is shown in the shape in which VTEX shows it', async () => {
    await control('/picker', { mode: 'walk', outcome: 'seeded' });
    const ids = await Promise.all(Array.from({ length: 12 }, () => vtex.shop({ warehouseId: 'store-2' })));
    const lists = new Set<string>();
    for (const id of ids) {
      await reaches(id, { status: 'DELIVERED' });
      await vi.waitFor(async () => expect(await pickedOf(id)).not.toEqual([]), waiting);
      const expected = await session(theirs, id);
      const given = await session(ours, id);
      expect(differences(expected, given)).toEqual([]);
      const [there, here] = [expected, given].map((heard) => heard['GET /orders/{orderId}']?.body as ShownOrder);
      for (const list of ['pickedItems', 'rejectedItems', 'replacedItems'] as const) {
        expect([list, here?.[list].map(toFacts)]).toEqual([list, there?.[list].map(toFacts)]);
        if ((there?.[list] ?? []).length > 0) lists.add(list);
      }
    }
    expect([...lists].sort()).toEqual(['pickedItems', 'rejectedItems', 'replacedItems']);
  });

  interface ShownItem {
    sku: string;
    quantity: number;
    originalQuantity: number;
    pickingPrice: number;
    unitMultiplier: number;
    unitOfMeasure: string;
    replacedBy: string[] | null;
  }
  type ShownOrder = Record<'pickedItems' | 'rejectedItems' | 'replacedItems', ShownItem[]>;
  /** The money, the weight, and what stands for what. */
  const toFacts = ({
    sku,
    quantity,
    originalQuantity,
    pickingPrice,
    unitMultiplier,
    unitOfMeasure,
    replacedBy,
  }: ShownItem) =>
    // prettier-ignore
    ({ sku, quantity, originalQuantity, pickingPrice, unitMultiplier, unitOfMeasure, replacedBy });

  describe('an order that Nash fulfils', () => {
    test('has a worksheet, and its shipments once a courier has it, in the shapes of an order of Pick and Pack', async () => {
      await control('/picker', { mode: 'walk', outcome: 'exact' });
      const id = await vtex.shop({ warehouseId: 'store-1' });
      await reaches(id, { status: 'DELIVERED', connections: { fulfilment: { connector: 'nash' } } });
      await vi.waitFor(async () => expect(await pickedOf(id)).not.toEqual([]), waiting);
      expect(differences(recorded.delivered ?? {}, await session(ours, id))).toEqual([]);
    });

    test('that is not picked yet has the same shape as theirs before its picking', async () => {
      await control('/picker', { mode: 'manual' });
      const id = await vtex.shop({ warehouseId: 'store-1' });
      await reaches(id, { connections: { fulfilment: { connector: 'nash', dispatchedAt: expect.any(String) } } });
      await vi.waitFor(async () => expect((await session(ours, id))['GET /shipments?orderId']?.body).not.toEqual([]), waiting); // prettier-ignore
      const heard = await session(ours, id);
      const known = Object.keys(recorded.unpicked ?? {});
      const shared = Object.fromEntries(Object.entries(heard).filter(([request]) => known.includes(request)));
      const legacyShipping = 'GET /picking-tracking/{orderId}: theirs lacks data.shipping';
      expect(differences(recorded.unpicked ?? {}, shared)).toEqual([legacyShipping]);
    });
  });

  test('what goes wrong is refused with the same statuses and codes', async () => {
    const [expected, given] = [await mistakes(theirs), await mistakes(ours)];
    const coded = ({ status, body }: Heard) => [status, (body as { code?: string }).code];
    for (const [name, heard] of Object.entries(expected)) {
      const answer = given[name];
      if (answer === undefined) throw new Error(`nobody made the mistake: ${name}`);
      const [status, code] = coded(heard);
      expect([name, coded(answer)]).toEqual([name, [status, code ?? coded(answer)[1]]]);
      // Where VTEX documents nothing, ours says more: which code has a page of its own.
      const more = code === undefined ? ['theirs lacks code', 'theirs lacks reason'] : [];
      expect([name, compareShapes(heard.body, answer.body).filter((one) => !more.includes(one))]).toEqual([name, []]);
    }
  });

  describe('PATCH tracking', () => {
    test('before the invoice is refused by both with ORA0001B', async () => {
      await control('/picker', { mode: 'manual' });
      const id = await vtex.shop({ warehouseId: 'store-2' });
      await reaches(id, { connections: { fulfilment: { dispatchedAt: expect.any(String) } } });
      const [there, here] = [await patch(theirs, id), await patch(ours, id)];
      expect([here.status, here.body]).toMatchObject([404, { code: 'ORA0001B', type: 'exception' }]);
      expect(compareShapes(there.body, here.body)).toEqual([]);
    });

    test('delivers an invoiced order of Nash, and VTEX’s own log of the order says so', async () => {
      await control('/picker', { mode: 'manual' });
      const id = await vtex.shop({ warehouseId: 'store-1' });
      await reaches(id, { connections: { fulfilment: { dispatchedAt: expect.any(String) } } });
      await control(`/vtex/orders/${id}/invoice`);
      await reaches(id, { invoiceStatus: 'invoiced' });
      const answer = await patch(ours, id);
      expect([answer.status, answer.body]).toEqual([200, { ...tracking, orderId: id }]);
      await reaches(id, { status: 'DELIVERED' });
      const told = () => vtex.atOms(id).then((order) => JSON.stringify(order['interactions']));
      await vi.waitFor(async () => expect(await told()).toContain('the order is DELIVERED'), waiting);
      expect(compareShapes((await patch(theirs, orderId)).body, answer.body)).toEqual([]);
    });
  });

  const pickedOf = async (externalId: string): Promise<unknown> => {
    const { id } = await reaches(externalId, {});
    return (await packline.call('GET', `/v1/orders/${String(id)}/picked-items`)).body['data'];
  };
  const invoicedThere = () => reaches(orderId, { invoiceStatus: 'invoiced' });
});
