import { expect, test } from 'vitest';
import { fieldOf, orderPath, startOms, type OmsHarness } from './vtex-oms-harness.ts';

const invoiceOf = (changes: Record<string, unknown> = {}) => ({
  type: 'Output',
  issuanceDate: '2026-01-15T02:00:00-05:00',
  invoiceNumber: 'DFG-1',
  invoiceValue: '2134',
  items: [
    { id: '18', price: 990, quantity: 1 },
    { id: '75', price: 322, quantity: 2 },
  ],
  ...changes,
});

async function handled(oms: OmsHarness): Promise<string> {
  const orderId = await oms.shop();
  await oms.call('POST', orderPath(orderId, '/start-handling'));
  return orderId;
}

const invoice = (oms: OmsHarness, orderId: string, changes?: Record<string, unknown>) =>
  oms.call('POST', orderPath(orderId, '/invoice'), invoiceOf(changes));
const effectsOf = (oms: OmsHarness, orderId: string) => oms.books.effectsOf('demomarket', orderId);

test('invoices that come to the value make the order invoiced, and less does not', async () => {
  const oms = startOms();
  const orderId = await handled(oms);
  const first = await invoice(oms, orderId, { invoiceValue: '1000', items: [{ id: '18', price: 990, quantity: 1 }] });
  expect(first).toMatchObject({ status: 200, body: { orderId: `00-${orderId}`, receipt: expect.any(String) } });
  expect(await oms.read(orderId)).toMatchObject({ status: 'handling', invoicedDate: null });
  await invoice(oms, orderId, { invoiceNumber: 'DFG-2', invoiceValue: '1134' });
  expect(await oms.read(orderId)).toMatchObject({
    status: 'invoiced',
    invoicedDate: expect.stringMatching(/^2026-01-15T/),
    packageAttachment: {
      packages: [
        { invoiceNumber: 'DFG-1', invoiceValue: 1000, type: 'Output', trackingNumber: null, courierStatus: null },
        { invoiceNumber: 'DFG-2', items: [{ itemIndex: 0 }, { itemIndex: 1, quantity: 2, unitMultiplier: 0.19 }] },
      ],
    },
  });
});

test('a number that is known already answers another receipt and changes nothing', async () => {
  const oms = startOms();
  const orderId = await handled(oms);
  const first = await invoice(oms, orderId, { invoiceValue: '1000' });
  const second = await invoice(oms, orderId, { invoiceValue: '2134' });
  expect(second.status).toBe(200);
  expect(fieldOf(second, 'receipt')).not.toBe(fieldOf(first, 'receipt'));
  expect((await oms.read(orderId)).packageAttachment.packages).toMatchObject([{ invoiceValue: 1000 }]);
  expect(effectsOf(oms, orderId)).toEqual({ 'oms.handlingStarted': 1, 'oms.invoiced': 1 });
});

test('a return is no sale', async () => {
  const oms = startOms();
  const orderId = await handled(oms);
  await invoice(oms, orderId, { type: 'Input' });
  expect((await oms.read(orderId)).status).toBe('handling');
  expect(effectsOf(oms, orderId)).toMatchObject({ 'oms.returned': 1 });
});

test.each([
  ['no type', { type: undefined }],
  ['an unknown type', { type: 'output' }],
  ['a date without a time', { issuanceDate: '2026-01-15' }],
  ['no number', { invoiceNumber: undefined }],
  ['a space in its number', { invoiceNumber: 'DFG 1' }],
  ['a slash in its number', { invoiceNumber: 'DFG/1' }],
  ['a hash in its number', { invoiceNumber: 'DFG#1' }],
  ['a value of nothing', { invoiceValue: '0' }],
  ['a value with decimals', { invoiceValue: '21.34' }],
  ['a value that is no string', { invoiceValue: 2134 }],
  ['no items', { items: undefined }],
  ['an item without its price', { items: [{ id: '18', quantity: 1 }] }],
  ['an item that the order does not have', { items: [{ id: '99', price: 1, quantity: 1 }] }],
  ['a misspelt field', { invoiceURL: 'https://example.com' }],
])('an invoice with %s is 400', async (_what, changes) => {
  const oms = startOms();
  const orderId = await handled(oms);
  expect((await invoice(oms, orderId, changes)).status).toBe(400);
  expect((await oms.read(orderId)).packageAttachment.packages).toEqual([]);
});

test('what is invoiced, even in part, cannot be canceled; what is canceled cannot be invoiced', async () => {
  const oms = startOms();
  const orderId = await handled(oms);
  await invoice(oms, orderId, { invoiceValue: '1' });
  const refused = await oms.call('POST', orderPath(orderId, '/cancel'), { reason: 'x' });
  expect([refused.status, (await oms.read(orderId)).status]).toEqual([400, 'handling']);
  const other = await handled(oms);
  await oms.call('POST', orderPath(other, '/cancel'), { reason: 'x' });
  expect((await invoice(oms, other)).status).toBe(400);
});

test('tracking events need a tracking number first, and a delivery leaves the order invoiced', async () => {
  const oms = startOms();
  const orderId = await handled(oms);
  await invoice(oms, orderId, { trackingNumber: '' });
  const event = { city: 'Rio de Janeiro', state: 'RJ', description: 'Collected', date: '2026-01-15' };
  const track = (isDelivered: boolean, deliveredDate: string | null = null) =>
    oms.call('PUT', orderPath(orderId, '/invoice/DFG-1/tracking'), { isDelivered, deliveredDate, events: [event] });
  const ship = (body: unknown) => oms.call('PATCH', orderPath(orderId, '/invoice/DFG-1'), body);
  expect((await track(false)).status).toBe(400);
  expect((await ship({ trackingNumber: 'T-1', trackingUrl: null, courier: 'Demo' })).status).toBe(400);
  const shipped = { trackingNumber: 'T-1', trackingUrl: null, courier: 'Demo', dispatchedDate: null };
  expect((await ship(shipped)).status).toBe(200);
  expect((await track(false)).status).toBe(200);
  expect((await track(true, '15/01/2026')).status).toBe(400);
  for (let times = 0; times < 2; times += 1) expect((await track(true, '2026-01-15 21:15')).status).toBe(200);
  expect(await oms.read(orderId)).toMatchObject({
    status: 'invoiced',
    packageAttachment: {
      packages: [
        {
          trackingNumber: 'T-1',
          courier: 'Demo',
          courierStatus: {
            status: 'ok',
            finished: true,
            deliveredDate: '2026-01-15 21:15',
            data: [{ city: 'Rio de Janeiro', description: 'Collected', createDate: '2026-01-15' }],
          },
        },
      ],
    },
  });
  expect(effectsOf(oms, orderId)).toMatchObject({ 'oms.shipped': 1, 'oms.delivered': 1 });
  expect((await oms.call('PATCH', orderPath(orderId, '/invoice/none'), shipped)).status).toBe(404);
});

test('the simulated ERP invoices what is left, once, when it is asked to', async () => {
  const oms = startOms();
  const orderId = await handled(oms);
  await invoice(oms, orderId, { invoiceValue: '134' });
  for (let times = 0; times < 2; times += 1) await oms.control('POST', `/vtex/orders/${orderId}/invoice`);
  expect(await oms.read(orderId)).toMatchObject({
    status: 'invoiced',
    packageAttachment: { packages: [{ invoiceValue: 134 }, { invoiceNumber: 'INV40000001', invoiceValue: 2000 }] },
  });
  expect(effectsOf(oms, orderId)).toMatchObject({ 'oms.invoiced': 2 });
});

test('invoices never come to more than the order, and nobody tracks what has no invoice', async () => {
  const oms = startOms();
  const orderId = await handled(oms);
  const shipped = { trackingNumber: 'T-1', trackingUrl: null, courier: 'Demo', dispatchedDate: null };
  const early = await oms.call('PATCH', orderPath(orderId, '/invoice/DFG-1'), shipped);
  expect(early).toMatchObject({ status: 404, body: { error: { code: 'ORA0001B' } } });
  expect((await invoice(oms, orderId, { invoiceValue: '2000' })).status).toBe(200);
  expect((await invoice(oms, orderId, { invoiceNumber: 'DFG-2', invoiceValue: '135' })).status).toBe(400);
  expect((await invoice(oms, orderId, { invoiceNumber: 'DFG-2', invoiceValue: '134' })).status).toBe(200);
  expect(effectsOf(oms, orderId)).toMatchObject({ 'oms.invoiced': 2 });
});
