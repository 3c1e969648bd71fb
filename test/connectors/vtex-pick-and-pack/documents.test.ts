import { expect, test } from 'vitest';
import type { FulfilmentDocuments } from '../../../src/domain/fulfilment-documents.ts';
import { refsOf } from '../../../src/domain/fulfilment-documents.ts';
import { businessError, facilityBody, orderId, shipmentBody, worksheetBody } from '../../fixtures/vtex-pick-and-pack/payloads.ts'; // prettier-ignore
import { oddValues, pathsOf, withAt } from '../../fixtures/vtex-pick-and-pack/odd-values.ts';
import { api, connect } from './pick-and-pack-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const v1 = '/prod/v1';
type Body = Record<string, unknown>;
const worksheetId = '546744628006';
const shipmentId = String(shipmentBody()['id']);
const note = { date: '2025-01-31T19:41:42.301Z', type: 'COMMENT', content: 'Testing', author: 'Courier One' };
const source = (changes: Body = {}): Body => ({
  orderId,
  sellingPrice: 100,
  quantity: 4,
  pickedQuantity: 3,
  rejectedQuantity: 1,
  replacedQuantity: 0,
  replacedBy: [],
  notes: [note],
  ...changes,
});
const wholeWorksheet = (changes: Body = {}): Body => ({
  ...worksheetBody,
  createdAt: '2025-02-11T00:32:47.542Z',
  pickerAssignment: [
    { active: true, assignmentDate: '2025-02-11T00:32:48.194Z', notes: [], method: 'MANUAL', pickerId: 'pickertalleruno', finishedDate: null }, // prettier-ignore
  ],
  items: [
    { id: '73', name: 'Tic Tac', orderSource: [source(), source({ orderId: 'another-01', quantity: 9 })] },
    { id: '88', name: 'Lunchbox', orderSource: [source({ orderId: 'another-01' })] },
  ],
  ...changes,
});
const wholeShipment = (changes: Body = {}): Body => ({
  ...shipmentBody(),
  trackingUrl: 'https://lastmile.example.com/1',
  agent: { id: '1977157', name: 'Courier One', vehicle: 'CAR' },
  evidences: [{ ...note, type: 'IMAGE', content: 'https://images.example.com/1.jpg' }],
  notes: [note],
  packages: [{ id: 'pack-1', weight: '1.205', totalValue: 1_040_000, description: 'Caja', items: [{ id: '45', name: 'Soap', quantity: 2, price: 1 }] }], // prettier-ignore
  type: 'PICKUP_DELIVERY',
  ...changes,
});

/** Reads an order of which VTEX shows these. */
function read(
  worksheet: unknown,
  shipment: unknown,
  listed: Body = shipmentBody(),
): Promise<FulfilmentDocuments> | undefined {
  // prettier-ignore
  api()
    .get(`${v1}/worksheets?orderId=${orderId}`)
    .reply(200, [worksheetBody])
    .get(`${v1}/shipments?orderId=${orderId}`)
    .reply(200, [listed])
    .get(`${v1}/worksheets/${worksheetId}`)
    .reply(200, JSON.stringify(worksheet))
    .get(`${v1}/shipments/${shipmentId}`)
    .matchHeader('X-PNP-FilterMethod', 'BY_INTERNAL_ID')
    .reply(200, JSON.stringify(shipment));
  return connect().pickAndPack.readDocuments?.({ externalRef: orderId });
}

test('a worksheet has its pickers, and of its items the share of the order that is asked for', async () => {
  expect((await read(wholeWorksheet(), wholeShipment()))?.worksheets).toEqual([
    {
      externalId: worksheetId,
      facilityId: facilityBody['id'],
      status: 'COMPLETED',
      createdAt: '2025-02-11T00:32:47.542Z',
      startedAt: '2025-02-11T00:33:18.584Z',
      finishedAt: null,
      pickers: [{ id: 'pickertalleruno', active: true, method: 'MANUAL', assignedAt: '2025-02-11T00:32:48.194Z', finishedAt: null, notes: [] }], // prettier-ignore
      items: [{ sku: '73', name: 'Tic Tac', requestedQuantity: 4, pickedQuantity: 3, rejectedQuantity: 1, replacedQuantity: 0, replacedBy: [], notes: [note] }], // prettier-ignore
    },
  ]);
});

test('a shipment has its courier, evidences and notes, weights in grams, and the status of the list, which is not cached', async () => {
  const documents = await read(wholeWorksheet(), wholeShipment({ status: 'ON_ROUTE' }));
  expect(documents?.shipments).toEqual([
    {
      externalId: shipmentId,
      serviceId: '550693447769717380942093217914',
      status: 'DELIVERED',
      type: 'PICKUP_DELIVERY',
      carrier: 'Lastmile',
      trackingUrl: 'https://lastmile.example.com/1',
      courier: { name: 'Courier One', vehicle: 'CAR' },
      createdAt: '2025-01-28T19:56:48.033Z',
      deliveredAt: '2025-01-31T19:42:04.953Z',
      packages: [{ externalId: 'pack-1', description: 'Caja', weightGrams: 1_205, valueMinor: 1_040_000, items: [{ sku: '45', name: 'Soap', quantity: 2 }] }], // prettier-ignore
      evidences: [{ ...note, type: 'IMAGE', content: 'https://images.example.com/1.jpg' }],
      notes: [note],
    },
  ]);
});

test('one that is not delivered has no time of delivery, though VTEX always sends one', async () => {
  const documents = await read(wholeWorksheet(), wholeShipment(), shipmentBody({ status: 'ON_ROUTE' }));
  expect(documents?.shipments).toMatchObject([{ status: 'ON_ROUTE', deliveredAt: null }]);
});

test('a shipment of another order is nobody’s here, and a document that is gone is left out', async () => {
  const foreign = await read(wholeWorksheet(), wholeShipment({ orderId: 'another-01' }));
  expect(foreign?.shipments).toEqual([]);
  api()
    .get(`${v1}/worksheets?orderId=${orderId}`)
    .reply(200, [worksheetBody])
    .get(`${v1}/shipments?orderId=${orderId}`)
    .reply(200, [])
    .get(`${v1}/worksheets/${worksheetId}`)
    .reply(404, businessError('WORK0001B'));
  const gone = await connect().pickAndPack.readDocuments?.({ externalRef: orderId });
  expect(gone).toEqual({ worksheets: [], shipments: [] });
});

test('an order that VTEX does not let see is a failure, not an order without worksheets', async () => {
  api().get(`${v1}/worksheets?orderId=${orderId}`).reply(403, businessError('SHR0007B'));
  await expect(connect().pickAndPack.readDocuments?.({ externalRef: orderId })).rejects.toMatchObject({
    code: 'vtex-pick-and-pack.no_access',
  });
});

test('any field that is missing, null or of another type costs that field, never the rest', async () => {
  const places = pathsOf(wholeWorksheet()).filter(([first = 'worksheetId']) => first !== 'worksheetId');
  const others = pathsOf(wholeShipment()).filter(([first = 'id']) => first !== 'id' && first !== 'orderId');
  for (let at = 0; at < Math.max(places.length, others.length); at += 1) {
    const value = oddValues[at % oddValues.length];
    const worksheet = withAt(wholeWorksheet(), places[at % places.length] ?? [], value);
    const shipment = withAt(wholeShipment(), others[at % others.length] ?? [], value);
    const documents = await read(worksheet, shipment);
    expect(documents === undefined ? undefined : refsOf(documents)).toMatchObject({
      worksheets: [{ externalId: worksheetId }],
      shipments: [{ externalId: shipmentId, status: 'DELIVERED' }],
    });
  }
});

test('a facility has its name and, where it is whole, its address; who is to be contacted there is not kept', async () => {
  const id = String(facilityBody['id']);
  const whole = {
    ...facilityBody,
    address: 'Centro Comercial',
    number: '650',
    addressComplement: 'Local 650',
    neighborhood: 'El Poblado',
    state: 'Antioquia',
    postalCode: '050022',
    contactInformation: { email: 'test@example.com', name: 'lastmile', phone: '310001293' },
  };
  api().get(`${v1}/facilities/${id}`).reply(200, facilityBody).get(`${v1}/facilities/${id}`).reply(200, whole);
  const { pickAndPack } = connect();
  expect(await pickAndPack.readFacility?.(id)).toEqual({ externalId: id, name: 'lastmile', address: null });
  expect(await pickAndPack.readFacility?.(id)).toEqual({
    externalId: id,
    name: 'lastmile',
    address: {
      street: 'Centro Comercial',
      number: '650',
      complement: 'Local 650',
      neighborhood: 'El Poblado',
      city: 'Medellin',
      state: 'Antioquia',
      postalCode: '050022',
      country: 'COL',
      location: { latitude: 6.196547799999999, longitude: -75.558908 },
    },
  });
  api().get(`${v1}/facilities/none`).reply(404, businessError('FAC0001B'));
  expect(await connect().pickAndPack.readFacility?.('none')).toBeNull();
});

test('an account with the older API alone has no documents', () => {
  expect(Object.keys(connect({ api: 'legacy' }).pickAndPack)).not.toContain('readDocuments');
});
