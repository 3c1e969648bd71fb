import { describe, expect, test } from 'vitest';
import { toSnapshot as toNashSnapshot } from '../../src/connectors/fulfilment/nash/mapper.ts';
import { webhook as nashHook } from '../../src/connectors/fulfilment/nash/webhook.ts';
import { WireJobSchema } from '../../src/connectors/fulfilment/nash/wire.ts';
import type { FulfilmentSnapshot } from '../../src/connectors/fulfilment/port.ts';
import { toSnapshot as toPickAndPackSnapshot } from '../../src/connectors/fulfilment/vtex-pick-and-pack/mapper.ts';
import { fulfilmentVocabularies } from '../../src/connectors/fulfilment/registry.ts';
import { webhook as pickAndPackHook } from '../../src/connectors/fulfilment/vtex-pick-and-pack/webhook.ts';
import { ShipmentListSchema, WireOrderSchema } from '../../src/connectors/fulfilment/vtex-pick-and-pack/wire.ts';
import { omsVocabularies } from '../../src/connectors/oms/registry.ts';
import { vtex } from '../../src/connectors/oms/vtex/index.ts';
import { learn, ownEvidence, type Changed } from '../../src/domain/order-change.ts';
import { learnFromOms } from '../../src/domain/order-oms.ts';
import { mayTellInvoices, needsModification } from '../../src/domain/order-write-back.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Line } from '../../src/domain/order-input.ts';
import { settlePicks } from '../../src/domain/settle-picks.ts';
import { defaultSettlementRules as rules } from '../../src/domain/settlement-rules.ts';
import { settle } from '../../src/domain/settlement.ts';
import { makeOmsFact } from '../../src/fulfilment/make-oms-fact.ts';
import { toOmsModification } from '../../src/fulfilment/to-oms-modification.ts';
import { guideLines } from '../fixtures/nash/guide-lines.ts';
import { deliveryBody, hookBody as nashBody, jobBody, pickedHistory } from '../fixtures/nash/payloads.ts';
import { guidePickedItems } from '../fixtures/nash/picked-items.ts';
import { hookBody, orderBody, requestedLines, shipmentBody } from '../fixtures/vtex-pick-and-pack/payloads.ts';
import { doubled, permute } from '../support/permute.ts';
import { madeOrder } from './order-fixture.ts';

const at = '2026-01-15T03:00:00.000Z';
const vocabularies = { ...fulfilmentVocabularies, ...omsVocabularies };

/** Some 1,500 histories each: a second of an idle machine. */
const thorough = { timeout: 60_000 };

/** Something that is heard of an order, and what follows from it. */
type Message = (before: Changed) => Changed;

const bytesOf = (body: unknown): Uint8Array => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
const hear =
  ({ evidence }: Pick<FulfilmentSnapshot, 'evidence'>): Message =>
  (before) =>
    learn(before, [ownEvidence('submitted', at), ...evidence], vocabularies, at);
const readIn =
  (snapshot: FulfilmentSnapshot | null): Message =>
  (before) => {
    const heard = hear(snapshot ?? { evidence: [] })(before);
    const picks = snapshot?.pickedItems ?? null;
    return picks === null ? heard : settlePicks(heard, picks, { vocabularies, rules }, at);
  };
const atOms =
  (state: string, minute: number): Message =>
  (before) =>
    learnFromOms(before, makeOmsFact(vtex, { state, changedAt: `2026-01-15T02:${minute}:00.000Z` }), vocabularies, at);

function begin(lines: readonly Line[], { tellsPicks = true } = {}): Changed {
  const { order } = madeOrder();
  const oms = { connector: 'vtex', state: 'ready-for-handling', tellsPicks } as const;
  return {
    order: { ...order, announced: true, oms, content: { ...order.content, lines: [...lines] } },
    happenings: [],
  };
}

const referenceOf = (order: Order): string => toOmsModification(order).reference;
const texts = (values: readonly unknown[]): string[] => values.map((value) => JSON.stringify(value)).sort();

/** All that the order has come to, and what is to be done for it, but not by which way. */
function outcomeOf({ order, happenings }: Changed) {
  const { status, invoiceStatus, evidence, pickedItems, settlement, problems, oms, content } = order;
  return {
    status,
    invoiceStatus,
    oms,
    evidence: texts(evidence),
    picks: texts(pickedItems),
    problems: texts(problems),
    judged: settlement,
    settlement: settle(content.lines, pickedItems),
    modification: needsModification(order, referenceOf) ? toOmsModification(order) : null,
    mayTellInvoices: mayTellInvoices(order),
    told: happenings.map(({ type }) => type).filter((type) => type !== 'order.status_changed' && type !== 'order.problem').sort(), // prettier-ignore
  };
}

/** Fails unless every order of arrival, and every repetition, comes to the same; answers what. */
function comeToOne(
  start: Changed,
  messages: readonly Message[],
): { outcome: ReturnType<typeof outcomeOf>; orders: number } {
  const arrive = (arrived: readonly Message[]) =>
    outcomeOf(arrived.reduce((before, message) => message(before), start));
  const outcome = arrive(messages);
  const wanted = JSON.stringify(outcome);
  const orders = permute(messages);
  for (const [index, order] of orders.entries()) {
    for (const arrived of [order, doubled(order), ...(index % 8 === 0 ? [[...order, ...order.toReversed()]] : [])]) {
      const came = arrive(arrived);
      // Compared as text first: equal in all but a handful of thousands of ways, or in none.
      if (JSON.stringify(came) !== wanted) expect(came, `order ${index}`).toEqual(outcome);
    }
  }
  return { outcome, orders: orders.length };
}

describe('an order that Nash picks', thorough, () => {
  const five = guideLines.map(({ id }) => expect.objectContaining({ lineId: id }) as unknown);
  const later = (...statuses: string[]) => [
    ...pickedHistory,
    ...statuses.map((status, index) => ({ status, created_at: `2026-01-15T02:0${index}:00.000000` })),
  ];
  const ref = 'v502348abc-01';
  const hook = (event: string, history = pickedHistory, id = 'dlv_1') =>
    hear(nashHook.read(bytesOf(nashBody('delivery', event, jobBody({ deliveries: [deliveryBody({ id, history, picks: null })] }))), at)); // prettier-ignore
  const read = (...deliveries: Parameters<typeof deliveryBody>[0][]) =>
    readIn(toNashSnapshot({ order: null, job: WireJobSchema.parse(jobBody({ deliveries: deliveries.map(deliveryBody) })) }, ref, at)); // prettier-ignore

  test('comes to one end, one modification and one sum, whatever the order of its hooks, reads and the OMS’s words', () => {
    const messages = [
      hook('pickup_arrived', pickedHistory.slice(0, 4)),
      hook('items_pick_complete'),
      read({ id: 'dlv_1' }),
      read({ id: 'dlv_1', picks: guidePickedItems.toReversed(), history: later('pickup_complete') }),
      hook('dropoff_complete', later('pickup_complete', 'dropoff_complete')),
      atOms('handling', 10),
    ];
    const { outcome, orders } = comeToOne(begin(guideLines), messages);
    expect(orders).toBe(720);
    expect(outcome).toMatchObject({
      status: 'DELIVERED',
      problems: [],
      settlement: { totals: { itemsMinor: 3_153, differenceMinor: 141 } },
      modification: { lines: five },
      told: ['order.items_picked'],
    });
  });

  test('whose OMS is told by somebody else may be invoiced, and is said so once', () => {
    const messages = [
      hook('items_pick_complete'),
      read({ id: 'dlv_1', history: pickedHistory.slice(0, 4), picks: guidePickedItems.slice(0, 2) }),
      read({ id: 'dlv_1' }),
      hook('pickup_complete', later('pickup_complete')),
      atOms('handling', 10),
    ];
    const { outcome } = comeToOne(begin(guideLines, { tellsPicks: false }), messages);
    expect(outcome).toMatchObject({ status: 'ON_ROUTE', modification: null, mayTellInvoices: true });
    expect(outcome.told).toEqual(['order.items_picked', 'order.ready_for_invoicing']);
  });

  test('by a second courier comes to one end too, and a first one who gave up is past', () => {
    const gaveUp = [...pickedHistory.slice(0, 3), { status: 'canceled_by_provider', created_at: '2026-01-15T01:20:00.000000' }]; // prettier-ignore
    const messages = [
      hook('pickup_enroute', pickedHistory.slice(0, 3)),
      hook('canceled_by_provider', gaveUp),
      hook('assigned_driver', pickedHistory.slice(0, 2), 'dlv_2'),
      hook('items_pick_complete', pickedHistory, 'dlv_2'),
      read({ id: 'dlv_1', history: gaveUp, picks: [] }, { id: 'dlv_2' }),
      atOms('handling', 10),
    ];
    const { outcome } = comeToOne(begin(guideLines), messages);
    expect(outcome).toMatchObject({
      status: 'READY_FOR_INVOICING',
      problems: [],
      modification: { lines: five },
    });
  });
});

describe('an order that VTEX Pick and Pack picks', thorough, () => {
  const lines = requestedLines.map((line) => ({ ...line, name: line.sku, unitPriceMinor: line.sku === '75' ? 322 : 1_000_000 })); // prettier-ignore
  const hook = (oldStatus: string, newStatus: string) =>
    hear(pickAndPackHook.read(bytesOf(hookBody({ oldStatus, newStatus })), at));
  const read = (changes: Record<string, unknown>, shipments: unknown[] = []) =>
    readIn(toPickAndPackSnapshot({ order: WireOrderSchema.parse(orderBody(changes)), shipments: ShipmentListSchema.parse(shipments).map((listed) => ({ listed, read: null })) }, lines, at)); // prettier-ignore

  test('comes to one end, one modification and one sum, whatever the order of its hooks, reads and the OMS’s words', () => {
    const messages = [
      hook('PENDING', 'READY_FOR_PICKING'),
      hook('READY_FOR_PICKING', 'PICKING'),
      hook('PACKING', 'READY_FOR_INVOICING'),
      read({ status: 'READY_FOR_INVOICING', invoices: [] }),
      atOms('handling', 20),
      atOms('ready-for-handling', 10),
    ];
    const { outcome } = comeToOne(begin(lines), messages);
    expect(outcome).toMatchObject({
      status: 'READY_FOR_INVOICING',
      invoiceStatus: 'notInvoiced',
      problems: [],
      oms: { state: 'handling' },
      settlement: { totals: { itemsMinor: 2_000_322 } },
      modification: { lines: lines.map(({ id }) => expect.objectContaining({ lineId: id }) as unknown) },
      told: ['order.items_picked'],
    });
  });

  test('comes to one end with its invoice and its parcel, too', () => {
    const messages = [
      hook('PICKING', 'READY_FOR_INVOICING'),
      read({ status: 'READY_FOR_INVOICING', invoices: [] }),
      hook('INVOICING', 'INVOICED'),
      read({ status: 'IN_PROGRESS', pickedItems: (orderBody()['pickedItems'] as unknown[]).toReversed() }, [
        shipmentBody(),
      ]),
      atOms('handling', 10),
      atOms('invoiced', 30),
    ];
    const { outcome } = comeToOne(begin(lines), messages);
    expect(outcome).toMatchObject({
      status: 'DELIVERED',
      invoiceStatus: 'invoiced',
      problems: [],
      oms: { state: 'invoiced' },
      settlement: { totals: { itemsMinor: 2_000_322 } },
    });
  });
});
