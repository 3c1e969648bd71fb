import { expect, test, vi } from 'vitest';
import { fieldOf, orderPath, startOms, type Answer, type OmsHarness } from './vtex-oms-harness.ts';

const lines = [
  { sku: '18', quantity: 3, price: 990 },
  { sku: '75', quantity: 2, price: 322, unit: 'kg', unitMultiplier: 0.19 },
  { sku: '18', quantity: 1, price: 500 },
];

/** An order of three lines, two of one SKU, that is being handled; and calls about it. */
async function handled(oms: OmsHarness) {
  const orderId = await oms.shop({ lines });
  await oms.call('POST', orderPath(orderId, '/start-handling'));
  const { items } = await oms.read(orderId);
  const ids = items.map(({ uniqueId }) => uniqueId);
  const path = (more = '', account = 'accountName=demomarket') =>
    `/api/order-system/orders/${orderId}/changes${more}?${account}`;
  return {
    orderId,
    ids,
    path,
    change: (body: Record<string, unknown>) => oms.call('PATCH', path(), { reason: 'Picked', ...body }),
    changeOf: (id: unknown) => oms.call('GET', path(`/${String(id)}`, 'an=demomarket')),
    history: async () => fieldOf(await oms.call('GET', path('', 'an=demomarket')), 'requests') as { reason: string }[],
    effects: () => oms.books.effectsOf('demomarket', orderId),
    nextEnds: (body: unknown) => oms.control('POST', `/vtex/orders/${orderId}/changes`, body),
  };
}

const idOf = (answer: Answer) => fieldOf(answer, 'requestId');
const codeOf = ({ body }: Answer) => (body as { error: { code: string } }).error.code;
const removing = (uniqueId: string | undefined, quantity = 1) => ({
  remove: { items: [{ id: '18', uniqueId, quantity }] },
});

test('a request is taken on with 202, runs through its states, and only its end changes the order, once', async () => {
  const oms = startOms({ speed: 50 });
  const { orderId, ids, change, changeOf, effects, history } = await handled(oms);
  const answer = await change(removing(ids[0], 2));
  expect(answer).toMatchObject({
    status: 202,
    body: { requestId: expect.stringMatching(/^[\da-f-]{36}$/), workflowId: expect.any(String), totalChangeValue: 0 },
  });
  expect(await changeOf(idOf(answer))).toMatchObject({ body: { status: 'preparing', inProgress: true } });
  expect((await oms.read(orderId)).items[0]?.quantity).toBe(3);
  expect(await history()).toEqual([]);
  const seen = new Set<unknown>();
  await vi.waitFor(async () => {
    seen.add(fieldOf(await changeOf(idOf(answer)), 'status'));
    expect(seen).toContain('done');
  });
  expect(seen).toContain('preparing');
  expect(await changeOf(idOf(answer))).toMatchObject({ body: { inProgress: false, totalChangeValue: -1980 } });
  expect(await history()).toMatchObject([{ reason: 'Picked' }]);
  const after = await oms.read(orderId);
  expect(after.items.map(({ quantity }) => quantity)).toEqual([1, 2, 1]);
  expect(after).toMatchObject({ value: 990 + 644 + 500 + 500, totals: [{ id: 'Items', value: 2134 }, {}, {}, {}] });
  expect(effects()).toEqual({ 'oms.handlingStarted': 1, 'oms.modified': 1 });
});

test('a weighed item, a substitute and a manual value come to what VTEX says they do', async () => {
  const oms = startOms();
  const { orderId, ids, change, changeOf } = await handled(oms);
  const answer = await change({
    manualIncrementValue: 2,
    replace: [
      {
        from: { items: [{ id: '75', uniqueId: ids[1], quantity: 2 }] },
        to: {
          items: [
            { id: '75', uniqueId: ids[1], quantity: 1, measurementUnit: 'kg', unitMultiplier: 0.412, price: 1699 },
          ],
        },
      },
      {
        from: { items: [{ id: '18', uniqueId: ids[2], quantity: 1 }] },
        to: { items: [{ id: '21', uniqueId: ids[2], quantity: 2, price: 240 }] },
      },
    ],
  });
  await vi.waitFor(async () => expect(await changeOf(idOf(answer))).toMatchObject({ body: { status: 'done' } }));
  const { items, totals, value, shippingData, itemMetadata } = await oms.read(orderId);
  expect(items).toMatchObject([
    { uniqueId: ids[0], quantity: 3 },
    { uniqueId: ids[1], quantity: 1, unitMultiplier: 0.412, sellingPrice: 700 },
    { uniqueId: ids[2], quantity: 0 },
    { uniqueId: expect.not.stringContaining(ids[2] ?? ''), id: '21', quantity: 2, sellingPrice: 240 },
  ]);
  expect(totals).toContainEqual({ id: 'ManualValues', name: 'Manual Values Total', value: 2 });
  expect(value).toBe(2970 + 700 + 480 + 500 + 2);
  expect(shippingData.logisticsInfo).toHaveLength(4);
  expect(itemMetadata.Items.map(({ Id }) => Id)).toEqual(['18', '75', '18', '21']);
});

test('an account may round down', async () => {
  const oms = startOms();
  await oms.control('PATCH', '/vtex/accounts/demomarket', { changes: { rounding: 'down' } });
  const { orderId, ids, change } = await handled(oms);
  const item = { id: '75', uniqueId: ids[1] };
  const to = { items: [{ ...item, quantity: 1, unitMultiplier: 0.412, price: 1699 }] };
  await change({ replace: [{ from: { items: [{ ...item, quantity: 2 }] }, to }] });
  await vi.waitFor(async () => expect((await oms.read(orderId)).items[1]?.sellingPrice).toBe(699));
});

test.each([
  ['an item of two lines that is not told apart', () => removing(undefined), 'SalesOrderSystem026'],
  ['an item that the order does not have', () => removing('0'.repeat(32)), 'SalesOrderSystem010'],
  ['more than there is', (ids: string[]) => removing(ids[0], 4), 'SalesOrderSystem011'],
  [
    'another unit',
    ([, id]: string[]) => ({
      replace: [
        {
          from: { items: [{ id: '75', uniqueId: id, quantity: 2 }] },
          to: { items: [{ id: '75', uniqueId: id, quantity: 1, measurementUnit: 'g' }] },
        },
      ],
    }),
    'SalesOrderSystem055',
  ],
  ['a quantity of nothing', (ids: string[]) => removing(ids[0], 0), 'OMS001'],
  ['a misspelt field', () => ({ removed: {} }), 'OMS001'],
])('%s is refused at once', async (_what, bodyOf, code) => {
  const oms = startOms();
  const { ids, change, effects } = await handled(oms);
  const answer = await change(bodyOf(ids));
  expect([answer.status, codeOf(answer)]).toEqual([400, code]);
  expect(effects()).not.toHaveProperty(['oms.modified']);
});

test('one request at a time, and none that mixes versions', async () => {
  const oms = startOms({ speed: 0.001 });
  const { ids, change } = await handled(oms);
  expect((await change(removing(ids[0]))).status).toBe(202);
  expect(codeOf(await change(removing(ids[0])))).toBe('SalesOrderSystem014');
  const mixed = await oms.shop({ status: 'handling', doc: { changesAttachment: { changesData: [{}] } } });
  const path = `/api/order-system/orders/${mixed}/changes?accountName=demomarket`;
  const [item] = (await oms.read(mixed)).items;
  const body = { reason: 'x', remove: { items: [{ id: item?.id, uniqueId: item?.uniqueId, quantity: 1 }] } };
  expect(codeOf(await oms.call('PATCH', path, body))).toBe('SalesOrderSystem015');
});

test.each([
  ['ready-for-handling', 'CHK0124'],
  ['invoiced', 'SalesOrderSystem046'],
  ['canceled', 'SalesOrderSystem008'],
])('an order that is %s cannot be changed', async (status, code) => {
  const oms = startOms();
  const { orderId, ids, change } = await handled(oms);
  await oms.control('POST', `/vtex/orders/${orderId}/status`, { status });
  expect(codeOf(await change(removing(ids[0])))).toBe(code);
});

test('an order cannot come to less than was invoiced of it', async () => {
  const oms = startOms();
  const { orderId, ids, change } = await handled(oms);
  const invoice = { type: 'Output', issuanceDate: '2026-01-15T02:00:00Z', invoiceNumber: 'A1', invoiceValue: '3000' };
  await oms.call('POST', orderPath(orderId, '/invoice'), {
    ...invoice,
    items: [{ id: '18', price: 990, quantity: 3 }],
  });
  expect((await change(removing(ids[2]))).status).toBe(202);
  await vi.waitFor(async () => expect((await oms.read(orderId)).value).toBe(4114));
  expect(codeOf(await change(removing(ids[0], 3)))).toBe('SalesOrderSystem046');
});

test('what races with a change wins, and the change is canceled with the reason', async () => {
  const oms = startOms();
  const { orderId, ids, change, changeOf, effects } = await handled(oms);
  const answer = await change(removing(ids[0]));
  await oms.call('POST', orderPath(orderId, '/cancel'), { reason: 'The customer' });
  await vi.waitFor(async () => expect(await changeOf(idOf(answer))).toMatchObject({ body: { status: 'canceled' } }));
  expect(effects()).toMatchObject({ 'oms.changeCanceled': 1, 'oms.canceled': 1 });
  expect(effects()).not.toHaveProperty(['oms.modified']);
});

test('a discount of the whole price cancels the request, in VTEX’s words', async () => {
  const oms = startOms();
  const { change, changeOf } = await handled(oms);
  const answer = await change({ manualDiscountValue: 10_000 });
  const cancellationData = { requestedByUser: false, reason: "The value of the change exceed the order's price" };
  await vi.waitFor(async () =>
    expect(await changeOf(idOf(answer))).toMatchObject({ body: { status: 'canceled', cancellationData } }),
  );
});

test('one that got stuck is retried to its end, and then cannot be canceled', async () => {
  const oms = startOms();
  const { ids, change, changeOf, nextEnds, path, effects } = await handled(oms);
  await nextEnds({ outcome: 'stuck' });
  const id = String(idOf(await change(removing(ids[0]))));
  expect(await changeOf(id)).toMatchObject({ body: { status: 'preparing', logs: [{ source: 'Workflow Engine' }] } });
  const post = (what: string) => oms.call('POST', path(`/${id}/${what}`, 'an=demomarket'), { reason: 'Again' });
  expect((await post('retry')).status).toBe(204);
  await vi.waitFor(async () => expect(await changeOf(id)).toMatchObject({ body: { status: 'done', logs: [] } }));
  for (const what of ['cancel', 'retry']) expect(codeOf(await post(what))).toBe('CHK0124');
  expect(effects()).toMatchObject({ 'oms.modified': 1 });
});

test('one that got stuck is canceled, and another may follow', async () => {
  const oms = startOms();
  const { ids, change, changeOf, nextEnds, path } = await handled(oms);
  await nextEnds({ outcome: 'stuck' });
  const id = String(idOf(await change(removing(ids[0]))));
  expect((await oms.call('POST', path(`/${id}/cancel`, 'an=demomarket'), { reason: 'Enough' })).status).toBe(200);
  const cancellationData = { requestedByUser: true, reason: 'Enough' };
  expect(await changeOf(id)).toMatchObject({ body: { status: 'canceled', inProgress: false, cancellationData } });
  expect((await change(removing(ids[0]))).status).toBe(202);
});

test('nobody has changes of an order, a request or an account that is not there', async () => {
  const oms = startOms();
  const { path, changeOf } = await handled(oms);
  const [of, other] = [path('', 'an=other'), path('', 'an=demomarket').replace(/orders\/[^/]+/, 'orders/none')];
  for (const answer of [await oms.call('GET', of), await oms.call('GET', other), await changeOf('none')]) {
    expect([answer.status, codeOf(answer)]).toEqual([404, 'CHK0201']);
  }
  expect((await oms.call('GET', path('', ''))).status).toBe(400);
  expect((await oms.call('GET', path(), undefined, { appKey: null })).status).toBe(401);
});
