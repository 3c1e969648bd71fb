import { expect, test } from 'vitest';
import { readPositions } from '../../../src/connectors/fulfilment/nash/courier.ts';

const at = '2026-01-15T02:00:00.000Z';
const delivery = (changes: Record<string, unknown> = {}) => ({
  id: 'dlv_1',
  status: 'dropoff_enroute',
  isActive: true,
  courierName: 'Sam P.',
  courierPhoneNumber: '+61400000009',
  courierLocation: { lat: -37.8001, lng: 144.9671 },
  ...changes,
});
const hook = (jobConfigurations: unknown, changes: Record<string, unknown> = {}): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      type: 'courier_location',
      event: 'updated',
      data: { id: 'job_1', externalIdentifier: 'order-1', jobConfigurations },
      ...changes,
    }),
  );
const position = { externalRef: 'order-1', deliveryId: 'dlv_1', latitude: -37.8001, longitude: 144.9671, at };

test('a position is read once for each delivery under way, in both spellings, without the courier', () => {
  expect(readPositions(hook([{ tasks: [{ delivery: delivery() }], delivery: delivery() }]), at)).toEqual([position]);
  const coordinates = { latitude: -37.8001, longitude: 144.9671 };
  expect(readPositions(hook([{ delivery: delivery({ courierLocation: coordinates }) }]), at)).toEqual([position]);
  expect(JSON.stringify(readPositions(hook([{ delivery: delivery() }]), at))).not.toContain('Sam');
});

test('of a job of several orders each position is its own order’s', () => {
  const parts = ['order-2', 'order-3'].map((externalIdentifier, place) => ({
    package: { externalIdentifier },
    delivery: delivery({ id: `dlv_${place}` }),
  }));
  const found = readPositions(hook(parts), at) ?? [];
  expect(found.map(({ externalRef, deliveryId }) => [externalRef, deliveryId])).toEqual([['order-2', 'dlv_0'], ['order-3', 'dlv_1']]); // prettier-ignore
});

test.each([
  ['no place', [{ delivery: delivery({ courierLocation: null }) }]],
  ['a place off the earth', [{ delivery: delivery({ courierLocation: { lat: 200, lng: 0 } }) }]],
  ['half a place', [{ delivery: delivery({ courierLocation: { lat: 1 } }) }]],
  ['an attempt that is over', [{ delivery: delivery({ isActive: false }) }]],
  ['no parts', []],
  ['what is no job', 'x'],
])('%s is no position, and no failure', (_, parts) => expect(readPositions(hook(parts), at)).toEqual([]));

test('every other hook is none, whatever it has in it', () => {
  expect(readPositions(hook([{ delivery: delivery() }], { type: 'delivery' }), at)).toBeNull();
  expect(readPositions(Buffer.from('courier_location'), at)).toBeNull();
  expect(readPositions(Buffer.from('{}'), at)).toBeNull();
});
