import { expect, test } from 'vitest';
import { z } from 'zod';
import { deliveryOf, dispatchOrder, errorOf, startNash, type NashHarness } from './nash-harness.ts';

const update = (nash: NashHarness, id: string, body: unknown) => nash.call('PATCH', `/v1/jobs/${id}`, body);

const advance = (nash: NashHarness, id: string, to: string, direct = false) =>
  nash.control('POST', `/nash/jobs/${id}/advance`, { to, direct });

/** The package of a job as a read shows it. */
async function readPackage(nash: NashHarness, id: string): Promise<Record<string, unknown>> {
  const { body } = await nash.call('GET', `/v1/jobs/${id}`);
  return z
    .object({ jobConfigurations: z.tuple([z.object({ package: z.record(z.string(), z.unknown()) })]) })
    .parse(body).jobConfigurations[0].package;
}

const effectsOf = (nash: NashHarness, externalId: string) => nash.sandbox.books.effectsOf('org_demo', externalId);

const twoLines = [
  {
    id: 'tote',
    count: 1,
    subItems: [
      { id: 'line-1', sku: '100001', description: 'Dried Fruit', count: 3, valueCents: 1320 },
      { id: 'line-9', sku: '900009', description: 'Soap', count: 1, valueCents: 400 },
    ],
  },
];

test('an update answers the job as a read then shows it', async () => {
  const nash = await startNash();
  const { id } = await dispatchOrder(nash, 'o-1');
  const answer = await update(nash, id, {
    dropoffAddress: '9 Other St, Carlton, VIC 3053',
    dropoffFirstName: 'Bo',
    dropoffLastName: 'Li',
    dropoffPhoneNumber: '+61400000003',
    dropoffEmail: 'bo@example.com',
    dropoffInstructions: 'Ring twice',
    packageDropoffStartTime: '2026-01-15T01:00:00Z',
    packageDropoffEndTime: '2026-01-15T02:00:00.500',
    packageDescription: 'Groceries',
    packageRequirements: ['pick_and_pack', 'custom:stairs'],
    packageMinimumVehicleSize: 'car',
    packageValue: 17.2,
    packageTax: 1.56,
    tipAmount: 2.5,
    weight: 3.25,
    itemsCount: 4,
    referenceId: 'ref-1',
    dropoffBarcodes: ['b-1'],
    jobMetadata: { note: 'job' },
    packageMetadata: { note: 'package' },
    packageItems: twoLines,
  });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual((await nash.call('GET', '/v1/jobs/external_identifier/o-1')).body);
  expect(answer.body).toMatchObject({
    id,
    jobMetadata: { note: 'job', nash_order_id: expect.stringMatching(/^ord_/) },
  });
  expect(await readPackage(nash, id)).toMatchObject({
    description: 'Groceries',
    requirements: ['pick_and_pack', 'custom:stairs'],
    minimumVehicleSize: 'car',
    valueCents: 1720,
    taxCents: 156,
    tipAmountCents: 250,
    weight: 3.25,
    itemsCount: 4,
    referenceId: 'ref-1',
    dropoffBarcodes: ['b-1'],
    packageMetadata: { note: 'package' },
    items: twoLines,
    dropoffStartTime: '2026-01-15T01:00:00Z',
    dropoffEndTime: '2026-01-15T02:00:00.500Z',
    dropoffLocation: {
      address: '9 Other St, Carlton, VIC 3053',
      firstName: 'Bo',
      lastName: 'Li',
      phoneNumber: '+61400000003',
      email: 'bo@example.com',
      instructions: 'Ring twice',
    },
  });
  expect(effectsOf(nash, 'o-1')).toMatchObject({ 'job.created': 1, 'job.updated': 1 });
});

test('an update by external identifier changes what it names, clears what is null and leaves the rest', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1', { dropoffInstructions: 'Ring twice' });
  const before = await readPackage(nash, 'external_identifier/o-1');
  expect((await update(nash, 'o-1', { dropoffInstructions: null, itemsCount: 8 })).status).toBe(200);
  expect(await readPackage(nash, 'external_identifier/o-1')).toEqual({
    ...before,
    itemsCount: 8,
    dropoffLocation: { ...Object(before['dropoffLocation']), instructions: null },
  });
});

test('an address in components replaces the one in a line', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  await update(nash, 'o-1', {
    dropoffAddressComponents: { number: '9', street: 'Other St', city: 'Carlton', postalCode: '3053', country: 'AU' },
  });
  expect((await readPackage(nash, 'external_identifier/o-1'))['dropoffLocation']).toMatchObject({
    address: '9 Other St, Carlton, 3053, AU',
    addressNumber: '9',
    addressZip: '3053',
  });
});

test('a pickup store by its Nash id takes the place of the one by external id', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  await update(nash, 'o-1', { pickupStoreLocationId: 'stl_other' });
  expect(await readPackage(nash, 'external_identifier/o-1')).toMatchObject({
    pickupStoreLocationId: 'stl_other',
    pickupStoreLocationExternalId: null,
  });
});

test('a job that an update renames is found under its new identifier only', async () => {
  const nash = await startNash();
  const { id } = await dispatchOrder(nash, 'o-1');
  await update(nash, id, { externalIdentifier: 'o-2' });
  expect((await nash.call('GET', '/v1/jobs/external_identifier/o-2')).body).toMatchObject({
    id,
    externalIdentifier: 'o-2',
    jobConfigurations: [{ package: { externalIdentifier: 'o-2' } }],
  });
  expect((await nash.call('GET', '/v1/jobs/external_identifier/o-1')).status).toBe(404);
});

test('items of an update keep the substitutions they had, as those of an order do', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  await update(nash, 'o-1', {
    packageItems: [
      {
        id: 'tote',
        subItems: [
          { id: 'line-3', sku: '300003', count: 5, status: 'picked', substitution: { preference: 'refund' } },
          { id: 'line-9', sku: '900009', count: 1, substitution: { preference: 'refund' } },
        ],
      },
    ],
  });
  const { items } = await readPackage(nash, 'external_identifier/o-1');
  expect(items).toEqual([
    {
      id: 'tote',
      subItems: [
        {
          id: 'line-3',
          sku: '300003',
          count: 5,
          substitution: {
            preference: 'substitute',
            source: 'customer',
            substituteItems: [{ sku: '300099', quantity: 1 }],
          },
        },
        { id: 'line-9', sku: '900009', count: 1 },
      ],
    },
  ]);
});

test.each([
  ['an unknown field', { items: [] }, { items: 'extra fields not permitted' }],
  ['a name over 80 characters', { dropoffFirstName: 'n'.repeat(81) }, { dropoffFirstName: expect.any(String) }],
  ['an unknown requirement', { packageRequirements: ['fast'] }, { 'packageRequirements.0': expect.any(String) }],
  ['a time without a date', { packagePickupEndTime: '01:00:00Z' }, { packagePickupEndTime: expect.any(String) }],
  [
    'a day that does not exist',
    { packagePickupEndTime: '2026-02-30T01:00:00Z' },
    { packagePickupEndTime: expect.any(String) },
  ],
  ['a weight in words', { weight: '2.5' }, { weight: expect.any(String) }],
  [
    'components without a country',
    { dropoffAddressComponents: { street: 'Other St', city: 'Carlton' } },
    { 'dropoffAddressComponents.country': 'field required' },
  ],
  [
    'a wrong type inside an item',
    { packageItems: [{ subItems: [{ count: '2' }] }] },
    { 'packageItems.0.subItems.0.count': expect.any(String) },
  ],
])('%s in an update is a 422 that names the field', async (_what, changes, fields) => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  const answer = await update(nash, 'o-1', changes);
  expect([answer.status, errorOf(answer)]).toMatchObject([422, { code: 'VALIDATION_ERRORS', fields }]);
  expect(effectsOf(nash, 'o-1')).not.toHaveProperty('job.updated');
});

test.each([
  ['a phone number that is not E.164', { dropoffPhoneNumber: '0400 000 002' }, 'INVALID_PHONE_NUMBER'],
  [
    'two forms of one address',
    { dropoffAddress: '1 A St', dropoffAddressComponents: { street: 'A St', city: 'B', country: 'AU' } },
    'INVALID_ADDRESS',
  ],
  ['no dropoff address', { dropoffAddress: null }, 'INVALID_ADDRESS'],
  [
    'a window that ends before the stored start',
    { packageDropoffEndTime: '2026-01-15T00:59:59Z' },
    'INVALID_TIME_CONSTRAINT',
  ],
])('%s in an update is a 400 that changes nothing', async (_what, changes, code) => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1', { dropoffStartTime: '2026-01-15T01:00:00Z' });
  const before = await readPackage(nash, 'external_identifier/o-1');
  const answer = await update(nash, 'o-1', { ...changes, packageItems: twoLines });
  expect([answer.status, errorOf(answer).code]).toEqual([400, code]);
  expect(await readPackage(nash, 'external_identifier/o-1')).toEqual(before);
});

test('a job that does not exist is a 404', async () => {
  const nash = await startNash();
  const answer = await update(nash, 'o-1', {});
  expect([answer.status, errorOf(answer).message]).toEqual([404, "job 'o-1' does not exist"]);
});

test('the picker picks what an update asks for, though picking had begun', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  await advance(nash, 'o-1', 'items_pick_update');
  expect((await update(nash, 'o-1', { packageItems: twoLines })).status).toBe(200);
  const { body } = await advance(nash, 'o-1', 'items_pick_complete');
  expect(deliveryOf(body).picked_items).toMatchObject([
    { sku: '100001', quantity: 3, price_cents: 1320 },
    { sku: '900009', quantity: 1, price_cents: 400 },
  ]);
});

test.each(['items_pick_complete', 'pickup_complete', 'canceled_by_provider', 'failed', 'returned'])(
  'a delivery at %s takes no update',
  async (status) => {
    const nash = await startNash();
    await dispatchOrder(nash, 'o-1');
    await advance(nash, 'o-1', status, true);
    const before = await readPackage(nash, 'external_identifier/o-1');
    const answer = await update(nash, 'o-1', { packageItems: twoLines });
    expect([answer.status, errorOf(answer).code]).toEqual([409, 'INVALID_STATE_TRANSITION']);
    expect(await readPackage(nash, 'external_identifier/o-1')).toEqual(before);
    expect(effectsOf(nash, 'o-1')).not.toHaveProperty('job.updated');
  },
);

test('a reassigned job can be updated again', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  await advance(nash, 'o-1', 'items_pick_complete');
  await nash.control('POST', '/nash/jobs/o-1/reassign', {});
  expect((await update(nash, 'o-1', { packageItems: twoLines })).status).toBe(200);
});

test('an update can be dropped with a 200, without an effect in the books, while refusals stay refusals', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  const before = await nash.call('GET', '/v1/jobs/external_identifier/o-1');
  await nash.control('POST', '/nash/answers', { jobUpdate: 'ignored' });
  const answer = await update(nash, 'o-1', { packageItems: twoLines, dropoffFirstName: 'Bo' });
  expect([answer.status, answer.body]).toEqual([200, before.body]);
  expect((await nash.call('GET', '/v1/jobs/external_identifier/o-1')).body).toEqual(before.body);
  expect(effectsOf(nash, 'o-1')).not.toHaveProperty('job.updated');
  expect((await update(nash, 'o-1', { items: [] })).status).toBe(422);
  await nash.control('POST', '/nash/answers', { jobUpdate: 'applied' });
  await update(nash, 'o-1', { packageItems: twoLines });
  expect((await readPackage(nash, 'external_identifier/o-1'))['items']).toEqual(twoLines);
});
