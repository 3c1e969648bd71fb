import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  endsService,
  judgeMove,
  reachedBy,
  serviceTable,
  type ServiceStatus,
} from '../../src/domain/service-status.ts';
import { toServiceStatus } from '../../src/domain/to-service-status.ts';
import { trackingStatuses } from '../../src/domain/tracking-status.ts';

const isStatus = (word: string): word is ServiceStatus => Object.hasOwn(serviceTable, word);
const statuses = Object.keys(serviceTable).filter(isStatus);
const at = (status: ServiceStatus, reached: ServiceStatus = status) => ({ status, reached });

/** What becomes of a service that is told these one after the other. */
function walk(told: readonly ServiceStatus[], from: ServiceStatus = 'PENDING') {
  let now = at(from);
  const moves = told.map((status) => {
    const move = judgeMove(now, status);
    if (move === 'moves') now = { status, reached: reachedBy(now.reached, status) };
    return move;
  });
  return { ...now, moves };
}

test('the one life cycle that VTEX prints goes through, with its step back and its repeat', () => {
  const printed = ['PENDING', 'ASSIGNED', 'PENDING', 'PICKED', 'ON_ROUTE', 'ON_ROUTE', 'DELIVERED'] as const;
  expect(walk(printed)).toMatchObject({
    status: 'DELIVERED',
    moves: ['repeats', 'moves', 'moves', 'moves', 'moves', 'repeats', 'moves'],
  });
});

test.each([
  ['PICKED', 'PENDING'],
  ['PICKED', 'ASSIGNED'],
  ['ON_ROUTE', 'PICKED'],
  ['ON_ROUTE', 'PENDING'],
] as const)('%s is not followed by %s: that came late', (from, to) => {
  expect(judgeMove(at(from), to)).toBe('late');
});

test.each(['DELIVERED', 'RETURNED', 'CANCELED'] as const)(
  '%s ends it: nothing follows, and itself is a repeat',
  (end) => {
    for (const status of statuses) expect(judgeMove(at(end), status)).toBe(status === end ? 'repeats' : 'over');
  },
);

test('from an incident or a hold it goes on where it was, or further, and not to what came before', () => {
  expect(walk(['PICKED', 'INCIDENT', 'PICKED']).status).toBe('PICKED');
  expect(walk(['PICKED', 'ON_HOLD', 'INCIDENT', 'DELIVERED']).status).toBe('DELIVERED');
  expect(walk(['ON_ROUTE', 'INCIDENT', 'PICKED'])).toMatchObject({
    status: 'INCIDENT',
    moves: ['moves', 'moves', 'late'],
  });
  expect(walk(['ASSIGNED', 'ON_HOLD', 'PENDING']).status).toBe('PENDING');
});

test('whatever is told, an end stays, and no rank is lost but by the one documented step', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...statuses), { maxLength: 20 }), (told) => {
      let now = at('PENDING');
      for (const status of told) {
        const before = now;
        if (judgeMove(now, status) === 'moves') now = { status, reached: reachedBy(now.reached, status) };
        if (endsService(before.status)) expect(now).toEqual(before);
        const [was, is] = [serviceTable[before.reached].rank ?? 0, serviceTable[now.reached].rank ?? 0];
        expect(is >= was || (before.reached === 'ASSIGNED' && now.reached === 'PENDING')).toBe(true);
      }
    }),
  );
});

test('every canonical status means something or is left untold, and a known courier means ASSIGNED', () => {
  const told = Object.fromEntries(trackingStatuses.map((status) => [status, toServiceStatus(status)]));
  expect(told).toEqual({
    UNKNOWN: null,
    PRE_TRANSIT: 'PENDING',
    PICKED_UP: 'PICKED',
    IN_TRANSIT: 'ON_ROUTE',
    OUT_FOR_DELIVERY: 'ON_ROUTE',
    DELIVERY_ATTEMPTED: 'INCIDENT',
    EXCEPTION: 'INCIDENT',
    AVAILABLE_FOR_PICKUP: 'ON_ROUTE',
    EXPIRED: null,
    CANCELLED: 'CANCELED',
    DELIVERED: 'DELIVERED',
    RETURN_IN_PROGRESS: 'RETURNED',
    RETURNED: 'RETURNED',
  });
  expect(toServiceStatus('PRE_TRANSIT', { hasAgent: true })).toBe('ASSIGNED');
  expect(toServiceStatus('IN_TRANSIT', { hasAgent: true })).toBe('ON_ROUTE');
  expect(toServiceStatus('EXCEPTION', { reason: 'consignee_hold' })).toBe('ON_HOLD');
});
