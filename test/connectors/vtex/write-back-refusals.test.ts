import { describe, expect, test } from 'vitest';
import type { OmsModification, OmsTracking, OmsWriteBack } from '../../../src/connectors/oms/write-back.ts';
import { errorBody } from '../../fixtures/vtex/events.ts';
import { itemBody, orderBody, orderId } from '../../fixtures/vtex/order.ts';
import { api, connect, orderPath } from './vtex-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const changes = `/api/order-system/orders/${orderId}/changes`;
const apples = itemBody({ uniqueId: 'APPLES', quantity: 3 });
const none = { requests: [], actions: [] };
const modification: OmsModification = {
  reference: 'ord_1',
  reason: 'Picked',
  lines: [{ lineId: 'APPLES', keptQuantity: 1 }],
};

function writeBackOf(): OmsWriteBack {
  const { writeBack } = connect().oms;
  if (writeBack === undefined) throw new Error('VTEX writes nothing back');
  return writeBack;
}

/** What is read before anything is asked. */
const reads = (order: object = { items: [apples] }, history: object = none) =>
  api()
    .get(orderPath)
    .reply(200, orderBody({ ...order }))
    .get(`${changes}?an=luxstore`)
    .reply(200, history);

describe('a change', () => {
  test('is asked for with the account, once the order and its history were read', async () => {
    reads()
      .patch(`${changes}?accountName=luxstore`, {
        reason: 'Picked (Packline ord_1)',
        replace: [
          {
            from: { items: [{ id: '18', uniqueId: 'APPLES', quantity: 3 }] },
            to: { items: [{ id: '18', quantity: 1, measurementUnit: 'un', unitMultiplier: 1, uniqueId: 'APPLES' }] },
          },
        ],
      })
      .reply(202, { requestId: 'r-1', workflowId: 'w-1' });
    await expect(writeBackOf().modify(orderId, modification)).resolves.toEqual({ asked: true, changeId: 'r-1' });
  });

  test.each([
    ['SalesOrderSystem014', 'transient', 'change_in_progress', 10_000],
    ['SalesOrderSystem015', 'rejected', 'changes_mixed', undefined],
    ['SalesOrderSystem046', 'rejected', 'order_invoiced', undefined],
    ['SalesOrderSystem008', 'rejected', 'order_canceled', undefined],
    ['SalesOrderSystem010', 'rejected', 'change_item_unknown', undefined],
    ['SalesOrderSystem011', 'rejected', 'change_quantity_refused', undefined],
    ['SalesOrderSystem017', 'rejected', 'change_given_up', undefined],
    ['SalesOrderSystem026', 'rejected', 'change_item_ambiguous', undefined],
    ['SalesOrderSystem055', 'rejected', 'change_unit_differs', undefined],
    ['CHK0124', 'rejected', 'state_refuses_change', undefined],
    ['CHK0201', 'rejected', 'missing', undefined],
    ['CHK0022', 'rejected', 'chk0022', undefined],
  ])('that VTEX refuses with %s is %s: %s', async (vtexCode, kind, code, retryAfterMs) => {
    for (const status of [400, 409]) {
      reads().patch(`${changes}?accountName=luxstore`).reply(status, errorBody(vtexCode));
      // Refused for good? Not if it was carried out meanwhile.
      if (kind === 'rejected') reads();
      const failure = { kind, code: `vtex.${code}`, retryAfterMs, detail: { vtexCode, status } };
      await expect(writeBackOf().modify(orderId, modification)).rejects.toMatchObject(failure);
    }
  });

  test('is asked for where VTEX finds no history, and there are books without one', async () => {
    const asked = () =>
      api()
        .get(orderPath)
        .reply(200, orderBody({ items: [apples] }))
        .get(`${changes}?an=luxstore`)
        .reply(404, errorBody('CHK0201'));
    asked().patch(`${changes}?accountName=luxstore`).reply(202, { requestId: 'r-1' });
    await expect(writeBackOf().modify(orderId, modification)).resolves.toMatchObject({ asked: true });
    asked();
    await expect(writeBackOf().readWriteBack(orderId)).resolves.toMatchObject({ state: 'handling', modifications: [] });
  });

  test('is made, not refused, when the order has it by the time that VTEX refuses', async () => {
    reads().patch(`${changes}?accountName=luxstore`).reply(400, errorBody('SalesOrderSystem011'));
    reads({ items: [{ ...apples, quantity: 1 }] });
    await expect(writeBackOf().modify(orderId, modification)).resolves.toEqual({ asked: false });
  });

  test('is tried again from the start when the order became another one meanwhile', async () => {
    reads().patch(`${changes}?accountName=luxstore`).reply(400, errorBody('SalesOrderSystem011'));
    reads({ items: [{ ...apples, quantity: 2 }] });
    await expect(writeBackOf().modify(orderId, modification)).rejects.toMatchObject({
      kind: 'transient',
      code: 'vtex.order_stale',
    });
  });

  test('that is in the history makes the order be read again: it may have been read before', async () => {
    reads({ items: [apples] }, { requests: [{ requestId: 'r-1', reason: 'Picked (Packline ord_1)' }] })
      .get(orderPath)
      .reply(200, orderBody({ items: [{ ...apples, quantity: 1 }] }));
    await expect(writeBackOf().modify(orderId, modification)).resolves.toEqual({ asked: false });
  });

  test.each([
    [401, '', 'misconfigured', 'key_refused'],
    [403, errorBody('SalesOrderSystem014'), 'misconfigured', 'permission_missing'],
    [200, { requestId: 'r-1' }, 'transient', 'unreadable_reply'],
    [202, {}, 'transient', 'unreadable_reply'],
    [500, errorBody('500'), 'transient', 'unavailable'],
  ])('is not taken for made because of %i %j', async (status, body, kind, code) => {
    reads().patch(`${changes}?accountName=luxstore`).reply(status, body);
    await expect(writeBackOf().modify(orderId, modification)).rejects.toMatchObject({ kind, code: `vtex.${code}` });
  });
});

describe('what became of a change', () => {
  const failed = { status: 'preparing', message: 'Automatic transition failed. Current retry counter is 1.' };
  test.each([
    [{ status: 'preparing' }, { state: 'running', failing: false }],
    [
      { status: 'preparing', logs: [failed] },
      { state: 'running', failing: true },
    ],
    [
      { status: 'waiting-confirmation', logs: [failed] },
      { state: 'running', failing: false },
    ],
    [{ status: 'waiting-acknowledgement', inProgress: false }, { state: 'running' }],
    [
      { status: 'canceling', logs: null },
      { state: 'running', word: 'canceling' },
    ],
    [
      { status: 'done', logs: [failed] },
      { state: 'done', failing: false, canceledBecause: null },
    ],
    [{ status: 'canceled' }, { state: 'canceled', canceledBecause: null }],
    [
      { status: 'canceled', cancellationData: { reason: 'No' } },
      { state: 'canceled', canceledBecause: 'No' },
    ],
  ])('is told by %j', async (body, change) => {
    api()
      .get(`${changes}/r-1?an=luxstore`)
      .reply(200, { requestId: 'r-1', ...body });
    await expect(writeBackOf().readChange(orderId, 'r-1')).resolves.toMatchObject({ changeId: 'r-1', ...change });
  });
});

describe('tracking', () => {
  const tracking: OmsTracking = {
    invoiceNumber: 'A#1',
    number: 'T-1',
    url: null,
    carrier: null,
    dispatchedAt: null,
    events: [],
    deliveredAt: null,
  };
  const invoiced = orderBody({ packageAttachment: { packages: [null, { invoiceNumber: 'A#1', type: 'Output' }] } });

  test.each([
    [404, errorBody('ORA0001B')],
    [404, errorBody('OMS014')],
    [404, ''],
  ])('of what VTEX does not find invoiced is tried again: %i %j', async (status, body) => {
    api().get(orderPath).reply(200, invoiced).patch(`${orderPath}/invoice/A%231`).reply(status, body);
    await expect(writeBackOf().track(orderId, tracking)).rejects.toMatchObject({
      kind: 'transient',
      code: 'vtex.not_invoiced',
      retryAfterMs: 60_000,
    });
  });
});
