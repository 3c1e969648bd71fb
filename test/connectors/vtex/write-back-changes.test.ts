import { describe, expect, test, vi } from 'vitest';
import type { OmsModification, OmsWriteBack } from '../../../src/connectors/oms/write-back.ts';
import { startWriteBack } from './write-back-harness.ts';

/** A short, a weighed item, and a substitute. */
const modificationOf = ([apples = '', bananas = '', others = '']: string[]): OmsModification => ({
  reference: 'ord_1',
  reason: 'Picked',
  lines: [
    { lineId: apples, keptQuantity: 1 },
    { lineId: bananas, keptQuantity: 2, keptWeightGrams: 412, newPriceMinor: 701 },
    { lineId: others, keptQuantity: 0, substitutes: [{ sku: '21', quantity: 2, weightGrams: null, priceMinor: 480 }] },
  ],
});
/** 990 + 701 + 480, and the shipping. */
const settledMinor = 2_171 + 500;

async function settled(writeBack: OmsWriteBack, orderId: string, modification: OmsModification): Promise<number> {
  let asked = 0;
  await vi.waitFor(
    async () => {
      const outcome = await writeBack.modify(orderId, modification);
      if (outcome.asked) asked += 1;
      expect(outcome).toEqual({ asked: false });
    },
    { timeout: 5_000 },
  );
  return asked;
}

const dropAfter = { kind: 'dropAfter' } as const;
const path = '/api/order-system/orders/**';

describe('a modification', () => {
  test('is taken on, followed to its end, and then proved by asking again', async () => {
    const { writeBack, shop, docOf, effectsOf } = await startWriteBack({ speed: 20 });
    const { orderId, ids } = shop();
    const outcome = await writeBack.modify(orderId, modificationOf(ids));
    const changeId = outcome.asked ? outcome.changeId : '';
    expect(await writeBack.readChange(orderId, changeId)).toMatchObject({ changeId, state: 'running', failing: false });
    await vi.waitFor(async () =>
      expect(await writeBack.readChange(orderId, changeId)).toMatchObject({ state: 'done' }),
    );
    expect(await writeBack.modify(orderId, modificationOf(ids))).toEqual({ asked: false });
    expect(docOf(orderId).value).toBe(settledMinor);
    expect(effectsOf(orderId)).toEqual({ 'oms.modified': 1 });
    expect(await writeBack.readWriteBack(orderId)).toMatchObject({
      state: 'handling',
      valueMinor: settledMinor,
      lines: [
        { lineId: ids[0], sku: '18', quantity: 1, priceMinor: 990 },
        { lineId: ids[1], sku: '75', quantity: 2, weightGrams: 412, priceMinor: 700 },
        { sku: '21', quantity: 2, weightGrams: null, priceMinor: 480 },
      ],
      // Two bananas never come to 701.
      adjustmentMinor: 1,
      modifications: [{ changeId, reference: 'ord_1', askedAt: expect.stringMatching(/Z$/) }],
      invoices: [],
    });
  });

  test('waits while another is in progress', async () => {
    const { writeBack, shop, nextEnds } = await startWriteBack();
    const { orderId, ids } = shop();
    nextEnds(orderId, 'stuck');
    await writeBack.modify(orderId, modificationOf(ids));
    await expect(writeBack.modify(orderId, modificationOf(ids))).rejects.toMatchObject({
      kind: 'transient',
      code: 'vtex.change_in_progress',
      retryAfterMs: 10_000,
    });
  });

  test('that is asked for again while it is being carried out is made once', async () => {
    const { writeBack, shop, docOf, effectsOf, breakNext } = await startWriteBack({ speed: 50 });
    const { orderId, ids } = shop();
    await writeBack.modify(orderId, modificationOf(ids));
    // Carried out after the order was read, and before the request comes.
    breakNext('PATCH', path, { kind: 'delay', ms: 300 });
    expect(await writeBack.modify(orderId, modificationOf(ids))).toEqual({ asked: false });
    expect([docOf(orderId).value, effectsOf(orderId)]).toEqual([settledMinor, { 'oms.modified': 1 }]);
  });

  test('is right to the cent in a second request where VTEX rounds otherwise', async () => {
    const { writeBack, shop, docOf, effectsOf } = await startWriteBack({ rounding: 'down' });
    const { orderId, ids } = shop();
    const [apples = '', bananas = ''] = ids;
    const modification = {
      ...modificationOf(ids),
      lines: [
        { lineId: apples, keptQuantity: 3 },
        { lineId: bananas, keptQuantity: 1, keptWeightGrams: 411, newPriceMinor: 698 },
      ],
    };
    expect(await settled(writeBack, orderId, modification)).toBe(2);
    expect(docOf(orderId).value).toBe(2_970 + 698 + 500 + 500);
    expect(effectsOf(orderId)).toEqual({ 'oms.modified': 2 });
    expect((await writeBack.readWriteBack(orderId))?.adjustmentMinor).toBe(1);
  });

  test.each([
    ['the connection drops', dropAfter],
    ['a page comes instead', { kind: 'garbage', afterEffect: true }],
    ['VTEX says that it failed', { kind: 'status', status: 500, code: '500', afterEffect: true }],
  ] as const)('whose answer is lost is made once: %s', async (_what, fault) => {
    const { writeBack, shop, docOf, effectsOf, breakNext } = await startWriteBack({ speed: 20 });
    const { orderId, ids } = shop();
    breakNext('PATCH', path, fault);
    await expect(writeBack.modify(orderId, modificationOf(ids))).rejects.toMatchObject({ kind: 'transient' });
    await settled(writeBack, orderId, modificationOf(ids));
    expect(docOf(orderId).value).toBe(settledMinor);
    expect(effectsOf(orderId)).toEqual({ 'oms.modified': 1 });
    expect((await writeBack.readWriteBack(orderId))?.modifications).toMatchObject([{ reference: 'ord_1' }]);
  });

  test('that never arrived is made when it is asked for again', async () => {
    const { writeBack, shop, effectsOf, breakNext } = await startWriteBack();
    const { orderId, ids } = shop();
    breakNext('PATCH', path, { kind: 'dropBefore' });
    await expect(writeBack.modify(orderId, modificationOf(ids))).rejects.toMatchObject({ kind: 'transient' });
    await settled(writeBack, orderId, modificationOf(ids));
    expect(effectsOf(orderId)).toEqual({ 'oms.modified': 1 });
  });

  test('that got stuck is told, and retried to its end; afterwards nothing more can be done to it', async () => {
    const { writeBack, shop, effectsOf, nextEnds } = await startWriteBack();
    const { orderId, ids } = shop();
    nextEnds(orderId, 'stuck');
    const outcome = await writeBack.modify(orderId, modificationOf(ids));
    const changeId = outcome.asked ? outcome.changeId : '';
    expect(await writeBack.readChange(orderId, changeId)).toMatchObject({ word: 'preparing', failing: true });
    expect(await writeBack.retryChange(orderId, changeId, 'Again')).toMatchObject({ changeId });
    await vi.waitFor(async () =>
      expect(await writeBack.readChange(orderId, changeId)).toMatchObject({ state: 'done' }),
    );
    for (const call of ['retryChange', 'cancelChange'] as const) {
      expect(await writeBack[call](orderId, changeId, 'Late')).toMatchObject({ state: 'done', failing: false });
    }
    expect(effectsOf(orderId)).toEqual({ 'oms.modified': 1 });
  });

  test('that got stuck is canceled, also when the answer to that is lost, and another may follow', async () => {
    const { writeBack, shop, effectsOf, nextEnds, breakNext } = await startWriteBack();
    const { orderId, ids } = shop();
    nextEnds(orderId, 'stuck');
    const outcome = await writeBack.modify(orderId, modificationOf(ids));
    const changeId = outcome.asked ? outcome.changeId : '';
    breakNext('POST', path, dropAfter);
    await expect(writeBack.cancelChange(orderId, changeId, 'Enough')).rejects.toMatchObject({ kind: 'transient' });
    expect(await writeBack.cancelChange(orderId, changeId, 'Enough')).toMatchObject({
      state: 'canceled',
      canceledBecause: 'Enough',
    });
    await settled(writeBack, orderId, modificationOf(ids));
    expect(effectsOf(orderId)).toEqual({ 'oms.changeCanceled': 1, 'oms.modified': 1 });
  });

  test('that VTEX cancels says why, and changes nothing', async () => {
    const { writeBack, shop, docOf, nextEnds } = await startWriteBack();
    const { orderId, ids } = shop();
    nextEnds(orderId, 'canceled');
    const before = docOf(orderId).value;
    const outcome = await writeBack.modify(orderId, modificationOf(ids));
    const changeId = outcome.asked ? outcome.changeId : '';
    await vi.waitFor(async () =>
      expect(await writeBack.readChange(orderId, changeId)).toEqual({
        changeId,
        state: 'canceled',
        word: 'canceled',
        failing: false,
        canceledBecause: 'No stock',
      }),
    );
    expect([docOf(orderId).value, (await writeBack.readWriteBack(orderId))?.modifications]).toEqual([before, []]);
  });

  test.each([
    ['payment-approved', 'transient', 'vtex.state_too_early'],
    ['invoiced', 'rejected', 'vtex.order_invoiced'],
    ['canceled', 'rejected', 'vtex.order_canceled'],
    ['cancellation-requested', 'rejected', 'vtex.state_refuses'],
    ['no-such-state', 'rejected', 'vtex.state_refuses'],
  ])('is not asked of an order that is %s', async (state, kind, code) => {
    const { writeBack, shop, moveTo, effectsOf } = await startWriteBack();
    const { orderId, ids } = shop();
    moveTo(orderId, state);
    await expect(writeBack.modify(orderId, modificationOf(ids))).rejects.toMatchObject({
      kind,
      code,
      detail: { state },
    });
    expect(effectsOf(orderId)).toEqual({});
    // What is so already needs no state.
    expect(await writeBack.modify(orderId, { ...modificationOf(ids), lines: [] })).toEqual({ asked: false });
  });

  test('of an order that was changed with version 1 is refused for good', async () => {
    const { writeBack, shop } = await startWriteBack();
    const { orderId, ids } = shop({ doc: { changesAttachment: { changesData: [{}] } } });
    await expect(writeBack.modify(orderId, modificationOf(ids))).rejects.toMatchObject({
      kind: 'rejected',
      code: 'vtex.changes_mixed',
    });
  });
});

test('an order that VTEX does not show has no books', async () => {
  const { writeBack } = await startWriteBack();
  expect(await writeBack.readWriteBack('nobody-01')).toBeNull();
  await expect(writeBack.modify('nobody-01', modificationOf([]))).rejects.toMatchObject({ code: 'vtex.missing' });
});
