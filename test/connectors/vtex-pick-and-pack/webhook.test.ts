import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { webhook } from '../../../src/connectors/fulfilment/vtex-pick-and-pack/webhook.ts';
import { Failure } from '../../../src/domain/failure.ts';
import { oddValues, pathsOf, withAt } from '../../fixtures/vtex-pick-and-pack/odd-values.ts';
import { hookBody } from '../../fixtures/vtex-pick-and-pack/payloads.ts';
import { checkHook } from '../../vectors/check-hook.ts';
import { signatures } from '../../vectors/vectors.ts';
import { settingsOf, startMs } from './pick-and-pack-harness.ts';

const bytesOf = (body: unknown): Buffer => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));

const verify = (
  body: unknown,
  headers: Record<string, string> = {},
  changes: Record<string, unknown> = {},
  nowMs = startMs,
) => webhook.verify({ headers, body: bytesOf(body) }, settingsOf(changes), nowMs);

const idOf = (body: unknown, nowMs = startMs): string => {
  const verdict = verify(body, {}, {}, nowMs);
  if (!verdict.ok || !('messageId' in verdict)) throw new Error(JSON.stringify(verdict));
  return verdict.messageId;
};

describe('a hook is believed', () => {
  test.each(signatures.vtexPickAndPack)('as the vectors say: $id $what: $wanted.verdict', (row) => {
    checkHook(webhook, settingsOf(row.input.settings), row);
  });

  test.each(['otherstore', '', 7, {}, 'luxstore.example'])('only from its own account, not from %j', (hostname) => {
    expect(verify(hookBody({ hostname }))).toEqual({ ok: false, reason: 'hostname_mismatch' });
  });

  test.each([undefined, null, 'LuxStore'])('from an account that is not named, or in other letters: %j', (hostname) => {
    expect(verify(hookBody({ hostname })).ok).toBe(true);
  });

  test.each(['', 'no json', '[]', '"text"', 'null', '7', '['.repeat(100_000)])(
    'only as a JSON object: %.20j',
    (body) => {
      expect(verify(body)).toEqual({ ok: false, reason: 'body_malformed' });
    },
  );
});

describe('messages have no id, so', () => {
  test('equal bytes within a minute are one message', () => {
    expect(idOf(hookBody(), startMs + 59_999)).toBe(idOf(hookBody(), startMs));
  });

  test('equal bytes a minute later are another: an order may go the same step again', () => {
    expect(idOf(hookBody(), startMs + 60_000)).not.toBe(idOf(hookBody(), startMs));
  });

  test('other bytes are another', () => {
    expect(idOf(hookBody({ newStatus: 'PICKING' }))).not.toBe(idOf(hookBody()));
  });
});

const at = '2026-01-15T03:00:00.000Z';
const read = (body: unknown) => webhook.read(bytesOf(body), at);
const codesOf = (body: unknown): string[] => read(body).evidence.map(({ code }) => code);

test('the documented hook tells where the order was and where it is, undated', () => {
  const fact = { system: 'vtex-pick-and-pack', subject: 'order', occurredAt: null, receivedAt: at };
  expect(read(hookBody())).toEqual({
    event: 'ORDER_STATUS.READY_FOR_PICKING',
    externalRef: 'XDE-1253881550433-01',
    jobId: undefined,
    evidence: [
      { ...fact, code: 'pending' },
      { ...fact, code: 'ready_for_picking' },
    ],
    needsRead: false,
  });
});

test.each([
  ['READY_FOR_HANDLING', false],
  ['READY_FOR_PICKING', false],
  ['PICKING', false],
  ['READY_FOR_PACKING', false],
  ['PACKING', false],
  ['READY_FOR_INVOICING', true],
  ['COMPLETED', true],
  ['INVOICING', false],
  ['INVOICED', false],
  ['PREPARING_SHIPPING', false],
  ['READY_FOR_SHIPPING', false],
  ['WAITING_FOR_DELIVERY_COMPANY', false],
  ['WAITING_FOR_PICKUP', false],
  ['ON_ROUTE', false],
  ['DELIVERED', true],
  ['RETURNED', true],
  ['IDLE', true],
  ['CANCELED', false],
  ['PAUSED', false],
  ['REJECTED', true],
  ['SOMETHING_NEW', true],
])('%s is read after: %s', (newStatus, needsRead) => {
  expect(read(hookBody({ newStatus })).needsRead).toBe(needsRead);
});

test('INVOICED tells of the invoice, whether the order is there or was', () => {
  expect(codesOf(hookBody({ oldStatus: 'INVOICING', newStatus: 'INVOICED' }))).toContain('order.has_invoice');
  expect(codesOf(hookBody({ oldStatus: 'INVOICED', newStatus: 'ON_ROUTE' }))).toContain('order.has_invoice');
  expect(codesOf(hookBody({ oldStatus: 'PACKING', newStatus: 'INVOICING' }))).not.toContain('order.has_invoice');
});

test.each([
  ['INVOICED', 'READY_FOR_PACKING', true],
  ['INVOICING', 'PACKING', true],
  ['READY_FOR_PACKING', 'INVOICED', false],
  ['INVOICED', 'PREPARING_SHIPPING', false],
  ['PICKING', 'READY_FOR_PACKING', false],
])('from %s to %s the order is packed after its invoice: %s', (oldStatus, newStatus, late) => {
  expect(codesOf(hookBody({ oldStatus, newStatus })).includes('order.packs_after_invoicing')).toBe(late);
});

test('a status that nobody knows is kept in its own word', () => {
  expect(read(hookBody({ newStatus: 'BEING_WRAPPED' }))).toMatchObject({
    event: 'ORDER_STATUS.BEING_WRAPPED',
    evidence: [{ code: 'pending' }, { code: 'being_wrapped' }],
    needsRead: true,
  });
});

test('our own words cannot be put into VTEX’s mouth', () => {
  for (const newStatus of ['order.has_invoice', 'order.packs_after_invoicing', 'shipment.delivered']) {
    expect(codesOf(hookBody({ newStatus }))).toEqual(['pending']);
  }
});

test.each([
  ['WORKSHEET_STATUS.COMPLETED', { worksheetId: '546744628006', orderId: 'o-1', newStatus: 'COMPLETED' }],
  ['WORKSHEET_STATUS', { type: 'WORKSHEET_STATUS', order: { orderId: 'o-1' } }],
  ['WORKSHEET_STATUS.PACKED', { worksheet: { ordersIds: [{ orderId: 'o-1' }] }, newStatus: 'PACKED' }],
  ['RETURN_STATUS.RETURNED', { returnId: 'r-1', orderId: 'o-1', oldStatus: 'PENDING', newStatus: 'RETURNED' }],
  ['RETURN_STATUS.DELIVERED', { event: 'RETURN_STATUS', orderId: 'o-1', newStatus: 'DELIVERED' }],
  ['INVOICING', { orderId: 'o-1', invoiceData: {} }],
  ['UNKNOWN', { orderId: 'o-1', pickedItems: [] }],
  ['UNKNOWN', { data: { order: { orderId: 'o-1' } } }],
])('%s only says which order to read: %j', (event, body) => {
  expect(read(body)).toEqual({ event, externalRef: 'o-1', jobId: undefined, evidence: [], needsRead: true });
});

test('a hook that names no order, or several, is about none', () => {
  for (const body of [
    {},
    { something: 'new' },
    { ordersIds: [{ orderId: 'a' }, { orderId: 'b' }] },
    { worksheet: { ordersIds: [{ orderId: 'a' }, { orderId: 'b' }] }, newStatus: 'PICKING' },
    { a: { b: { c: { d: { e: { orderId: 'too deep' } } } } } },
  ]) {
    expect(read(body), JSON.stringify(body)).toMatchObject({ externalRef: null, evidence: [] });
  }
});

test.each([{ newStatus: 'PICKING' }, { orderId: 7, newStatus: 'PICKING' }, { orderId: '', newStatus: 'PICKING' }])(
  'a status of nobody knows which order is not passed over: %j',
  (body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ kind: 'malformed' }));
  },
);

test('names are read in whatever case they are spelt', () => {
  const facts = { OrderId: 'o-1', old_status: 'PENDING', NewStatus: 'PICKING', hostname: 'luxstore' };
  expect(read(facts)).toEqual(read(hookBody({ orderId: 'o-1', newStatus: 'PICKING' })));
});

test.each(['', 'no json', '[]', 'null', '['.repeat(100_000)])(
  'bytes that are no JSON object are malformed: %.20j',
  (body) => {
    expect(() => read(body)).toThrow(Failure);
    expect(() => read(body)).toThrow(expect.objectContaining({ kind: 'malformed' }));
  },
);

test('any JSON object is read, and nothing in it is thrown at', () => {
  const paths = pathsOf(hookBody());
  for (const path of paths.slice(1)) {
    for (const odd of oddValues) {
      const body = withAt(hookBody(), path, odd);
      // What a hook cannot do without.
      if (path[0] === 'orderId' && (typeof odd !== 'string' || odd === '')) continue;
      expect(read(body).evidence.every(({ code }) => code === code.toLowerCase())).toBe(true);
    }
  }
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
      expect(read(body).jobId).toBeUndefined();
    }),
  );
});
