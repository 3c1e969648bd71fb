import { describe, expect, test } from 'vitest';
import { toLegacySnapshot, toSnapshot } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/mapper.ts';
import { vocabulary } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/statuses.ts';
import { webhook } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/webhook.ts';
import {
  LegacyReplySchema,
  ShipmentListSchema,
  WireOrderSchema,
} from '../../../src/connectors/fulfilment/vtex-pick-and-pack/wire.ts';
import { Failure } from '../../../src/domain/failure.ts';
import { resolveStatus } from '../../../src/domain/resolve-status.ts';
import { hookBody, legacyBody, orderBody, requestedLines, shipmentBody } from '../../fixtures/vtex-pick-and-pack/payloads.ts'; // prettier-ignore
import { outcomeOf } from '../../support/judge-mangled.ts';
import { mangle, namesOf } from '../../support/mangle.ts';

const at = '2026-01-15T03:00:00.000Z';
const vocabularies = { 'vtex-pick-and-pack': vocabulary };

/** The order that the document's example answers, at its prices: a banana of 190 g, and three at 10,000.00. */
const lines = requestedLines.map((line) =>
  line.sku === '75'
    ? { ...line, name: 'Banana', unitPriceMinor: 323, weighted: true, requestedWeightGrams: 190 }
    : { ...line, name: line.sku, unitPriceMinor: 1_000_000 },
);

function judge(body: unknown) {
  const order = WireOrderSchema.safeParse(body).data;
  return outcomeOf(order === undefined ? null : toSnapshot({ order, shipments: [] }, lines, at), lines, vocabularies);
}

/** Without these nobody knows what became of an item, how much of it there is, or what it costs. */
const needed = /^(orderId|status|invoices|unhandledItems|pickedItems|rejectedItems)$|(^|\.)(quantity|pickingPrice|unitMultiplier|unitOfMeasure|\d+)$/; // prettier-ignore

describe.each([
  ['the example, invoiced before it is packed', {}],
  ['the example, picked and not invoiced', { status: 'READY_FOR_INVOICING', invoices: [] }],
])('%s', (_what, changes) => {
  const example = orderBody(changes);
  const exact = judge(example);
  const all = mangle(example).map((mangled) => ({ ...mangled, outcome: judge(mangled.body) }));

  test('may be invoiced as it stands, for what the document says', () => {
    expect(exact).toMatchObject({ may: 'be invoiced', itemsMinor: 322 + 1_000_000 + 1_000_000 });
    expect(all.length).toBeGreaterThan(500);
  });

  test('is read as it was meant, or refused, shown or held: whatever is wrong in it, nothing else is invoiced', () => {
    const wrong = all.filter(({ how, at: place, outcome }) => {
      if (outcome.may !== 'be invoiced' || outcome.bill === exact.bill) return false;
      // Of goods whose unit is not said nobody knows the weight: it stays unknown, and the price is the same.
      const isUnweighed = place === 'pickedItems.0.unitOfMeasure' && how !== 'other unit';
      return !isUnweighed || outcome.bill !== exact.bill.replace('190', 'null');
    });
    expect(namesOf(wrong)).toEqual([]);
    for (const may of ['be refused', 'be shown', 'be held']) {
      expect(all.some(({ outcome }) => outcome.may === may), may).toBe(true); // prettier-ignore
    }
  });

  test('that lacks what it can do without is the same in all that follows', () => {
    const lacking = all.filter(({ how, at: place }) => (how === 'missing' || how === 'null') && !needed.test(place));
    expect(lacking.length).toBeGreaterThan(100);
    expect(namesOf(lacking.filter(({ outcome }) => outcome.text !== exact.text))).toEqual([]);
  });

  test('is waited for in silence only while VTEX does not say that it is ready', () => {
    const waiting = all.filter(({ outcome }) => outcome.may === 'wait');
    expect(namesOf(waiting.filter(({ outcome }) => outcome.status !== 'RECEIVED'))).toEqual([]);
  });
});

test('a hook tells of its order, or is malformed, whatever is wrong in it', () => {
  const example = hookBody({ newStatus: 'READY_FOR_INVOICING' });
  const statusOf = (body: unknown) => {
    const message = webhook.read(Buffer.from(JSON.stringify(body)), at);
    return { ...message, status: resolveStatus(message.evidence, vocabularies).status };
  };
  const exact = statusOf(example);
  for (const { how, at: place, body } of mangle(example)) {
    try {
      const { externalRef, status, needsRead } = statusOf(body);
      expect(externalRef, `${how} ${place}`).toBe(exact.externalRef);
      expect(status === exact.status || needsRead, `${how} ${place}`).toBe(true);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      expect(error.kind).toBe('malformed');
      expect([how, place]).toEqual([expect.stringMatching(/missing|null/), 'orderId']);
    }
  }
});

test('a parcel or a legacy order with something wrong in it says less, never more', () => {
  const example = { shipments: [shipmentBody()], legacy: legacyBody({ fulfillmentStatus: 'PICKING' }) };
  const order = WireOrderSchema.parse(orderBody({ status: 'INVOICED' }));
  const read = (body: unknown) => {
    const { shipments, legacy } = body as Partial<typeof example>;
    const parcels = ShipmentListSchema.safeParse(shipments).data?.map((listed) => ({ listed, read: null }));
    const seen = LegacyReplySchema.safeParse(legacy).data;
    return [
      ...(parcels === undefined ? [] : toSnapshot({ order, shipments: parcels }, lines, at).evidence),
      ...(seen === undefined ? [] : toLegacySnapshot(seen.data, undefined, at).evidence),
    ].map(({ subject, code }) => `${subject} ${code}`);
  };
  const exact = new Set(read(example));
  expect(exact.size).toBe(5);
  for (const { how, at: place, body } of mangle(example)) {
    expect(read(body).every((fact) => exact.has(fact)) || /status|(^|\.)(id|serviceId)$/i.test(place), `${how} ${place}`).toBe(true); // prettier-ignore
  }
});
