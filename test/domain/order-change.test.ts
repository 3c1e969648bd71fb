import { describe, expect, test } from 'vitest';
import { orderEventData, type OrderHappening } from '../../src/domain/events.ts';
import type { Evidence } from '../../src/domain/evidence.ts';
import type { Problem } from '../../src/domain/order.ts';
import { learn, ownEvidence, raiseProblem, type Changed } from '../../src/domain/order-change.ts';
import { acceptPicks, settlePicks } from '../../src/domain/settle-picks.ts';
import { defaultSettlementRules, SettlementRulesSchema } from '../../src/domain/settlement-rules.ts';
import type { PickedItem } from '../../src/domain/picking.ts';
import { madeOrder } from './order-fixture.ts';

const now = '2026-01-15T03:00:00.000Z';
const vocabularies = {
  nash: {
    pickup_arrived: { reached: 'PICKING' },
    items_pick_complete: { picked: true },
    dropoff_enroute: { reached: 'ON_ROUTE' },
    dropoff_complete: { reached: 'DELIVERED' },
    failed: { ended: true },
  },
} as const;

const heard = (...codes: string[]): Evidence[] =>
  codes.map((code) => ({ system: 'nash', subject: 'delivery:1', code, occurredAt: now, receivedAt: now }));
const { order } = madeOrder();
const unchanged: Changed = { order, happenings: [] };
const after = (...codes: string[]): Changed => learn(unchanged, heard(...codes), vocabularies, now);
/** The same order as a later run finds it: everything was announced already. */
const later = ({ order: committed }: Changed): Changed => ({ order: committed, happenings: [] });
const typesOf = (changed: Changed): string[] => changed.happenings.map((each) => each.type);

const picks: PickedItem[] = order.content.lines.map((line) => ({
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
  lineId: null,
  weightGrams: null,
}));
const settle = (changed: Changed, items: readonly PickedItem[] = picks): Changed =>
  settlePicks(changed, items, { vocabularies, rules: defaultSettlementRules }, now);

/** Throws when an event does not have the shape that is promised for its type. */
function checkShapes(happenings: readonly OrderHappening[]): void {
  for (const { type, data } of happenings) orderEventData[type].parse(data);
}

describe('learn', () => {
  test('keeps the evidence, resolves the status, and announces the move with the version it will have', () => {
    const changed = after('pickup_arrived');
    expect(changed.order).toMatchObject({ status: 'PICKING', evidence: heard('pickup_arrived') });
    expect(changed.happenings).toEqual([
      {
        type: 'order.status_changed',
        data: {
          orderId: order.id,
          externalId: order.externalId,
          version: order.version + 1,
          oldStatus: 'RECEIVED',
          newStatus: 'PICKING',
          move: 'legal',
        },
      },
    ]);
  });

  test('announces nothing when the same is heard again', () => {
    const changed = after('pickup_arrived');
    expect(learn(later(changed), heard('pickup_arrived'), vocabularies, now)).toEqual(later(changed));
  });

  test('calls a move odd when the evidence leads back', () => {
    const failed = after('dropoff_enroute', 'failed');
    const restarted = heard('pickup_arrived').map((fact) => ({ ...fact, subject: 'delivery:2' }));
    expect(learn(later(failed), restarted, vocabularies, now).happenings[0]).toMatchObject({
      data: { oldStatus: 'ON_ROUTE', newStatus: 'PICKING', move: 'odd' },
    });
  });

  test('announces a cancellation with its reason, after the move', () => {
    const asked: Changed = {
      ...unchanged,
      order: { ...order, cancellation: { state: 'done', requestedAt: now, reason: 'changed my mind' } },
    };
    const changed = learn(asked, [ownEvidence('canceled', now)], vocabularies, now);
    expect(typesOf(changed)).toEqual(['order.status_changed', 'order.canceled']);
    expect(changed.happenings[1]?.data).toMatchObject({ reason: 'changed my mind' });
  });

  test('makes a code that nobody knows a problem, told once, without moving the order', () => {
    const changed = after('teleported');
    expect(changed.order.status).toBe('RECEIVED');
    expect(changed.order.problems).toMatchObject([
      {
        code: 'order.unknown_status',
        source: 'nash',
        detail: expect.stringContaining('nash:teleported'),
        raisedAt: now,
      },
    ]);
    expect(typesOf(changed)).toEqual(['order.problem']);
    expect(typesOf(learn(later(changed), heard('teleported'), vocabularies, now))).toEqual([]);
  });

  test('makes a contradiction a problem, after the move that showed it', () => {
    const changed = after('pickup_arrived', 'failed');
    expect(typesOf(changed)).toEqual(['order.status_changed', 'order.problem']);
    expect(changed.order.problems.map((problem) => problem.code)).toEqual(['order.no_live_attempt']);
  });

  test('ends a contradiction that later facts explain: another attempt lives', () => {
    const failed = after('pickup_arrived', 'failed');
    const again = heard('pickup_arrived').map((said) => ({ ...said, subject: 'delivery:2' }));
    expect(failed.order.problems).toMatchObject([{ code: 'order.no_live_attempt' }]);
    expect(learn(later(failed), again, vocabularies, now).order.problems).toEqual([]);
  });

  test('keeps what was to be announced already', () => {
    const problem: Problem = { code: 'order.x', detail: 'why', source: 'you', raisedAt: now };
    const changed = learn(raiseProblem(unchanged, problem), heard('pickup_arrived'), vocabularies, now);
    expect(typesOf(changed)).toEqual(['order.problem', 'order.status_changed']);
  });
});

describe('raiseProblem', () => {
  test('announces a problem once, and another detail of the same code as another problem', () => {
    const problem: Problem = { code: 'order.x', detail: 'why', source: 'you', raisedAt: now };
    const raised = raiseProblem(unchanged, problem);
    expect(typesOf(raised)).toEqual(['order.problem']);
    expect(raiseProblem(raised, { ...problem, raisedAt: '2026-01-16T00:00:00.000Z' })).toEqual(raised);
    expect(typesOf(raiseProblem(raised, { ...problem, detail: 'another' }))).toEqual([
      'order.problem',
      'order.problem',
    ]);
  });

  test('knows all the work that was set aside for one problem, and announces that problem once', () => {
    const problem: Problem = { code: 'order.x', detail: 'why', source: 'you', raisedAt: now, job: 'send' };
    const works = ['send.1', 'change.2', 'send.1'].map((entryId) => ({ ...problem, entryId }));
    const raised = works.reduce(raiseProblem, unchanged);
    expect(typesOf(raised)).toEqual(['order.problem']);
    expect(raised.order.problems.map(({ entryId }) => entryId)).toEqual(['send.1', 'change.2']);
  });
});

describe('settlePicks', () => {
  const picked = later(after('pickup_arrived', 'items_pick_complete'));

  test('takes a list of picks for a list of picks so far until the picker is done', () => {
    const picking = later(after('pickup_arrived'));
    expect(settle(picking)).toBe(picking);
  });

  test('settles the lines, leads to READY_FOR_INVOICING, and announces them in this order', () => {
    const settled = settle(picked);
    expect(settled.order.status).toBe('READY_FOR_INVOICING');
    expect(typesOf(settled)).toEqual(['order.items_picked', 'order.status_changed', 'order.ready_for_invoicing']);
    expect(settled.happenings[2]?.data).toMatchObject({ currency: 'BRL', itemsMinor: 2 * 699 + 6 * 549 });
  });

  test('gives each pick to the line that it names, and to none when the order has no such line', () => {
    const [first, second] = picks;
    if (first === undefined || second === undefined) throw new Error('the fixture has two lines');
    const settled = settle(picked, [first, { ...second, requested_id: 'gone' }]);
    expect(settled.order.pickedItems.map((item) => item.lineId)).toEqual(['1', null]);
    expect(settled.happenings[0]?.data).toMatchObject({ lines: [{ shortQuantity: 0 }, { shortQuantity: 6 }] });
  });

  test('changes and announces nothing when the same picks are read again', () => {
    const settled = later(settle(picked));
    expect(settle(settled)).toBe(settled);
  });

  test('changes and announces nothing when they are read again in another order', () => {
    const settled = later(settle(picked));
    expect(settle(settled, picks.toReversed())).toBe(settled);
  });

  const [milk] = picks;
  if (milk === undefined) throw new Error('the fixture has two lines');
  const gum = { ...milk, id: 'GUM', sku: 'GUM', requested_id: 'GUM', quantity: 1, price_cents: 90 };

  test('announces what nobody asked for, and holds it until somebody accepts it or the rules do', () => {
    const held = settle(picked, [...picks, gum]);
    checkShapes(held.happenings);
    expect(typesOf(held)).toEqual(['order.items_picked', 'order.problem', 'order.status_changed']);
    expect(held.happenings[0]?.data).toMatchObject({
      additions: [{ sku: 'GUM', quantity: 1, weightGrams: null, priceMinor: 90 }],
    });
    expect(held.order.settlement).toEqual({ state: 'held', obstacles: ['added'] });
    const released = acceptPicks(held.order, now);
    expect(released?.happenings).toMatchObject([
      { type: 'order.ready_for_invoicing', data: { itemsMinor: 2 * 699 + 6 * 549 + 90 } },
    ]);
    expect(released?.order).toMatchObject({ problems: [], settlement: { state: 'accepted', acceptedAt: now } });
    const looser = { vocabularies, rules: SettlementRulesSchema.parse({ overPickUnits: 1 }) };
    const allowed = settlePicks(later(held), [...picks, gum], looser, now);
    expect(allowed.order).toMatchObject({ problems: [], settlement: { state: 'clear' } });
    expect(typesOf(allowed)).toEqual(['order.ready_for_invoicing']);
  });

  test('keeps what was accepted while the picks are the same, and judges others anew', () => {
    const held = later(settle(picked, [...picks, gum])).order;
    const accepted = later(acceptPicks(held, now) ?? { order: held, happenings: [] });
    expect(settle(accepted, [...picks, gum])).toBe(accepted);
    const others = settle(accepted, [...picks, { ...gum, quantity: 2 }]);
    expect(others.order.settlement?.state).toBe('held');
    expect(acceptPicks(settle(accepted).order, now)).toBeNull();
  });

  test('an order that was held and is picked otherwise is ready at once', () => {
    const held = later(settle(picked, [...picks, gum]));
    expect(typesOf(settle(held))).toEqual(['order.items_picked', 'order.ready_for_invoicing']);
  });

  test('announces picks that were corrected, without a second move', () => {
    const settled = later(settle(picked));
    const corrected = settle(settled, picks.slice(0, 1));
    expect(typesOf(corrected)).toEqual(['order.items_picked']);
    expect(corrected.order.pickedItems).toHaveLength(1);
  });

  test('settles an order of which nothing was picked, and holds it: such an order is canceled', () => {
    const settled = settle(picked, []);
    expect(settled.order).toMatchObject({
      status: 'READY_FOR_INVOICING',
      settlement: { state: 'held', obstacles: ['nothing_picked'] },
    });
    expect(typesOf(settled)).not.toContain('order.ready_for_invoicing');
  });

  // Hooks come in any order and one read may bring the whole history, so no status is sure to be passed through.
  test('tells the merchant to invoice even when the courier left before the picks were read', () => {
    const settled = settle(later(after('items_pick_complete', 'dropoff_enroute')));
    expect(settled.order.status).toBe('ON_ROUTE');
    expect(typesOf(settled)).toEqual(['order.items_picked', 'order.ready_for_invoicing']);
  });

  test('does not tell it a second time when the courier leaves afterwards', () => {
    const settled = later(settle(picked));
    expect(typesOf(learn(settled, heard('dropoff_enroute'), vocabularies, now))).toEqual(['order.status_changed']);
  });
});

describe('READY_FOR_INVOICING as the partner says it', () => {
  const words = {
    vtex: {
      ready_for_packing: { reached: 'READY_FOR_PACKING' },
      ready_for_invoicing: { reached: 'READY_FOR_INVOICING' },
      idle: { idle: true },
    },
  } as const;
  const say = (changed: Changed, code: string): Changed =>
    learn(changed, [{ system: 'vtex', subject: 'order', code, occurredAt: null, receivedAt: now }], words, now);
  const settleIn = (changed: Changed): Changed =>
    settlePicks(changed, picks, { vocabularies: words, rules: defaultSettlementRules }, now);

  test('is announced only once the picks are settled, whichever comes first', () => {
    const said = say(unchanged, 'ready_for_invoicing');
    expect(typesOf(said)).toEqual(['order.status_changed']);
    expect(typesOf(settleIn(later(said)))).toEqual(['order.items_picked', 'order.ready_for_invoicing']);
    const settled = settleIn(later(say(unchanged, 'ready_for_packing')));
    expect(typesOf(settled)).toEqual(['order.items_picked']);
    expect(typesOf(say(later(settled), 'ready_for_invoicing'))).toEqual([
      'order.status_changed',
      'order.ready_for_invoicing',
    ]);
  });

  test('is announced for no order that went IDLE, which is a problem for somebody to look at', () => {
    const idle = settleIn(later(say(say(unchanged, 'ready_for_packing'), 'idle')));
    expect(idle.order.status).toBe('IDLE');
    expect(typesOf(idle)).toEqual(['order.items_picked']);
    expect(idle.order.problems.map(({ code }) => code)).toEqual(['order.idle']);
  });
});

test('everything announced has the shape that is promised for its type', () => {
  const settled = settle(after('items_pick_complete', 'teleported'));
  const canceled = learn(settled, [ownEvidence('canceled', now)], vocabularies, now);
  expect(new Set(typesOf(canceled))).toEqual(
    new Set([
      'order.status_changed',
      'order.problem',
      'order.items_picked',
      'order.ready_for_invoicing',
      'order.canceled',
    ]),
  );
  expect(() => checkShapes(canceled.happenings)).not.toThrow();
});
