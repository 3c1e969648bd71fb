import { describe, expect, test } from 'vitest';
import type { OmsInvoice, OmsTracking } from '../../../src/connectors/oms/write-back.ts';
import { startWriteBack } from './write-back-harness.ts';

const dropAfter = { kind: 'dropAfter' } as const;

const invoiceOf = (changes: Partial<OmsInvoice> = {}): OmsInvoice => ({
  kind: 'sale',
  number: 'INV1',
  issuedAt: '2026-01-15T12:00:00.000Z',
  valueMinor: 4_614,
  lines: [
    { sku: '18', quantity: 3, unitPriceMinor: 990 },
    { sku: '75', quantity: 2, unitPriceMinor: 322, description: 'Bananas' },
    { sku: '18', quantity: 1, unitPriceMinor: 500 },
  ],
  ...changes,
});

describe('an invoice', () => {
  test('of the whole value makes the order invoiced, and is there once, also when the answer was lost', async () => {
    const { writeBack, shop, docOf, effectsOf, breakNext } = await startWriteBack();
    const { orderId } = shop();
    breakNext('POST', '/api/oms/**', dropAfter);
    await expect(writeBack.invoice(orderId, invoiceOf())).rejects.toMatchObject({ kind: 'transient' });
    expect(await writeBack.invoice(orderId, invoiceOf())).toEqual({ alreadyThere: true });
    expect(docOf(orderId)).toMatchObject({
      status: 'invoiced',
      packageAttachment: {
        packages: [
          {
            items: [{ itemIndex: 0 }, { itemIndex: 1, description: 'Bananas' }, { itemIndex: 2 }],
            trackingNumber: null,
          },
        ],
      },
    });
    expect(effectsOf(orderId)).toEqual({ 'oms.invoiced': 1 });
    expect((await writeBack.readWriteBack(orderId))?.invoices).toEqual([
      {
        number: 'INV1',
        kind: 'sale',
        valueMinor: 4_614,
        issuedAt: '2026-01-15T12:00:00.000Z',
        trackingNumber: null,
        events: 0,
        delivered: false,
      },
    ]);
  });

  test('may be one of several, and another of its number is none of them', async () => {
    const { writeBack, shop, docOf } = await startWriteBack();
    const { orderId } = shop();
    const part = invoiceOf({ valueMinor: 4_000 });
    expect(await writeBack.invoice(orderId, part)).toEqual({ alreadyThere: false });
    await expect(writeBack.invoice(orderId, invoiceOf())).rejects.toMatchObject({ code: 'vtex.invoice_number_taken' });
    expect(docOf(orderId).status).toBe('handling');
    await writeBack.invoice(orderId, invoiceOf({ number: 'INV2', valueMinor: 614 }));
    expect(docOf(orderId).status).toBe('invoiced');
    expect(await writeBack.invoice(orderId, part)).toEqual({ alreadyThere: true });
  });

  test.each(['INV-1', 'INV 1', 'INV/1', 'INV#1', '', 'é'])('is never sent with the number %j', async (number) => {
    const { writeBack, shop, effectsOf } = await startWriteBack();
    const { orderId } = shop();
    const refused = { kind: 'rejected', code: 'vtex.invoice_number_unusable' };
    await expect(writeBack.invoice(orderId, invoiceOf({ number }))).rejects.toMatchObject(refused);
    await expect(writeBack.invoice(orderId, invoiceOf({ valueMinor: 0 }))).rejects.toMatchObject({
      code: 'vtex.invoice_value_unusable',
    });
    expect(effectsOf(orderId)).toEqual({});
  });

  test.each([
    ['payment-approved', 'transient', 'vtex.state_too_early'],
    ['invoiced', 'rejected', 'vtex.order_invoiced'],
    ['canceled', 'rejected', 'vtex.order_canceled'],
  ])('is not sent for an order that is %s', async (state, kind, code) => {
    const { writeBack, shop, moveTo, effectsOf } = await startWriteBack();
    const { orderId } = shop();
    moveTo(orderId, state);
    await expect(writeBack.invoice(orderId, invoiceOf())).rejects.toMatchObject({ kind, code });
    expect(effectsOf(orderId)).toEqual({});
  });

  test('of a return waits until all is invoiced, since else nobody would be refunded', async () => {
    const { writeBack, shop, effectsOf } = await startWriteBack();
    const { orderId } = shop();
    const back = invoiceOf({ kind: 'return', number: 'RET1', valueMinor: 990, lines: invoiceOf().lines.slice(0, 1) });
    await expect(writeBack.invoice(orderId, back)).rejects.toMatchObject({
      kind: 'transient',
      code: 'vtex.not_invoiced',
    });
    await writeBack.invoice(orderId, invoiceOf());
    for (const alreadyThere of [false, true]) expect(await writeBack.invoice(orderId, back)).toEqual({ alreadyThere });
    expect(effectsOf(orderId)).toEqual({ 'oms.invoiced': 1, 'oms.returned': 1 });
    expect((await writeBack.readWriteBack(orderId))?.invoices).toMatchObject([{ kind: 'sale' }, { kind: 'return' }]);
  });
});

const trackingOf = (changes: Partial<OmsTracking> = {}): OmsTracking => ({
  invoiceNumber: 'INV1',
  number: 'T-1',
  url: 'https://carrier.example/T-1',
  carrier: 'Demo',
  dispatchedAt: null,
  events: [{ city: 'Rio', state: 'RJ', description: 'Collected', at: '2026-01-15T12:00:00.000Z' }],
  deliveredAt: null,
  ...changes,
});

describe('tracking', () => {
  test('waits for the invoice', async () => {
    const { writeBack, shop } = await startWriteBack();
    const { orderId } = shop();
    await expect(writeBack.track(orderId, trackingOf())).rejects.toMatchObject({
      kind: 'transient',
      code: 'vtex.not_invoiced',
    });
  });

  test('is the parcel, then its events, then its delivery, each sent once', async () => {
    const { writeBack, shop, docOf, effectsOf } = await startWriteBack();
    const { orderId } = shop();
    await writeBack.invoice(orderId, invoiceOf());
    expect(await writeBack.track(orderId, trackingOf())).toEqual({ sent: ['parcel', 'events'] });
    expect(await writeBack.track(orderId, trackingOf())).toEqual({ sent: [] });
    const delivered = trackingOf({ deliveredAt: '2026-01-15T18:30:59.000Z' });
    expect(await writeBack.track(orderId, delivered)).toEqual({ sent: ['events'] });
    for (const late of [delivered, trackingOf()]) expect(await writeBack.track(orderId, late)).toEqual({ sent: [] });
    expect(docOf(orderId).packageAttachment.packages).toMatchObject([
      {
        trackingNumber: 'T-1',
        trackingUrl: 'https://carrier.example/T-1',
        courier: 'Demo',
        courierStatus: { finished: true, deliveredDate: '2026-01-15 18:30', data: [{ city: 'Rio' }] },
      },
    ]);
    expect(effectsOf(orderId)).toEqual({ 'oms.invoiced': 1, 'oms.shipped': 1, 'oms.tracked': 2, 'oms.delivered': 1 });
    expect((await writeBack.readWriteBack(orderId))?.invoices).toMatchObject([
      { trackingNumber: 'T-1', events: 1, delivered: true },
    ]);
  });

  test.each(['PATCH', 'PUT'])('whose answer to %s is lost is sent once', async (method) => {
    const { writeBack, shop, effectsOf, breakNext } = await startWriteBack();
    const { orderId } = shop();
    await writeBack.invoice(orderId, invoiceOf());
    breakNext(method, '/api/oms/**', dropAfter);
    const delivered = trackingOf({ deliveredAt: '2026-01-15T18:30:59.000Z' });
    await expect(writeBack.track(orderId, delivered)).rejects.toMatchObject({ kind: 'transient' });
    await writeBack.track(orderId, delivered);
    expect(effectsOf(orderId)).toEqual({ 'oms.invoiced': 1, 'oms.shipped': 1, 'oms.tracked': 1, 'oms.delivered': 1 });
  });

  test('never takes a delivery back that Pick and Pack told, though an event comes late', async () => {
    const { writeBack, shop, docOf, effectsOf } = await startWriteBack();
    const { orderId } = shop();
    await writeBack.invoice(orderId, invoiceOf());
    await writeBack.track(orderId, trackingOf({ events: [], deliveredAt: '2026-01-15T18:30:59.000Z' }));
    expect(await writeBack.track(orderId, trackingOf())).toEqual({ sent: ['events'] });
    expect(docOf(orderId).packageAttachment.packages[0]?.courierStatus).toMatchObject({ finished: true, data: [{}] });
    expect(effectsOf(orderId)).toMatchObject({ 'oms.delivered': 1 });
  });
});
