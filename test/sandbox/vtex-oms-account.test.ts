import { expect, test } from 'vitest';
import type { OmsAccount } from '../../src/sandbox/vtex-oms/oms-account.ts';
import { startOms, type OmsHarness } from './vtex-oms-harness.ts';

function portOf(oms: OmsHarness): { port: OmsAccount; moves: string[] } {
  const port = oms.vtex.account();
  if (port === undefined) throw new Error('the demo account is missing');
  const moves: string[] = [];
  port.onStatus(({ doc }, previous) => moves.push(`${previous} > ${doc.status}`));
  return { port, moves };
}
const statusOf = async (oms: OmsHarness, orderId: string) => (await oms.read(orderId)).status;

test("VTEX's own apps see every order and every move, also after a reset", async () => {
  const oms = startOms();
  const { port, moves } = portOf(oms);
  const unseen = port.onStatus(() => moves.push('unseen'));
  unseen();
  oms.vtex.reset();
  const orderId = await oms.shop({ visibleAfterReads: 9 });
  expect(port.order(orderId)?.doc.status).toBe('ready-for-handling');
  expect([port.startHandling(orderId), port.startHandling(orderId), port.startHandling('none')]).toEqual([true, false, false]); // prettier-ignore
  expect(moves).toEqual([
    'order-created > window-to-cancel',
    'window-to-cancel > ready-for-handling',
    'ready-for-handling > start-handling',
    'start-handling > handling',
  ]);
  expect(port.orders().map((order) => order.orderId)).toEqual([orderId]);
});

test('picking that is done makes it ready for the invoice, which the ERP sends with what was picked', async () => {
  const oms = startOms();
  const { port, moves } = portOf(oms);
  const orderId = await oms.shop();
  port.startHandling(orderId);
  const uniqueId = (await oms.read(orderId)).items[1]?.uniqueId ?? '';
  port.pickingDone(orderId, [{ uniqueId, quantity: 2, priceMinor: 300 }]);
  expect(await statusOf(oms, orderId)).toBe('ready-for-invoicing');
  await expect.poll(() => statusOf(oms, orderId)).toBe('invoiced');
  expect(moves.slice(-3)).toEqual([
    'handling > ready-for-invoicing',
    'ready-for-invoicing > invoice',
    'invoice > invoiced',
  ]);
  expect((await oms.read(orderId)).packageAttachment.packages).toMatchObject([
    { invoiceValue: 2134, items: [{ itemIndex: 1, quantity: 2, price: 300 }] },
  ]);
});

test('an account may have neither the state nor the ERP', async () => {
  const oms = startOms();
  await oms.control('PATCH', '/vtex/accounts/demomarket', { readyForInvoicing: false, erp: { invoices: false } });
  const { port, moves } = portOf(oms);
  const orderId = await oms.shop();
  port.startHandling(orderId);
  port.pickingDone(orderId, []);
  expect(moves.at(-1)).toBe('start-handling > handling');
});

test('picking that is done for an order that is not handled changes nothing', async () => {
  const oms = startOms();
  const { port } = portOf(oms);
  const orderId = await oms.shop();
  port.pickingDone(orderId, []);
  port.pickingDone('none', []);
  expect(await statusOf(oms, orderId)).toBe('ready-for-handling');
});

test('a delivery finishes the courier of the latest package, once', async () => {
  const oms = startOms();
  const { port } = portOf(oms);
  const orderId = await oms.shop();
  const event = { city: 'Rio', state: 'RJ', description: 'Delivered', date: '2026-01-15T03:00:00Z' };
  port.delivered(orderId, { deliveredDate: null, events: [] });
  await oms.control('POST', `/vtex/orders/${orderId}/invoice`);
  for (const events of [[event], []]) port.delivered(orderId, { deliveredDate: event.date, events });
  expect(await oms.read(orderId)).toMatchObject({
    status: 'invoiced',
    packageAttachment: {
      packages: [{ courierStatus: { finished: true, deliveredDate: event.date, data: [{ createDate: event.date }] } }],
    },
  });
  expect(oms.books.effectsOf('demomarket', orderId)).toEqual({ 'oms.invoiced': 1, 'oms.delivered': 1 });
});

test('accounts are told of as they come to be', async () => {
  const oms = startOms();
  const names: string[] = [];
  oms.vtex.onAccount(({ name }) => names.push(name));
  const other = { account: 'other', appKey: 'k', appToken: 't' };
  await oms.control('PUT', '/vtex/accounts', other);
  await oms.control('PUT', '/vtex/accounts', { ...other, bothDomains: true });
  expect([names, oms.vtex.accountNames()]).toEqual([['demomarket', 'other'], ['demomarket', 'other']]); // prettier-ignore
});
