import { describe, expect, test } from 'vitest';
import { toPicks, toSnapshot } from '../../../src/connectors/fulfilment/nash/mapper.ts';
import { toPickedItems } from '../../../src/connectors/fulfilment/nash/picked-items.ts';
import { snakeKeys, WireJobSchema, WireOrderSchema } from '../../../src/connectors/fulfilment/nash/wire.ts';
import { deliveryBody, jobBody, orderBody, packageBody, pickedHistory } from '../../fixtures/nash/payloads.ts';
import { guidePickedItems, inCamelCase } from '../../fixtures/nash/picked-items.ts';

const ref = 'v502348abc-01';
const at = '2026-01-15T03:00:00.000Z';
const snapshotOf = (job: unknown) => toSnapshot({ order: null, job: WireJobSchema.parse(job) }, ref, at);
const picksIn = (job: unknown) => toPicks(WireJobSchema.parse(job), ref);
const unfinished = pickedHistory.slice(0, 4);
const guide = toPickedItems(guidePickedItems).items;

const partOf = (id: string, externalIdentifier: string | null, delivery: Record<string, unknown>) => ({
  id: `cfg_${id}`,
  package: packageBody({ externalIdentifier }),
  tasks: [],
  delivery: { ...delivery, id: `dlv_${id}` },
});
const jobOf = (...parts: unknown[]) => jobBody({ changes: { jobConfigurations: parts, externalIdentifier: null } });
const withPicks = (rows: readonly unknown[], history = pickedHistory) => deliveryBody({ picks: rows, history });

describe('picks are found', () => {
  const delivery = deliveryBody();
  test.each([
    ['with the configuration', jobOf({ id: 'cfg', package: packageBody(), delivery })],
    ['with a task', jobOf({ id: 'cfg', package: packageBody(), tasks: [{ id: 't', delivery }] })],
    ['where the oldest documents have them', jobOf({ id: 'cfg', package: packageBody(), deliver: delivery })],
    ['in snake_case throughout', snakeKeys(jobBody())],
  ])('%s', (_where, job) => expect(picksIn(job)?.items).toEqual(guide));

  test('with the order itself, if that is where Nash shows them', () => {
    const order = WireOrderSchema.parse(orderBody({ status: 'dispatched', deliveries: [delivery] }));
    const snapshot = toSnapshot({ order, job: null }, ref, at);
    expect(snapshot?.pickedItems).toEqual(guide);
    expect(snapshot?.evidence.map(({ code }) => code)).toContain('items_pick_complete');
  });

  test('in every part of the job that is this order’s, and in no other order’s', () => {
    const [first, second, other] = guidePickedItems;
    const job = jobOf(partOf('a', ref, withPicks([first])), partOf('b', 'else', withPicks([other])), partOf('c', ref, withPicks([second]))); // prettier-ignore
    expect(picksIn(job)?.items?.map(({ sku }) => sku)).toEqual(['100001', '200002']);
  });

  test('not while one of several parts is still being picked', () => {
    const [first, second] = guidePickedItems;
    const job = jobOf(partOf('a', ref, withPicks([first])), partOf('b', ref, withPicks([second], unfinished)));
    expect(picksIn(job)).toBeNull();
  });

  test('only in a job that is past the picking itself: a list of picks so far may arrive after the whole one', () => {
    const so = (rows: readonly unknown[]) => jobBody({ deliveries: [withPicks(rows, unfinished)] });
    expect([picksIn(so(guidePickedItems)), picksIn(so([{ quantity: 'some' }]))]).toEqual([null, null]);
  });

  test('once where one delivery stands in two places', () => {
    const { tasks, delivery: copy } = { tasks: [{ id: 't', delivery }], delivery };
    expect(picksIn(jobOf({ id: 'cfg', package: packageBody(), tasks, delivery: copy }))?.items).toHaveLength(5);
  });
});

test('picks of which nobody can say whose they are are put down to nobody: somebody has to look', () => {
  const job = jobOf(partOf('a', null, deliveryBody()), partOf('b', null, deliveryBody({ picks: [] })));
  expect(snapshotOf(job)?.needsAttention).toMatchObject({ code: 'nash.picks_unreadable' });
  expect(snapshotOf(job)?.pickedItems).toBeNull();
});

test.each([['a text'], [7], [{}], [true]])('what is no list (%j) is not taken for an empty one', (picks) => {
  const job = jobBody({ deliveries: [{ ...deliveryBody(), pickedItems: picks }] });
  expect(snapshotOf(job)).toMatchObject({
    pickedItems: null,
    needsAttention: { code: 'nash.picks_unreadable', detail: 'the list of picked items lacks picked_items' },
  });
});

describe('a member in both spellings', () => {
  const job = (changes: Record<string, unknown>) => jobBody({ deliveries: [{ ...deliveryBody(), ...changes }] });

  test.each([
    ['the same twice', guidePickedItems],
    ['null', null],
    ['an empty list', []],
  ])('counts once beside %s', (_what, picked_items) => {
    expect(picksIn(job({ picked_items }))?.items).toEqual(guide);
    expect(picksIn({ ...job({ picked_items, pickedItems: inCamelCase(guidePickedItems) }) })?.items).toEqual(guide);
  });

  test('that contradicts itself is unreadable', () => {
    expect(picksIn(job({ picked_items: guidePickedItems.slice(1) }))?.unreadable).toBe('picked_items');
    const [row] = guidePickedItems;
    const rows = [snakeKeys({ ...row, priceCents: 881 }), snakeKeys({ ...row, priceCents: 880 })];
    expect(toPickedItems(rows.slice(0, 1)).unreadable).toBe('picked_items.0.price_cents');
    expect(toPickedItems(rows.slice(1)).items).toEqual(guide?.slice(0, 1));
  });
});

describe('a row', () => {
  const [row] = guidePickedItems;
  test.each([
    ['quantity', 1.45],
    ['quantity', '1.0'],
    ['quantity', 1_000_001],
    ['price_cents', '13.00'],
    ['price_cents', 8.8],
    ['price_cents', '$13'],
    ['price_cents', 1e15],
    ['weight', 1e21],
    ['weight', '608 g'],
    ['weight', '12345678901'],
    ['scans', 'two'],
  ])('with the %s %j is unreadable by that name', (field, value) => {
    expect(toPickedItems([{ ...row, [field]: value }]).unreadable).toBe(`picked_items.0.${field}`);
  });

  test('of the oldest documents has its scan under another name', () => {
    const { scanned_barcode, ...rest } = row ?? {};
    expect(toPickedItems([{ ...rest, scanned_code: scanned_barcode }]).items).toEqual(guide?.slice(0, 1));
  });

  test('that comes twice is two: dropping one might drop goods, and the settlement shows units that nobody asked for', () => {
    expect(toPickedItems([row, row]).items).toHaveLength(2);
  });
});
