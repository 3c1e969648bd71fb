import { expect, test } from 'vitest';
import { errorOf, makeOrder, startNash, type NashHarness } from './nash-harness.ts';

const upsert = (nash: NashHarness, externalId: string, changes: Record<string, unknown> = {}) =>
  nash.call('POST', `/v1/order/external-identifier/${externalId}`, makeOrder(externalId, changes));

test('an upsert creates an order once and changes it after that', async () => {
  const nash = await startNash();
  const created = await upsert(nash, 'o-1');
  const updated = await upsert(nash, 'o-1', { dropoffInstructions: 'Ring twice' });
  expect([created.status, updated.status]).toEqual([200, 200]);
  expect(updated.body).toMatchObject({
    id: Object(created.body).id,
    externalId: 'o-1',
    status: 'valid',
    dropoffInstructions: 'Ring twice',
  });
  expect(nash.sandbox.books.effectsOf('org_demo', 'o-1')).toEqual({ 'order.created': 1, 'order.updated': 1 });
});

test('an order answers numbers as strings, unset fields as null and its time in UTC microseconds without a zone', async () => {
  const nash = await startNash({ clock: { now: () => Date.UTC(2026, 0, 15, 1, 2, 3, 123) } });
  await upsert(nash, 'o-1');
  const { body } = await nash.call('GET', '/v1/order/o-1');
  expect(body).toMatchObject({
    createdAt: '2026-01-15T01:02:03.123000',
    itemsCount: '7',
    valueCents: '3012',
    weight: '2.5',
    dropoffLastName: null,
    validationErrors: null,
    pickupStoreLocationId: expect.stringMatching(/^stl_/),
  });
  expect(body).not.toHaveProperty('picked_items');
});

test('an order is read by its id and by its externalId', async () => {
  const nash = await startNash();
  const { body } = await upsert(nash, 'o-1');
  expect((await nash.call('GET', `/v1/order/${Object(body).id}`)).body).toEqual(body);
  expect((await nash.call('GET', '/v1/order/o-1')).body).toEqual(body);
});

test('a plain create with a taken externalId makes a second order that needs attention', async () => {
  const nash = await startNash();
  const first = await nash.call('POST', '/v1/order', makeOrder('o-1'));
  const second = await nash.call('POST', '/v1/order', makeOrder('o-1'));
  expect(second.status).toBe(200);
  expect(second.body).toMatchObject({
    status: 'needs_attention',
    validationErrors: { externalId: `'o-1' is used in other order(s): ${Object(first.body).id}` },
  });
  expect(nash.sandbox.books.effectsOf('org_demo', 'o-1')).toEqual({ 'order.created': 2 });
});

test.each([
  ['an unknown field', { dropOffAddress: 'x' }, { dropOffAddress: 'extra fields not permitted' }],
  ['a name over 80 characters', { dropoffFirstName: 'n'.repeat(81) }, { dropoffFirstName: expect.any(String) }],
  [
    'instructions over 280 characters',
    { dropoffInstructions: 'n'.repeat(281) },
    { dropoffInstructions: expect.any(String) },
  ],
  ['a vehicle that is not in the list', { minimumVehicleSize: 'tank' }, { minimumVehicleSize: expect.any(String) }],
  ['a fractional count', { itemsCount: 1.5 }, { itemsCount: expect.any(String) }],
  ['a local time', { pickupStartTime: '2026-01-15 01:00' }, { pickupStartTime: expect.any(String) }],
  [
    'a wrong type inside an item',
    { items: [{ subItems: [{ count: '2' }] }] },
    { 'items.0.subItems.0.count': expect.any(String) },
  ],
])('%s is a 422 that names the field', async (_what, changes, fields) => {
  const nash = await startNash();
  const answer = await upsert(nash, 'o-1', changes);
  expect([answer.status, errorOf(answer)]).toMatchObject([422, { code: 'VALIDATION_ERRORS', fields }]);
  expect(nash.sandbox.books.effectsOf('org_demo', 'o-1')).toEqual({});
});

test('a 422 is the array of the OpenAPI document when asked for', async () => {
  const nash = await startNash({ nash: { validationBody: 'array' } });
  expect((await upsert(nash, 'o-1', { extra: 1 })).body).toMatchObject([{ error: { code: 'VALIDATION_ERRORS' } }]);
});

test.each([
  ['a phone number that is not E.164', { dropoffPhoneNumber: '0400 000 002' }, 'INVALID_PHONE_NUMBER'],
  ['two forms of one address', { dropoffPlaceId: 'place-1' }, 'INVALID_ADDRESS'],
  ['no dropoff address', { dropoffAddress: null }, 'INVALID_ADDRESS'],
  ['no place to pick up at', { pickupExternalStoreLocationId: null }, 'INVALID_ADDRESS'],
  [
    'a window that ends before it starts',
    { dropoffStartTime: '2026-01-15T02:00:00Z', dropoffEndTime: '2026-01-15T01:00:00Z' },
    'INVALID_TIME_CONSTRAINT',
  ],
])('%s is a 400', async (_what, changes, code) => {
  const nash = await startNash();
  const answer = await upsert(nash, 'o-1', changes);
  expect([answer.status, errorOf(answer).code]).toEqual([400, code]);
});

test('an address in components is one form', async () => {
  const nash = await startNash();
  const answer = await upsert(nash, 'o-1', {
    dropoffAddress: null,
    dropoffAddressNumber: '1',
    dropoffAddressFormattedStreet: 'Example St',
    dropoffAddressCity: 'Carlton',
  });
  expect(answer.status).toBe(200);
});

test('a store the organisation does not have is an error, unless it creates stores on use', async () => {
  const nash = await startNash();
  const unknown = await upsert(nash, 'o-1', { pickupExternalStoreLocationId: 'store-9' });
  expect([unknown.status, errorOf(unknown).code]).toEqual([404, 'MISSING_RESOURCE']);
  await nash.control('POST', '/nash/organisations', { orgId: 'org_open', apiKey: 'open' });
  const created = await nash.call('POST', '/v1/order', makeOrder('o-1', { pickupExternalStoreLocationId: 'store-9' }), {
    apiKey: 'open',
  });
  expect(created.status).toBe(200);
});

test('an address that cannot be found is a 200 with an order that needs attention, until it is mended', async () => {
  const nash = await startNash();
  const lost = await upsert(nash, 'o-1', { dropoffAddress: '1 Nowhere St' });
  expect([lost.status, lost.body]).toMatchObject([
    200,
    { status: 'needs_attention', validationErrors: { dropoffAddress: 'Address not found' } },
  ]);
  expect(errorOf(await nash.call('POST', '/v1/order/o-1/autodispatch')).code).toBe('AUTODISPATCH_FAILURE');
  expect((await upsert(nash, 'o-1')).body).toMatchObject({ status: 'valid', validationErrors: null });
});

test('a window in the past needs attention when the sandbox checks times', async () => {
  const nash = await startNash({ nash: { pastTimes: 'needs_attention' } });
  const answer = await upsert(nash, 'o-1', { pickupStartTime: '2020-01-15T01:00:00Z' });
  expect(answer.body).toMatchObject({
    status: 'needs_attention',
    validationErrors: { pickupStartTime: 'Time is in the past' },
  });
});

test('after dispatch an order can be neither upserted, patched nor archived', async () => {
  const nash = await startNash();
  await upsert(nash, 'o-1');
  await nash.call('POST', '/v1/order/o-1/autodispatch');
  for (const answer of [
    await upsert(nash, 'o-1'),
    await nash.call('PATCH', '/v1/order/o-1', { tags: ['x'] }),
    await nash.call('DELETE', '/v1/order/o-1'),
  ]) {
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'ORDER_ALREADY_DISPATCHED']);
  }
  expect((await nash.call('GET', '/v1/order/o-1')).body).toMatchObject({
    status: 'dispatched',
    orderMetadata: { nash_job_id: expect.stringMatching(/^job_/) },
  });
});

test('a PATCH refuses status and picked items', async () => {
  const nash = await startNash();
  await upsert(nash, 'o-1');
  for (const body of [{ status: 'confirmed' }, { pickedItems: [] }]) {
    const answer = await nash.call('PATCH', '/v1/order/o-1', body);
    expect([answer.status, errorOf(answer).message]).toEqual([400, expect.stringContaining('Unknown argument')]);
  }
});

test('a PATCH replaces items as a whole, drops their substitutions and keeps metadata', async () => {
  const nash = await startNash();
  await upsert(nash, 'o-1');
  const { body } = await nash.call('PATCH', '/v1/order/o-1', {
    orderMetadata: { note: 'kept' },
    items: [
      {
        id: 'tote',
        subItems: [
          { id: 'line-3', sku: '300003', count: 5, status: 'picked', substitution: { preference: 'refund' } },
          { id: 'line-9', sku: '900009', count: 1, substitution: { preference: 'refund' } },
        ],
      },
    ],
  });
  const [line3, line9] = Object(body).items[0].subItems;
  expect(Object(body).items[0].subItems).toHaveLength(2);
  expect(line3).toMatchObject({ count: 5, substitution: { preference: 'substitute' } });
  expect(line3).not.toHaveProperty('status');
  expect(line9.substitution).toBeUndefined();
  expect(body).toMatchObject({ orderMetadata: { note: 'kept' } });
});

test('an order that a PATCH renames is found under its new name only', async () => {
  const nash = await startNash();
  await upsert(nash, 'o-1');
  await nash.call('PATCH', '/v1/order/o-1', { externalId: 'o-2' });
  expect((await nash.call('GET', '/v1/order/o-2')).status).toBe(200);
  expect((await nash.call('GET', '/v1/order/o-1')).status).toBe(404);
});

test('an archived order keeps its externalId, leaves the default list and comes back', async () => {
  const nash = await startNash();
  await upsert(nash, 'o-1');
  expect((await nash.call('DELETE', '/v1/order/o-1')).body).toMatchObject({ status: 'archived' });
  expect((await nash.call('DELETE', '/v1/order/o-1')).status).toBe(200);
  expect((await nash.call('GET', '/v1/orders')).body).toMatchObject({ totalCount: 0 });
  expect((await nash.call('GET', '/v1/orders?status=archived')).body).toMatchObject({ totalCount: 1 });
  expect((await nash.call('POST', '/v1/order', makeOrder('o-1'))).body).toMatchObject({ status: 'needs_attention' });
  expect((await nash.call('PATCH', '/v1/order/o-1/unarchive')).body).toMatchObject({ status: 'valid' });
  expect(nash.sandbox.books.effectsOf('org_demo', 'o-1')).toMatchObject({ 'order.archived': 1, 'order.unarchived': 1 });
});

test('only a valid order is confirmed, and a confirmed one can be dispatched', async () => {
  const nash = await startNash();
  await upsert(nash, 'o-1');
  expect((await nash.call('PATCH', '/v1/order/o-1/confirm')).body).toMatchObject({ status: 'confirmed' });
  expect(errorOf(await nash.call('PATCH', '/v1/order/o-1/confirm')).code).toBe('INVALID_STATE_TRANSITION');
  expect((await nash.call('POST', '/v1/order/o-1/autodispatch')).status).toBe(200);
});

test('the list pages with limit and offset, latest first, without items', async () => {
  const nash = await startNash();
  for (const externalId of ['o-1', 'o-2', 'o-3']) await upsert(nash, externalId);
  const { body } = await nash.call('GET', '/v1/orders?limit=2&offset=1');
  expect(body).toMatchObject({
    totalCount: 3,
    limit: 2,
    offset: 1,
    results: [{ externalId: 'o-2', valueCents: 3012 }, { externalId: 'o-1' }],
  });
  expect(Object(body).results[0]).not.toHaveProperty('items');
  expect((await nash.call('GET', '/v1/orders?limit=101')).status).toBe(422);
});

test('a bulk upsert judges each order alone and answers in order', async () => {
  const nash = await startNash();
  const { status, body } = await nash.call('POST', '/v2/orders/upsert/bulk', {
    orders: [
      makeOrder('o-1'),
      makeOrder('o-2', { dropoffPhoneNumber: 'x' }),
      { ...makeOrder('o-3'), externalId: null },
    ],
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    results: [
      { externalId: 'o-1', status: 'success', data: { status: 'valid' }, errors: null },
      { externalId: 'o-2', status: 'failed', id: null, errors: [{ code: 'INVALID_PHONE_NUMBER' }] },
      { externalId: null, status: 'failed', errors: [{ code: 'ORDER_EXTERNAL_ID_REQUIRED' }] },
    ],
    summary: { success: 1, failed: 2 },
  });
});

test('a body that is no JSON is a 400', async () => {
  const nash = await startNash();
  expect(errorOf(await nash.call('POST', '/v1/order', '{')).code).toBe('BAD_REQUEST');
});
