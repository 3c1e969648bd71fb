import { describe, expect, test } from 'vitest';
import {
  dueMinor,
  invoicedMinor,
  isToBeTold,
  ownInvoice,
  withInvoice,
  type OrderInvoice,
} from '../../src/domain/invoice.ts';
import { isReadyToInvoice, ownEvidence } from '../../src/domain/order-change.ts';
import { mayTellInvoices, needsModification, needsTracking } from '../../src/domain/order-write-back.ts';
import type { Order } from '../../src/domain/order.ts';
import { settlePicks } from '../../src/domain/settle-picks.ts';
import { defaultSettlementRules } from '../../src/domain/settlement-rules.ts';
import { omsWork } from '../../src/fulfilment/oms-work.ts';
import { madeOrder } from './order-fixture.ts';

const at = '2026-01-15T03:00:00.000Z';
const fresh = madeOrder().order;
const known = { connector: 'vtex', state: 'handling', startedAt: at, tellsPicks: true };

/** Picked, settled, and known at an OMS that has not been told. */
const picked: Order = {
  ...fresh,
  status: 'READY_FOR_INVOICING',
  evidence: [ownEvidence('picks_settled', at)],
  pickedItems: fresh.content.lines.map((line) => ({
    id: line.id,
    sku: line.sku,
    name: line.name,
    status: 'no_substitution',
    quantity: line.quantity,
    requested_quantity: line.quantity,
    weight: null,
    price_cents: line.quantity * line.unitPriceMinor,
    requested_id: line.id,
    requested_sku: line.sku,
    scanned_barcode: null,
    scans: null,
    lineId: line.id,
    weightGrams: null,
  })),
  settlement: { state: 'clear', obstacles: [] },
  oms: known,
};
const told: Order = { ...picked, oms: { ...known, modification: { reference: 'bag-1', state: 'done', askedAt: at } } };
const held: Pick<Order, 'settlement'> = { settlement: { state: 'held', obstacles: ['over_picked'] } };
const invoiceOf = (state: OrderInvoice['state']): OrderInvoice => ({
  id: 'inv_1',
  type: 'output',
  invoiceNumber: 'INV1',
  issuedAt: at,
  valueMinor: 100,
  requestedAt: at,
  state,
});
const needs = (order: Order): boolean => needsModification(order, () => 'bag-1');

describe('what was picked is told to the OMS', () => {
  test('once it is settled, and again when it is another bag', () => {
    expect(needs(picked)).toBe(true);
    expect(needs(told)).toBe(false);
    expect(needsModification(told, () => 'bag-2')).toBe(true);
  });

  test('not while somebody has to look at it', () => {
    expect(needs({ ...picked, ...held })).toBe(false);
  });

  test.each<[string, Partial<Order>]>([
    ['before it is settled', { evidence: [] }],
    ['before the OMS knows it as being handled', { oms: { ...known, startedAt: undefined } }],
    ['to an OMS that canceled it', { oms: { ...known, canceledAt: at } }],
    ['where the merchant does that', { oms: { ...known, tellsPicks: undefined } }],
    ['for an order that nobody invoices', { status: 'CANCELED' }],
    ['once it is invoiced', { invoices: [invoiceOf('sent')] }],
  ])('not %s', (_when, change) => {
    expect(needs({ ...picked, ...change })).toBe(false);
  });
});

describe('an invoice', () => {
  test('is told only after what was picked', () => {
    expect(mayTellInvoices(picked)).toBe(false);
    expect(mayTellInvoices(told)).toBe(true);
    expect(mayTellInvoices({ ...picked, oms: undefined })).toBe(false);
  });

  test('can be made once the OMS has what was picked and nobody has to look at it', () => {
    expect(isReadyToInvoice(told)).toBe(true);
    expect(isReadyToInvoice(picked)).toBe(false);
    expect(isReadyToInvoice({ ...told, ...held })).toBe(false);
    expect(isReadyToInvoice({ ...told, status: 'PICKING' })).toBe(false);
  });

  test('of ours is of all that is due, has the order’s id as its number, and is not made beside another one', () => {
    expect(ownInvoice(told, at)).toEqual({
      invoiceNumber: '125388155043301',
      issuedAt: at,
      valueMinor: told.content.totals.grandTotalMinor,
    });
    expect(ownInvoice({ ...told, invoices: [invoiceOf('wanted')] }, at)).toBeNull();
    expect(ownInvoice({ ...told, externalId: '#--#' }, at)).toBeNull();
  });
});

describe('an invoice that the OMS refused', () => {
  const refused = { ...invoiceOf('refused'), valueMinor: ownInvoice(told, at)?.valueMinor ?? 0 };

  test('does not count, so that another can take its place', () => {
    expect(invoicedMinor([refused, { ...invoiceOf('withdrawn') }])).toBe(0);
    expect(ownInvoice({ ...told, invoices: [refused] }, at)).not.toBeNull();
  });

  test('is told again by a retry, unless another has taken its place', () => {
    expect(isToBeTold({ ...told, invoices: [refused] }, refused)).toBe(true);
    const other = { ...invoiceOf('sent'), id: 'inv_2' };
    expect(isToBeTold({ ...told, invoices: [refused, other] }, refused)).toBe(false);
  });
});

describe('another bag', () => {
  const [first] = picked.pickedItems;
  if (first === undefined) throw new Error('the fixture has lines');
  const fewer = picked.pickedItems.map((item) => (item === first ? { ...item, quantity: 1, price_cents: 699 } : item));
  const vocabularies = { nash: { items_pick_complete: { picked: true } } } as const;
  const heard = { system: 'nash', subject: 'delivery:1', code: 'items_pick_complete', occurredAt: at, receivedAt: at };
  const settle = (order: Order) =>
    settlePicks(
      { order: { ...order, evidence: [...order.evidence, heard] }, happenings: [] },
      fewer,
      { vocabularies, rules: defaultSettlementRules },
      at,
    );

  test('is told anew before anything is invoiced', () => {
    const { order } = settle(told);
    expect(needs(order)).toBe(true);
    expect(mayTellInvoices(order)).toBe(false);
    expect(isReadyToInvoice(order)).toBe(false);
  });

  test('keeps back an invoice of the bag before that is too much now', () => {
    const valueMinor = ownInvoice(told, at)?.valueMinor ?? 0;
    const { order } = settle({ ...told, invoices: [{ ...invoiceOf('wanted'), valueMinor }] });
    expect(order.invoices).toMatchObject([{ state: 'refused' }]);
    expect(order.problems.map(({ code }) => code)).toEqual(['invoice.other_bag']);
  });

  test('is put right by an invoice of what is due now, and by nothing that leaves too much charged', () => {
    const codes = (order: Order): string[] => order.problems.map(({ code }) => code);
    const tooMuch = { ...invoiceOf('sent'), valueMinor: ownInvoice(told, at)?.valueMinor ?? 0 };
    const { order: charged } = settle({ ...told, invoices: [tooMuch] });
    const givenBack = { ...invoiceOf('wanted'), id: 'inv_2', type: 'input' as const };
    expect(codes(withInvoice(charged, { ...givenBack, valueMinor: 1 }))).toEqual(['invoice.other_bag']);
    const rest = tooMuch.valueMinor - dueMinor(charged);
    expect(codes(withInvoice(charged, { ...givenBack, valueMinor: rest }))).toEqual([]);
    const { order: keptBack } = settle({ ...told, invoices: [{ ...tooMuch, state: 'wanted' }] });
    expect(codes(withInvoice(keptBack, { ...invoiceOf('wanted'), valueMinor: dueMinor(keptBack) }))).toEqual([]);
  });

  test('is no other for what was invoiced already, and is told of', () => {
    const { order } = settle({ ...told, invoices: [invoiceOf('sent')] });
    expect(order.oms?.modification?.state).toBe('done');
    expect(order.problems.map(({ code }) => code)).toEqual(['invoice.other_bag']);
  });
});

describe('work for the OMS', () => {
  const jobs = (before: Order, after: Order): string[] => omsWork(before, after).map(({ job }) => job);

  test('comes with a release by the rules as with one by a person, and with an order that is alive again', () => {
    expect(jobs({ ...picked, ...held }, picked)).toEqual(['oms-update']);
    expect(jobs({ ...picked, status: 'CANCELED' }, picked)).toEqual(['oms-update']);
    expect(jobs(picked, picked)).toEqual([]);
  });
});

describe('the parcel is told of', () => {
  const followed = { tracking: { version: 2, toldVersion: 1 } };
  const invoiced: Order = { ...told, invoices: [invoiceOf('sent')] };

  test('also where somebody else made the invoice', () => {
    expect(needsTracking({ ...told, ...followed, invoiceStatus: 'invoiced' })).toBe(true);
  });

  test('once there is an invoice, when there is news or it was delivered', () => {
    expect(needsTracking({ ...told, ...followed })).toBe(false);
    expect(needsTracking({ ...invoiced, ...followed })).toBe(true);
    expect(needsTracking(invoiced)).toBe(false);
    expect(needsTracking({ ...invoiced, status: 'DELIVERED' })).toBe(true);
  });
});
