import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toInstant, toPicks, toSnapshot } from '../../../src/connectors/fulfilment/nash/mapper.ts';
import { toPickedItems } from '../../../src/connectors/fulfilment/nash/picked-items.ts';
import { vocabulary } from '../../../src/connectors/fulfilment/nash/statuses.ts';
import { WireJobSchema, WireOrderSchema } from '../../../src/connectors/fulfilment/nash/wire.ts';
import { resolveStatus } from '../../../src/domain/resolve-status.ts';
import { deliveryBody, jobBody, orderBody, packageBody, pickedHistory } from '../../fixtures/nash/payloads.ts';
import { guidePickedItems, inCamelCase } from '../../fixtures/nash/picked-items.ts';

const ref = 'v502348abc-01';
const at = '2026-01-15T03:00:00.000Z';
const snapshotOf = (job: unknown) => toSnapshot({ order: null, job: WireJobSchema.parse(job) }, ref, at);
const resolved = (job: unknown) => resolveStatus(snapshotOf(job)?.evidence ?? [], { nash: vocabulary });
const history = (...statuses: string[]) =>
  statuses.map((status, index) => ({ status, created_at: `2026-01-15T01:0${index}:00.000000` }));

test.each([
  ['2026-01-15T01:02:03.123456', '2026-01-15T01:02:03.123Z'],
  ['2026-01-15T01:02:03', '2026-01-15T01:02:03.000Z'],
  ['2026-01-15T01:02:03Z', '2026-01-15T01:02:03.000Z'],
  ['2026-01-15T01:02:03.5+11:00', '2026-01-14T14:02:03.500Z'],
])('a time without a zone is UTC: %s', (time, instant) => expect(toInstant(time)).toBe(instant));

test.each(['', 'yesterday', '2026-01-15', '2026-02-30T00:00:00', '1768438923', null, undefined])(
  'what is no time is no instant: %s',
  (time) => expect(toInstant(time)).toBeNull(),
);

test('time without a zone is UTC wherever Packline runs', () => {
  const zone = process.env['TZ'];
  try {
    for (const TZ of ['America/Sao_Paulo', 'Australia/Melbourne', 'UTC']) {
      process.env['TZ'] = TZ;
      expect(toInstant('2026-01-15T01:02:03.123456')).toBe('2026-01-15T01:02:03.123Z');
    }
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});

test('the five picks of the guide are kept exactly, with the line and the grams beside them', () => {
  const { items } = toPickedItems(guidePickedItems);
  const grams = [null, 608, null, null, 1450];
  expect(items).toEqual(
    guidePickedItems.map((row, index) => ({
      ...row,
      lineId: row.requested_id,
      weightGrams: grams[index],
      scans: row.scans === null ? null : inCamelCase(row.scans),
    })),
  );
});

test('both spellings of a job say the same', () => {
  const camel = snapshotOf(jobBody());
  const snake = snapshotOf(jobBody({ deliveries: [deliveryBody({ spelling: 'picked_items' })] }));
  expect(camel?.pickedItems).toHaveLength(5);
  expect(snake).toEqual(camel);
});

test('numbers as strings are numbers, and kilograms are read by their digits', () => {
  const [row] = guidePickedItems.slice(1);
  const text = { ...row, quantity: '1', requested_quantity: '1', weight: '1.005', price_cents: '1307' };
  expect(toPickedItems([text]).items).toMatchObject([
    { quantity: 1, requested_quantity: 1, weight: 1.005, weightGrams: 1005, price_cents: 1307 },
  ]);
});

test.each([
  ['a quantity', { quantity: null }],
  ['a negative quantity', { quantity: -1 }],
  ['a price', { price_cents: null }],
  ['a price in fractions of a cent', { price_cents: 880.5 }],
  ['the line', { id: null, requested_id: null }],
  ['the SKU', { sku: null }],
  ['a weight that is no number', { weight: 'heavy' }],
])('without %s nothing is settled, and somebody is told', (_what, changes) => {
  const picks = guidePickedItems.map((row, index) => (index === 2 ? { ...row, ...changes } : row));
  const snapshot = snapshotOf(jobBody({ deliveries: [deliveryBody({ picks })] }));
  expect(snapshot?.pickedItems).toBeNull();
  expect(snapshot?.needsAttention?.code).toBe('nash.picks_unreadable');
  expect(snapshot?.needsAttention?.detail).toContain('picked_items.2');
  expect(snapshot?.evidence).toHaveLength(5);
});

test('a line of which none was picked needs neither SKU nor price', () => {
  const row = { requested_id: 'line-1', requested_sku: 'A', quantity: 0, status: 'not_picked' };
  expect(toPickedItems([row]).items).toMatchObject([{ sku: 'A', price_cents: 0, quantity: 0, lineId: 'line-1' }]);
});

test('what a straight pick leaves out is what it must equal', () => {
  const row = { id: 'line-1', sku: 'A', quantity: 1, price_cents: 100 };
  expect(toPickedItems([row]).items).toMatchObject([
    { requested_id: 'line-1', requested_sku: 'A', name: 'A', status: '', scans: null, weight: null, lineId: 'line-1' },
  ]);
  // Without an id of its own it is a substitute, and what for is not said.
  expect(toPickedItems([{ ...row, id: null, requested_id: 'line-1' }]).unreadable).toBe('picked_items.0.requested_sku');
});

test('an empty list is an answer only from a picker who is done', () => {
  const job = (...statuses: string[]) =>
    WireJobSchema.parse(jobBody({ deliveries: [deliveryBody({ history: history(...statuses), picks: [] })] }));
  expect(toPicks(job('created', 'pickup_arrived'), ref)).toBeNull();
  expect(toPicks(job('created', 'items_pick_complete'), ref)?.items).toEqual([]);
  expect(toPicks(job('created', 'dropoff_complete'), ref)?.items).toEqual([]);
});

test('evidence is the whole history of each delivery, and the present status where the history lacks it', () => {
  const delivery = deliveryBody({ history: pickedHistory, status: 'CANCELED_BY_PROVIDER' });
  const evidence = snapshotOf(jobBody({ deliveries: [delivery] }))?.evidence;
  expect(evidence).toContainEqual({
    system: 'nash',
    subject: 'delivery:dlv_01234567890',
    code: 'items_pick_complete',
    occurredAt: '2026-01-15T01:31:44.927Z',
    receivedAt: at,
  });
  expect(evidence?.filter(({ occurredAt }) => occurredAt === null)).toMatchObject([{ code: 'canceled_by_provider' }]);
  expect(evidence).toHaveLength(6);
});

test('after a change of courier the new attempt counts, for the status and for the bag', () => {
  const first = deliveryBody({ id: 'dlv_1', history: [...pickedHistory, ...history('canceled_by_provider')] });
  const second = deliveryBody({ id: 'dlv_2', history: history('created', 'assigned_driver'), picks: null });
  expect(resolved(jobBody({ deliveries: [first, second] })).status).toBe('READY_FOR_PICKING');
  expect(snapshotOf(jobBody({ deliveries: [first, second] }))?.pickedItems).toBeNull();
  const picked = deliveryBody({ id: 'dlv_2', history: pickedHistory, picks: guidePickedItems.slice(0, 1) });
  expect(snapshotOf(jobBody({ deliveries: [first, picked] }))?.pickedItems).toHaveLength(1);
});

test('a task that ended before it had a delivery counts once no other task waits for one', () => {
  const withTasks = (...statuses: string[]) =>
    jobBody({
      changes: {
        jobConfigurations: [
          { id: 'cfg_1', package: packageBody(), tasks: statuses.map((status, i) => ({ id: `tsk_${i}`, status })) },
        ],
      },
    });
  expect(resolved(withTasks('canceled_by_merchant')).status).toBe('CANCELED');
  expect(resolved(withTasks('failed')).contradictions).toEqual(['order.no_live_attempt']);
  expect(snapshotOf(withTasks('failed', 'running'))?.evidence).toEqual([]);
});

test('of a job of several orders only this order’s part is read', () => {
  const part = (id: string, externalIdentifier: string, status: string) => ({
    id,
    package: packageBody({ externalIdentifier }),
    tasks: [],
    delivery: deliveryBody({ id: `dlv_${id}`, history: history('created', status), picks: null }),
  });
  const shared = jobBody({
    changes: { jobConfigurations: [part('a', 'other', 'dropoff_complete'), part('b', ref, 'assigned_driver')] },
  });
  expect(resolved(shared).status).toBe('READY_FOR_PICKING');
});

test('an order in want of attention names the fields and quotes nobody', () => {
  const order = WireOrderSchema.parse(
    orderBody({
      status: 'needs_attention',
      validationErrors: {
        dropoffAddress: "Address '1 Canary St' not found",
        pickupStartTime: 'Time is in the past',
        'Ana Canary of 1 Canary St': 'is nobody',
      },
    }),
  );
  const snapshot = toSnapshot({ order, job: null }, ref, at);
  expect(snapshot?.needsAttention).toEqual({
    code: 'nash.needs_attention',
    detail: 'to be corrected at Nash: dropoffAddress, pickupStartTime',
  });
  expect(snapshot).toMatchObject({
    dispatched: false,
    pickedItems: null,
    partnerOrderId: 'ord_PewiSWzxmCFPzW62Ry3A6V',
  });
});

/** Every place in a document: the path to each member. */
function pathsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...entries.flatMap(([key, member]) => pathsOf(member, [...path, key]))];
}

function withAt(value: unknown, [key, ...rest]: (string | number)[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? withAt(item, rest, replacement) : item));
  const record = Object.fromEntries(Object.entries(value ?? {}));
  return { ...record, [key]: withAt(record[key], rest, replacement) };
}

test('whatever one member of a job becomes, it is read or refused by its schema, and nothing is thrown on the way', () => {
  const paths = pathsOf(jobBody());
  const odd = fc.constantFrom<unknown>(undefined, null, '', 'x', '7', -1, 1e21, true, [], {}, [null], { a: 1 });
  fc.assert(
    fc.property(fc.constantFrom(...paths), odd, (path, replacement) => {
      const changed: unknown = withAt(jobBody(), path, replacement);
      const read = WireJobSchema.safeParse(JSON.parse(JSON.stringify(changed) ?? 'null'));
      if (!read.success) return;
      const snapshot = toSnapshot({ order: null, job: read.data }, ref, at);
      for (const { code, occurredAt } of snapshot?.evidence ?? []) {
        expect(code).toBe(code.toLowerCase());
        expect(occurredAt === null || !Number.isNaN(Date.parse(occurredAt))).toBe(true);
      }
      for (const item of snapshot?.pickedItems ?? []) {
        expect(Number.isInteger(item.price_cents)).toBe(true);
        expect(item.quantity).toBeGreaterThanOrEqual(0);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('no order status and no missing member of an order breaks a snapshot', () => {
  for (const path of pathsOf(orderBody()).slice(1)) {
    const read = WireOrderSchema.safeParse(withAt(orderBody(), path, null));
    const required = path[0] === 'id' || path[0] === 'status';
    expect(read.success, path.join('.')).toBe(!required);
  }
});
