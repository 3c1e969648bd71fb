/** What is read beside the order: worksheets, pickers, shipments, notes, evidences and facilities, of VTEX and of Nash. */
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { requireOrder } from '../../src/store/orders.ts';
import { connectVtex } from '../support/connected-vtex.ts';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { outcome: 'exact' } } });
afterAll(() => packline.close());
const { faults, books } = packline.sandbox;
const people = { picker: 'Petra Picker', courier: 'Carl Courier' };
const vtex = await connectVtex(packline, packline.sandboxUrl, { atPickAndPack: { ...people, cacheMs: 0 } });
const { reaches } = makeOrderReader(packline);
const control = (path: string, body: unknown = {}) => packline.control('POST', path, body);
const moveTo = (orderId: string, status: string) =>
  vi.waitFor(() => control(`/vtex-pick-and-pack/orders/${orderId}/status`, { status }), waiting);

type Row = Record<string, unknown> & { id: string };
async function get(path: string): Promise<Record<string, unknown>> {
  const { status, body } = await packline.call('GET', path);
  expect([path, status]).toEqual([path, 200]);
  return body;
}
const listOf = async (path: string): Promise<Row[]> => (await get(path))['data'] as Row[];
const only = async (path: string): Promise<Row> => {
  const [row, ...others] = await listOf(path);
  if (row === undefined || others.length > 0) throw new Error(`${path} has not just one`);
  return row;
};
const timelineOf = async (id: string): Promise<{ what: string; detail: Record<string, unknown> }[]> =>
  (await listOf(`/v1/orders/${id}/timeline`)) as never;

const [store] = packline.base.stores;
if (store === undefined) throw new Error('there is a shard');
/** As if all that is kept of the order had been read so long ago. */
async function age(id: string, seconds: number): Promise<string> {
  const at = new Date(Date.now() - seconds * 1_000).toISOString();
  await store?.redis.hset(store.keys.order(id), 'documentsAt', JSON.stringify({ fetchedAt: at, triedAt: at }));
  return at;
}
/** How often the sandbox was asked for a path since `from`. */
const askedFor = (path: RegExp, from: number): number =>
  books.report().requests.slice(from).filter((one) => one.partner === 'vtex-pick-and-pack' && path.test(one.path)).length; // prettier-ignore
const asked = (): number => books.report().requests.length;

beforeEach(async () => {
  faults.clear();
  await control('/picker', { mode: 'manual' });
  await packline.control('PATCH', '/vtex/accounts/demomarket', { erp: { invoices: true } });
});

/** An order of Pick and Pack that a picker is at. */
async function pickedThere(): Promise<{ id: string; orderId: string }> {
  const orderId = await vtex.shop({ warehouseId: 'store-2' });
  await moveTo(orderId, 'READY_FOR_PICKING');
  await moveTo(orderId, 'PICKING');
  const { id } = await reaches(orderId, { status: 'PICKING' });
  return { id: String(id), orderId };
}

describe('an order of VTEX Pick and Pack', () => {
  test('shows the worksheet of VTEX with its picker and items, by order, by id and by search', async () => {
    const { id, orderId } = await pickedThere();
    const worksheet = await only(`/v1/orders/${id}/worksheets`);
    const there = await packline.control('GET', `/vtex-pick-and-pack/orders/${orderId}`);
    expect(worksheet).toMatchObject({
      orderId: id,
      externalId: there['worksheetId'],
      storeLocationId: 'store-2',
      status: 'IN_PROGRESS',
      pickers: [{ id: people.picker, active: true, method: 'MANUAL' }],
      fetchedAt: expect.any(String),
      stale: false,
    });
    const { lines } = (await reaches(orderId, {})) as { lines: { id: string; sku: string; quantity: number }[] };
    expect(worksheet['items']).toMatchObject(lines.map(({ id: lineId, sku, quantity }) => ({ lineId, sku, requestedQuantity: quantity, pickedQuantity: 0 }))); // prettier-ignore
    expect(await get(`/v1/worksheets/${worksheet.id}`)).toEqual(worksheet);
    const hits = await listOf(`/v1/search?q=${String(there['worksheetId'])}`);
    expect(hits.map(({ kind, id: hit, url: at }) => [kind, hit, at])).toEqual([
      ['order', id, `/v1/orders/${id}`],
      ['worksheet', worksheet.id, `/v1/worksheets/${worksheet.id}`],
    ]);
    const hop = { what: 'worksheet.appeared', detail: { worksheetId: worksheet.id, externalId: there['worksheetId'], status: 'IN_PROGRESS' } }; // prettier-ignore
    const hops = (await timelineOf(id)).filter(({ what }) => what.startsWith('worksheet.'));
    expect(hops).toEqual([expect.objectContaining(hop)]);
  });

  test('is read once for however many ask at a time, and not again within the 30 seconds of VTEX’s cache', async () => {
    const { id } = await pickedThere();
    const from = asked();
    await Promise.all(Array.from({ length: 20 }, () => listOf(`/v1/orders/${id}/worksheets`)));
    const [worksheet] = await listOf(`/v1/orders/${id}/worksheets`);
    for (const path of [`orders/${id}/shipments`, `worksheets/${worksheet?.id}`]) await get(`/v1/${path}`);
    expect(askedFor(/^\/worksheets$/, from)).toBe(1);
    expect(askedFor(/^\/worksheets\/./, from)).toBe(1);
    expect(askedFor(/^\/shipments$/, from)).toBe(1);

    const { order } = await requireOrder(store, id);
    await age(id, 31);
    await Promise.all(Array.from({ length: 20 }, () => listOf(`/v1/orders/${id}/worksheets`)));
    expect(askedFor(/^\/worksheets$/, from)).toBe(2);
    // Nothing was new, so the order is what it was: a read is no change.
    expect((await requireOrder(store, id)).order.version).toBe(order.version);
    expect((await only(`/v1/orders/${id}/worksheets`))['stale']).toBe(false);
  });

  test('is shown as it was last read, with its age, while VTEX is away, and asked for once in 30 seconds', async () => {
    const { id } = await pickedThere();
    const before = await only(`/v1/orders/${id}/worksheets`);
    const fetchedAt = await age(id, 90);
    faults.add({
      match: { partner: 'vtex-pick-and-pack', path: '/worksheets' },
      fault: { kind: 'status', status: 503 },
    });
    const from = asked();
    expect(await only(`/v1/orders/${id}/worksheets`)).toEqual({ ...before, fetchedAt, stale: true });
    const tries = askedFor(/^\/worksheets$/, from);
    for (let count = 0; count < 5; count += 1) await get(`/v1/worksheets/${before.id}`);
    expect(askedFor(/^\/worksheets$/, from)).toBe(tries);
    expect(tries).toBeGreaterThan(0);
    expect((await reachesIssues()).filter((job) => job === 'documents-read')).toEqual([]);
    faults.clear();
    await age(id, 90);
    expect(await only(`/v1/orders/${id}/worksheets`)).toMatchObject({ stale: false });
  });

  test('that was never read, and cannot be, shows what follows from the order, under an id that holds for good', async () => {
    const { id } = await pickedThere();
    faults.add({
      match: { partner: 'vtex-pick-and-pack', path: '/worksheets' },
      fault: { kind: 'status', status: 503 },
    });
    const sole = await only(`/v1/orders/${id}/worksheets`);
    expect(sole).toMatchObject({ externalId: null, status: 'IN_PROGRESS', pickers: [], fetchedAt: null });
    faults.clear();
    await age(id, 90);
    expect(await only(`/v1/orders/${id}/worksheets`)).toMatchObject({ externalId: expect.any(String) });
    expect(await get(`/v1/worksheets/${sole.id}`)).toEqual(sole);
  });

  test('shows its shipment with courier, evidence and notes, by internal and external id, and tells each step once', async () => {
    const { id, orderId } = await pickedThere();
    for (const status of ['READY_FOR_PACKING', 'PACKING', 'READY_FOR_INVOICING']) await moveTo(orderId, status);
    await reaches(orderId, { invoiceStatus: 'invoiced' });
    for (const status of ['INVOICING', 'INVOICED', 'PREPARING_SHIPPING', 'READY_FOR_SHIPPING', 'ON_ROUTE', 'DELIVERED'])
      await moveTo(orderId, status);
    await reaches(orderId, { status: 'DELIVERED' });
    const shipment = await only(`/v1/orders/${id}/shipments`);
    const there = (await packline.control('GET', `/vtex-pick-and-pack/orders/${orderId}`)) as {
      shipment: { id: string; serviceId: string };
    };
    expect(shipment).toMatchObject({
      orderId: id,
      externalId: there.shipment.id,
      serviceId: there.shipment.serviceId,
      system: 'vtex-pick-and-pack',
      status: 'DELIVERED',
      partnerStatus: 'DELIVERED',
      courier: { name: people.courier, vehicle: 'BIKE' },
      carrier: 'Sandbox couriers',
      packages: [{ weightGrams: 1_200 }],
      stale: false,
    });
    expect(await get(`/v1/shipments/${shipment.id}`)).toEqual(shipment);
    for (const externalId of [there.shipment.id, there.shipment.serviceId]) {
      expect(await listOf(`/v1/shipments?externalId=${externalId}`)).toEqual([shipment]);
      const hits = await listOf(`/v1/search?q=${externalId}`);
      expect(hits.map(({ kind, id: hit }) => [kind, hit])).toEqual([['order', id], ['shipment', shipment.id]]); // prettier-ignore
    }
    expect(await listOf(`/v1/shipments?orderId=${id}`)).toEqual([shipment]);
    expect(await listOf(`/v1/shipments?orderId=${id}&externalId=none`)).toEqual([]);
    expect(await only(`/v1/shipments/${shipment.id}/evidences`)).toMatchObject({
      type: 'IMAGE',
      author: people.courier,
    });
    expect(await only(`/v1/shipments/${shipment.id}/notes`)).toMatchObject({ type: 'COMMENT', author: people.courier });
    const hops = (await timelineOf(id)).filter(({ what }) => what.startsWith('shipment.'));
    const steps = hops.map(({ what, detail }) => [what, detail['shipmentId'], detail['status'] ?? detail['newStatus']]);
    expect(steps.at(0)?.slice(0, 2)).toEqual(['shipment.appeared', shipment.id]);
    expect(steps.at(-1)?.at(2)).toBe('DELIVERED');
    expect(new Set(steps.map((step) => step.join())).size).toBe(steps.length);
    await age(id, 31);
    await get(`/v1/shipments/${shipment.id}`);
    expect((await timelineOf(id)).filter(({ what }) => what.startsWith('shipment.'))).toEqual(hops);
  });

  test('loses its pickers, its couriers and the names of its documents with its person, and they are not read again', async () => {
    const { id, orderId } = await pickedThere();
    const { id: worksheetId, externalId } = await only(`/v1/orders/${id}/worksheets`);
    const erased = await packline.call('POST', '/v1/erasures', { orderId: id, force: true });
    expect(erased.body['erased']).toMatchObject([{ where: expect.arrayContaining(['documents']) }]);
    expect((await packline.call('GET', `/v1/worksheets/${worksheetId}`)).status).toBe(404);
    expect(await listOf(`/v1/search?q=${String(externalId)}`)).toEqual([]);
    const from = asked();
    expect(await only(`/v1/orders/${id}/worksheets`)).toMatchObject({
      externalId: null,
      pickers: [],
      status: 'IN_PROGRESS',
    });
    expect(askedFor(/^\/worksheets/, from)).toBe(0);
    const fields = await store.redis.hkeys(store.keys.order(id));
    expect(fields.filter((field) => /documents|key/.test(field))).toEqual([]);
    await moveTo(orderId, 'READY_FOR_PACKING');
    await reaches(orderId, { status: 'READY_FOR_PACKING' });
    expect(await only(`/v1/orders/${id}/worksheets`)).toMatchObject({ externalId: null, pickers: [] });
  });
});

test('a worksheet of VTEX that goes on is on the order’s timeline though nobody asks for it', async () => {
  const { id, orderId } = await pickedThere();
  const { id: worksheetId } = await only(`/v1/orders/${id}/worksheets`);
  for (const status of ['READY_FOR_PACKING', 'PACKING']) {
    await moveTo(orderId, status);
    await reaches(orderId, { status });
  }
  const from = asked();
  // As if VTEX's cache had run out: of the two that wait, the one of a status that is past reads nothing.
  for (const status of ['READY_FOR_PACKING', 'PACKING']) {
    const entry = `documents-read.${id}.${status}`;
    const waits = Number(await store.redis.zscore(`${store.keys.tag}:lane:free:4`, entry)) - Date.now();
    expect(waits).toBeGreaterThan(15_000);
    await store.redis.zadd(`${store.keys.tag}:lane:free:4`, 'XX', 0, entry);
  }
  await store.redis.zadd(store.keys.lanes, 0, 'free');
  const hop = {
    what: 'worksheet.statusChanged',
    detail: { worksheetId, oldStatus: 'IN_PROGRESS', newStatus: 'PACKING' },
  };
  await vi.waitFor(async () => expect(await timelineOf(id)).toContainEqual(expect.objectContaining({ ...hop, detail: expect.objectContaining(hop.detail) })), waiting); // prettier-ignore
  expect(askedFor(/^\/worksheets$/, from)).toBe(1);
});

describe('the facility of a worksheet', () => {
  test('appears by itself with the store of its order, and what the merchant says of it stands', async () => {
    const { id } = await pickedThere();
    const { facilityId } = await only(`/v1/orders/${id}/worksheets`);
    const path = `/v1/facilities/${String(facilityId)}`;
    const facility = await vi.waitFor(async () => {
      const read = await get(path);
      expect(read['fetchedAt']).not.toBeNull();
      return read;
    }, waiting);
    expect(facility).toMatchObject({ connectionId: vtex.pickAndPackId, storeLocationId: 'store-2', warehouseId: null });
    expect(facility).toMatchObject({ name: 'Store store-2', address: { city: 'Rio de Janeiro', country: 'BRA' } });
    expect(await listOf('/v1/facilities')).toContainEqual(facility);
    expect(await listOf(`/v1/search?q=${String(facilityId)}`)).toMatchObject([{ kind: 'facility', url: path }]);
    const from = asked();
    for (let count = 0; count < 5; count += 1) await get(path);
    expect(askedFor(/^\/facilities/, from)).toBe(0);

    const patched = await packline.call('PATCH', path, {
      name: 'Beach store',
      warehouseId: 'wh-1',
      storeLocationId: 'beach',
    });
    expect(patched.body).toMatchObject({ name: 'Beach store', warehouseId: 'wh-1', storeLocationId: 'beach' });
    await packline.call('PATCH', path, { name: null });
    expect(await get(path)).toMatchObject({ name: 'Store store-2', warehouseId: 'wh-1', storeLocationId: 'beach' });
    expect((await packline.call('DELETE', path)).status).toBe(204);
    expect((await packline.call('GET', path)).status).toBe(404);
    expect((await packline.call('DELETE', path)).status).toBe(404);
    expect((await only(`/v1/orders/${id}/worksheets`))['facilityId']).toBeNull();
  });
});

describe('an order that Nash fulfils', () => {
  test('has one worksheet and its delivery, which follow from the order, and its store’s facility', async () => {
    const made = await packline.call('POST', '/v1/facilities', { name: 'Store one', storeLocationId: 'store-1', warehouseId: '1_1' }); // prettier-ignore
    expect(made.status).toBe(201);
    await control('/picker', { mode: 'walk', outcome: 'exact' });
    const orderId = await vtex.shop({ warehouseId: 'store-1' });
    const { id } = await reaches(orderId, { status: 'DELIVERED', connections: { fulfilment: { connector: 'nash' } } });
    const order = `/v1/orders/${String(id)}`;
    await vi.waitFor(async () => expect(await listOf(`${order}/picked-items`)).not.toEqual([]), waiting);
    const worksheet = await only(`${order}/worksheets`);
    expect(worksheet).toMatchObject({ externalId: null, status: 'COMPLETED', facilityId: made.body['id'], pickers: [], fetchedAt: null, stale: false }); // prettier-ignore
    for (const item of worksheet['items'] as Record<string, unknown>[]) {
      expect(item['pickedQuantity']).toBe(item['requestedQuantity']);
    }
    expect(await get(`/v1/worksheets/${worksheet.id}`)).toEqual(worksheet);
    const shipment = await only(`${order}/shipments`);
    expect(shipment).toMatchObject({ system: 'nash', carrier: null, status: 'DELIVERED', deliveredAt: expect.any(String), courier: null, stale: false }); // prettier-ignore
    expect(await listOf(`/v1/shipments?externalId=${String(shipment['externalId'])}`)).toEqual([shipment]);
    const tracked = await packline.call('PATCH', `${order}/tracking`, { events: [{ city: 'Rio', state: 'RJ', description: 'Handed over', date: '2026-01-15T10:00:00Z' }] }); // prettier-ignore
    expect(tracked.status).toBe(202);
    expect(await only(`/v1/shipments/${shipment.id}/notes`)).toMatchObject({ content: 'Handed over (Rio, RJ)' });
    expect(await listOf(`/v1/shipments/${shipment.id}/evidences`)).toEqual([]);
    const hops = (await timelineOf(String(id))).filter(({ what }) => what === 'shipment.appeared');
    expect(hops).toHaveLength(1);
    await packline.call('DELETE', `/v1/facilities/${String(made.body['id'])}`);
  });
});

test('shipments are listed page by page, newest order first, none twice and none left out', async () => {
  await control('/picker', { mode: 'walk', outcome: 'exact' });
  const orderIds = await Promise.all(Array.from({ length: 5 }, () => vtex.shop({ warehouseId: 'store-1' })));
  for (const orderId of orderIds) await reaches(orderId, { status: 'DELIVERED' });
  const whole = await listOf('/v1/shipments?limit=200');
  expect(whole.length).toBeGreaterThanOrEqual(5);
  expect(whole.map(({ id }) => id)).toEqual(whole.map(({ id }) => id).toSorted().toReversed()); // prettier-ignore
  const pages: Row[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = await get(`/v1/shipments?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
    pages.push(...(page['data'] as Row[]));
    cursor = page['nextCursor'] as string | null;
  }
  expect(pages).toEqual(whole);
});

test('ids of nothing are answered 404, each with its own problem', async () => {
  const id = '01jd3xk5q8h2v4m6n7p9r0stwz';
  for (const [path, code] of [
    [`worksheets/wks_${id}`, 'worksheet.not_found'],
    [`shipments/shp_${id}`, 'shipment.not_found'],
    [`shipments/shp_${id}/notes`, 'shipment.not_found'],
    [`facilities/fac_${id}`, 'facility.not_found'],
    [`orders/ord_${id}/worksheets`, 'order.not_found'],
    [`orders/ord_${id}/shipments`, 'order.not_found'],
  ]) {
    expect(await packline.call('GET', `/v1/${path}`)).toMatchObject({ status: 404, body: { code } });
  }
  expect((await packline.call('GET', '/v1/worksheets/none')).status).toBe(400);
});

/** Jobs that need somebody. */
const reachesIssues = async (): Promise<unknown[]> => (await listOf('/v1/issues')).map(({ job }) => job);
