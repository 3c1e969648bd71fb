import { describe, expect, test } from 'vitest';
import { judgeInvoice, type OrderInvoice } from '../../src/domain/invoice.ts';
import {
  judgeFollowing,
  learnFollowing,
  loseCancel,
  needsOmsCancel,
  refuseCancel,
  sealCancel,
  takeFulfilmentCancel,
} from '../../src/domain/order-cancel.ts';
import { learn, ownEvidence } from '../../src/domain/order-change.ts';
import { learnFromOms } from '../../src/domain/order-oms.ts';
import { orderStatuses, type OrderStatus } from '../../src/domain/order-status.ts';
import { mayTellInvoices } from '../../src/domain/order-write-back.ts';
import type { Order, OrderCancellation } from '../../src/domain/order.ts';
import { madeOrder } from './order-fixture.ts';

const at = '2026-01-15T03:00:00.000Z';
const vocabularies = {
  nash: {
    created: { reached: 'READY_FOR_HANDLING' },
    pickup_complete: { reached: 'ON_ROUTE' },
    dropoff_complete: { reached: 'DELIVERED' },
    canceled_by_merchant: { canceled: true },
  },
  vtex: { canceled: { ignored: true } },
} as const;
const fulfilment = { connectionId: 'con_1', connector: 'nash', externalRef: '1', submittedContentVersion: 1 };
const oms = { connector: 'vtex', state: 'handling' };
const made: Order = { ...madeOrder().order, fulfilment, oms };
const cancellation = (state: OrderCancellation['state'], by?: OrderCancellation['by']): OrderCancellation => ({
  state,
  requestedAt: at,
  by,
});
const invoice: OrderInvoice = {
  id: 'inv_1',
  type: 'output',
  invoiceNumber: 'INV1',
  issuedAt: at,
  valueMinor: 100,
  requestedAt: at,
  state: 'wanted',
};
const nash = (...said: string[]) =>
  said.map((each) => {
    const [attempt, code = ''] = each.split(' ');
    return { system: 'nash', subject: `delivery:${attempt ?? ''}`, code, occurredAt: at, receivedAt: at };
  });
const after = (order: Order, ...said: string[]): Order =>
  learn({ order, happenings: [] }, nash(...said), vocabularies, at).order;
const codes = ({ problems }: Order): string[] => problems.map(({ code }) => code);

describe('a merchant who cancels', () => {
  const ended: ReadonlySet<OrderStatus> = new Set(['DELIVERED', 'RETURNED', 'CANCELED']);

  test.each(orderStatuses)('is heard while an order that nobody invoiced is %s, unless it has ended', (status) => {
    expect(refuseCancel({ ...made, status }) === null).toBe(!ended.has(status));
  });

  test('is refused once there is an invoice, wherever the order is', () => {
    for (const status of orderStatuses) {
      expect(refuseCancel({ ...made, status, invoices: [invoice] }), status).toEqual(expect.any(String));
      expect(refuseCancel({ ...made, status, invoiceStatus: 'invoiced' }), status).toEqual(expect.any(String));
    }
  });

  test('is heard where the invoice was taken back, or gives back what came back', () => {
    const invoices = [{ ...invoice, state: 'withdrawn' } as const, { ...invoice, type: 'input' } as const];
    expect(refuseCancel({ ...made, status: 'ON_ROUTE', invoices })).toBeNull();
  });

  test('keeps invoices out until it is decided', () => {
    const input = { invoiceNumber: 'INV1', issuedAt: at, valueMinor: 100 };
    const evidence = [...made.evidence, ownEvidence('picks_settled', at)];
    const ready: Order = { ...made, status: 'READY_FOR_INVOICING', evidence };
    expect(judgeInvoice(ready, input).verdict).toBe('taken');
    expect(judgeInvoice({ ...ready, cancellation: cancellation('requested') }, input)).toMatchObject({
      verdict: 'refused',
      code: 'order.state',
    });
    expect(judgeInvoice({ ...ready, cancellation: cancellation('refused') }, input).verdict).toBe('taken');
  });
});

describe('the OMS', () => {
  const canceled: Order = { ...made, status: 'CANCELED' };

  test('hears of a cancellation that was done, whoever made it but the OMS itself', () => {
    expect(needsOmsCancel({ ...canceled, cancellation: cancellation('done') })).toBe(true);
    expect(needsOmsCancel({ ...canceled, cancellation: cancellation('done', 'fulfilment') })).toBe(true);
    expect(needsOmsCancel({ ...canceled, cancellation: cancellation('done', 'oms') })).toBe(false);
    expect(needsOmsCancel({ ...canceled, cancellation: cancellation('requested') })).toBe(false);
    // A hook alone: another attempt may live.
    expect(needsOmsCancel(canceled)).toBe(false);
  });

  test('hears of it once', () => {
    const done = { ...canceled, cancellation: cancellation('done') };
    expect(needsOmsCancel({ ...done, oms: { ...oms, canceledAt: at } })).toBe(false);
    expect(needsOmsCancel({ ...done, oms: { ...oms, cancelRefusedAt: at } })).toBe(false);
  });

  const told = (order: Order): Order =>
    learnFromOms(
      { order, happenings: [] },
      { connector: 'vtex', state: 'canceled', changedAt: at, phase: 'canceled', step: 9 },
      vocabularies,
      at,
    ).order;

  test('that cancels what is with the customer has lost, and people are told', () => {
    const lost = told(after(made, '1 dropoff_complete'));
    expect(lost).toMatchObject({ status: 'DELIVERED', cancellation: { state: 'refused', by: 'oms' } });
    expect(codes(lost)).toEqual(['order.cancel_refused']);
    expect(told(lost).problems).toEqual(lost.problems);
  });

  test('that says again what came too late does not ask again', () => {
    const asked = told(after(made, '1 pickup_complete'));
    expect(asked.cancellation).toMatchObject({ state: 'requested', by: 'oms' });
    const lost = loseCancel({ order: asked, happenings: [] }, { detail: 'gone', source: 'nash' }, at).order;
    expect(told(lost).cancellation).toMatchObject({ state: 'refused' });
  });

  test('takes no invoice of what it canceled: one that waits is withdrawn, and said', () => {
    const waiting: Order = { ...made, invoices: [invoice, { ...invoice, id: 'inv_2', state: 'sent' }] };
    expect(mayTellInvoices(waiting)).toBe(true);
    const gone = told(waiting);
    expect(gone.invoices?.map(({ state }) => state)).toEqual(['withdrawn', 'sent']);
    expect(codes(gone)).toEqual(['invoice.withdrawn']);
    expect(mayTellInvoices(gone)).toBe(false);
  });
});

describe('a fulfilment system that canceled', () => {
  const take = (order: Order): Order => takeFulfilmentCancel({ order, happenings: [] }, vocabularies, at).order;

  test('is believed when all that it says together says so', () => {
    expect(take(after(made, '1 canceled_by_merchant')).cancellation).toMatchObject({ state: 'done', by: 'fulfilment' });
    expect(take(after(made, '1 canceled_by_merchant', '2 created')).cancellation).toBeUndefined();
  });

  test('does not take the place of who had asked, but of who had been refused', () => {
    const asked: Order = { ...made, cancellation: cancellation('requested') };
    expect(take(after(asked, '1 canceled_by_merchant')).cancellation).toMatchObject({ state: 'requested' });
    const refused: Order = { ...made, cancellation: cancellation('refused') };
    expect(take(after(refused, '1 canceled_by_merchant')).cancellation).toMatchObject({ by: 'fulfilment' });
  });

  test('cannot bring back to life what the OMS canceled too, and can where there is no OMS', () => {
    const gone: Order = { ...after(made, '1 canceled_by_merchant'), oms: { ...oms, canceledAt: at } };
    const sealed = sealCancel({ order: gone, happenings: [] }, vocabularies, at).order;
    expect(after(sealed, '2 created').status).toBe('CANCELED');
    const posted: Order = { ...made, oms: undefined };
    expect(after(take(after(posted, '1 canceled_by_merchant')), '2 created').status).toBe('READY_FOR_HANDLING');
  });
});

describe('whether a cancellation is followed', () => {
  const byMerchant: Order = {
    ...learn({ order: made, happenings: [] }, [ownEvidence('canceled', at)], vocabularies, at).order,
    cancellation: cancellation('done'),
  };
  const live = after(byMerchant, '1 created');

  test.each([
    ['stopped there', after(byMerchant, '1 canceled_by_merchant'), true, 'followed'],
    ['going on, and can be told', live, true, 'tell'],
    ['going on, and cannot be told', live, false, 'problem'],
    ['being told already', { ...live, cancellation: cancellation('requested') }, true, 'followed'],
    ['refused there when it was told', { ...live, cancellation: cancellation('refused') }, true, 'problem'],
    ['sent anew by who had canceled', { ...live, cancellation: cancellation('done', 'fulfilment') }, true, 'problem'],
    ['not canceled at all', after(made, '1 created'), true, 'followed'],
  ] as const)('is known of an order that is %s', (_, order, canBeTold, following) => {
    expect(judgeFollowing(order, vocabularies, canBeTold)).toBe(following);
  });

  test('is a problem only when a read says so, and none once it has stopped', () => {
    const changed = { order: live, happenings: [] };
    expect(learnFollowing(changed, { following: 'problem', isRead: false, at }).order).toBe(live);
    const told = learnFollowing(changed, { following: 'problem', isRead: true, at });
    expect(codes(told.order)).toEqual(['order.cancel_not_followed']);
    expect(codes(learnFollowing(told, { following: 'followed', isRead: false, at }).order)).toEqual([]);
  });
});
