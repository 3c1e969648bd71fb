import { describe, expect, test } from 'vitest';
import { isAmendable, isTerminal, judgeMove, orderStatuses, statusTable } from '../../src/domain/order-status.ts';

const pairs = orderStatuses.flatMap((from) => orderStatuses.map((to) => ({ from, to })));

describe('the table of statuses', () => {
  test('has 18 rows: ours and the 17 of VTEX Pick and Pack', () => {
    expect(orderStatuses).toHaveLength(18);
    expect(Object.keys(statusTable).sort()).toEqual([...orderStatuses].sort());
  });

  test('gives each status a rank of its own', () => {
    expect(new Set(orderStatuses.map((status) => statusTable[status].rank)).size).toBe(orderStatuses.length);
  });

  test('leads from RECEIVED to every status by documented steps', () => {
    const reached = new Set<string>(['RECEIVED']);
    // A set may grow while it is walked: what is added is walked too.
    for (const status of reached) {
      for (const row of orderStatuses.filter((each) => each === status)) {
        for (const next of statusTable[row].next) reached.add(next);
      }
    }
    expect([...reached].sort()).toEqual([...orderStatuses].sort());
  });

  test('leaves a terminal status by one exit only: what was delivered may be brought back', () => {
    const terminals = orderStatuses.filter(isTerminal);
    expect(Object.fromEntries(terminals.map((status) => [status, statusTable[status].next]))).toEqual({
      DELIVERED: ['RETURNED'],
      RETURNED: [],
      CANCELED: [],
    });
  });

  test('ranks terminal statuses above all others, so that a late step cannot wake a finished order', () => {
    const highestOpen = Math.max(...orderStatuses.filter((s) => !isTerminal(s)).map((s) => statusTable[s].rank));
    for (const status of orderStatuses.filter(isTerminal)) {
      expect(statusTable[status].rank).toBeGreaterThan(highestOpen);
    }
  });

  test('lets every order that is not finished be canceled', () => {
    for (const status of orderStatuses.filter((each) => !isTerminal(each))) {
      expect(statusTable[status].next).toContain('CANCELED');
    }
  });

  test('never steps onto itself, nor twice to the same status', () => {
    for (const status of orderStatuses) {
      const { next } = statusTable[status];
      expect(next).not.toContain(status);
      expect(new Set(next).size).toBe(next.length);
    }
  });

  test('says in words what each status means', () => {
    for (const status of orderStatuses) expect(statusTable[status].meaning).toMatch(/^[A-Z].+\.$/);
  });

  // Of two things said about one order the further one holds, so a step down the ladder would never be seen.
  test('steps up in rank, but for packing after the invoice', () => {
    const down = pairs.filter(
      ({ from, to }) => statusTable[from].next.includes(to) && statusTable[to].rank < statusTable[from].rank,
    );
    expect(down).toEqual([{ from: 'INVOICED', to: 'READY_FOR_PACKING' }]);
  });
});

test('an order may be amended until a picker begins', () => {
  expect(orderStatuses.filter(isAmendable)).toEqual(['RECEIVED', 'READY_FOR_HANDLING', 'READY_FOR_PICKING']);
});

describe('judgeMove', () => {
  test('calls staying put `same`, and only that', () => {
    for (const { from, to } of pairs) expect(judgeMove(from, to) === 'same').toBe(from === to);
  });

  test('calls every documented step legal', () => {
    for (const { from, to } of pairs.filter((pair) => statusTable[pair.from].next.includes(pair.to))) {
      expect([from, to, judgeMove(from, to)]).toEqual([from, to, 'legal']);
    }
  });

  test.each([
    ['RECEIVED', 'ON_ROUTE'],
    ['READY_FOR_HANDLING', 'READY_FOR_PACKING'],
    ['READY_FOR_INVOICING', 'DELIVERED'],
    ['INVOICED', 'READY_FOR_PACKING'],
    ['PACKING', 'IDLE'],
    ['IDLE', 'CANCELED'],
    ['DELIVERED', 'RETURNED'],
  ] as const)('lets steps be passed over, and takes documented detours: %s to %s is legal', (from, to) => {
    expect(judgeMove(from, to)).toBe('legal');
  });

  test.each([
    ['PICKING', 'READY_FOR_PICKING'],
    ['IDLE', 'READY_FOR_PICKING'],
    ['ON_ROUTE', 'INVOICED'],
    ['CANCELED', 'PICKING'],
    ['CANCELED', 'DELIVERED'],
    ['DELIVERED', 'CANCELED'],
    ['RETURNED', 'DELIVERED'],
  ] as const)('calls a step back or out of the end odd: %s to %s', (from, to) => {
    expect(judgeMove(from, to)).toBe('odd');
  });
});
