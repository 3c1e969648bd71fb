import { describe, expect, test } from 'vitest';
import { claimIntent, expireIntent, withoutIntent, type IntentClaim } from '../../src/domain/claim-intent.ts';
import type { Order } from '../../src/domain/order.ts';
import { madeOrder } from './order-fixture.ts';

const nowMs = Date.UTC(2026, 0, 15, 2);
const leaseMs = 60_000;
const claimAt = (order: Order, atMs: number, runId: string, connectionId = 'con_1'): IntentClaim<Order> =>
  claimIntent(order, connectionId, { effect: 'order.submit', runId, nowMs: atMs, leaseMs });

/** The order after a claim that is expected to be granted. */
function granted(claim: IntentClaim<Order>): Order {
  if (claim.state !== 'claimed') throw new Error('the claim was refused');
  return claim.holder;
}
const { order } = madeOrder();
const held = granted(claimAt(order, nowMs, 'run-1'));

describe('an intent', () => {
  test('is written into the order with its effect, its run and the end of its lease', () => {
    expect(claimAt(order, nowMs, 'run-1')).toEqual({
      state: 'claimed',
      unsure: false,
      holder: {
        ...order,
        intents: { con_1: { effect: 'order.submit', runId: 'run-1', until: '2026-01-15T02:01:00.000Z' } },
      },
    });
  });

  test('keeps every other run waiting until its lease ends, and says for how long', () => {
    expect(claimAt(held, nowMs + 1, 'run-2')).toEqual({ state: 'busy', retryAfterMs: leaseMs - 1 });
    expect(claimAt(held, nowMs + leaseMs - 1, 'run-2')).toEqual({ state: 'busy', retryAfterMs: 1 });
  });

  test('may be taken over when its lease has ended, by a run that is told to look first', () => {
    expect(claimAt(held, nowMs + leaseMs, 'run-2')).toMatchObject({ state: 'claimed', unsure: true });
  });

  test('may be renewed by its own run, which is told to look first: it cannot know how far it got', () => {
    const renewed = claimAt(held, nowMs + 1_000, 'run-1');
    expect(renewed).toMatchObject({ state: 'claimed', unsure: true });
    expect(granted(renewed).intents['con_1']?.until).toBe('2026-01-15T02:01:01.000Z');
  });

  test('of one connection holds up no other', () => {
    const both = claimAt(held, nowMs, 'run-2', 'con_2');
    expect(both).toMatchObject({ state: 'claimed', unsure: false });
    expect(Object.keys(granted(both).intents)).toEqual(['con_1', 'con_2']);
  });
});

describe('an effect that is done', () => {
  test('leaves nothing open, so that the next run is sure', () => {
    expect(withoutIntent(held, 'con_1')).toEqual(order);
    expect(claimAt(withoutIntent(held, 'con_1'), nowMs, 'run-2')).toMatchObject({ state: 'claimed', unsure: false });
  });

  test('closes its own connection only', () => {
    const both = granted(claimAt(held, nowMs, 'run-2', 'con_2'));
    expect(Object.keys(withoutIntent(both, 'con_1').intents)).toEqual(['con_2']);
  });
});

describe('a call without a clear answer', () => {
  test('lets the next run go on at once, and makes it look first', () => {
    const expired = expireIntent(held, 'con_1', nowMs + 10);
    expect(claimAt(expired, nowMs + 10, 'run-2')).toMatchObject({ state: 'claimed', unsure: true });
  });

  test('changes nothing where no intent is held', () => {
    expect(expireIntent(order, 'con_1', nowMs)).toEqual(order);
  });
});
