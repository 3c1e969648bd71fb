import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { fleetWords } from '../../../src/connectors/fulfilment/nash/fleet-statuses.ts';
import { nash } from '../../../src/connectors/fulfilment/nash/index.ts';
import { NashSettingsSchema } from '../../../src/connectors/fulfilment/nash/settings.ts';
import { trackingStatuses } from '../../../src/domain/tracking-status.ts';
import { openWire, useNock } from '../wire-harness.ts';

useNock();

const host = 'https://api.usenash.com';
const connect = (ownFleet = true) =>
  nash.connect(NashSettingsSchema.parse({ apiKey: 'key', ownFleet }), openWire('nash').io);
const tell = (...refs: string[]) => {
  const deliveries = refs.map((externalRef) => ({
    externalRef,
    word: 'dropoff_enroute',
    rank: 2,
    trackingNumber: 'N1',
  }));
  return connect().tellDeliveries?.(deliveries) ?? expect.unreachable();
};
const answered = (results: unknown) => nock(host).patch('/v1/fleet/deliveries').reply(200, { results });
const refused = (deliveryId: string, errorCode: string | null) => ({ deliveryId, success: false, errorCode, errorMessage: 'Sam lives here', delivery: null }); // prettier-ignore
const codeOf = (told: Awaited<ReturnType<typeof tell>>[number] | undefined) =>
  told?.told === false ? `${told.failure.kind} ${told.failure.code}` : 'told';

describe('deliveries by the merchant’s own fleet', () => {
  test('are told in one call, each by its package’s identifier alone', async () => {
    const deliveries = ['order-1', 'order-2'].map((packageExternalIdentifier) => ({ packageExternalIdentifier, status: 'dropoff_enroute', externalDeliveryId: 'N1' })); // prettier-ignore
    nock(host, { reqheaders: { authorization: 'Bearer key' } })
      .patch('/v1/fleet/deliveries', { deliveries })
      .reply(200, { results: ['order-1', 'order-2'].map((deliveryId) => ({ deliveryId, success: true })) });
    expect(await tell('order-1', 'order-2')).toEqual([{ told: true }, { told: true }]);
  });

  test('have an answer each, found by the key that was sent, whatever their order and whichever is left out', async () => {
    answered([refused('order-3', 'MISSING_RESOURCE'), { deliveryId: 'order-1', success: true }]);
    const told = await tell('order-1', 'order-2', 'order-3');
    expect(told.map(codeOf)).toEqual(['told', 'transient nash.not_confirmed', 'rejected nash.missing']);
  });

  test.each([
    ['LOCK_ACQUISITION_FAILURE', 'transient nash.locked'],
    ['INTERNAL_SERVER_ERROR', 'transient nash.unavailable'],
    ['DISALLOWED_OPERATION', 'rejected nash.disallowed_operation'],
    ['SOMETHING_NEW', 'rejected nash.something_new'],
    ['no word at all', 'rejected nash.refused'],
    [null, 'transient nash.not_confirmed'],
  ])('refused with %s are %s, and nothing of Nash’s text is kept', async (code, expected) => {
    answered([refused('order-1', code)]);
    const [told] = await tell('order-1');
    expect(codeOf(told)).toBe(expected);
    expect(JSON.stringify(told)).not.toContain('Sam');
  });

  test('refused because Nash is there already were told; because it is somewhere else, not', async () => {
    const job = (status: string) => ({ id: 'job_1', externalIdentifier: 'order-1', jobConfigurations: [{ delivery: { id: 'dlv_1', status } }] }); // prettier-ignore
    for (const [status, expected] of [
      ['dropoff_arrived', 'told'],
      ['dropoff_complete', 'told'],
      ['canceled_by_merchant', 'rejected nash.invalid_state_transition'],
    ] as const) {
      answered([refused('order-1', 'INVALID_STATE_TRANSITION')]);
      nock(host).get('/v1/jobs/external_identifier/order-1').reply(200, job(status));
      expect(codeOf((await tell('order-1'))[0])).toBe(expected);
    }
  });

  test('that the whole call fails for are nobody’s own failure', async () => {
    nock(host).patch('/v1/fleet/deliveries').reply(429, {}, { 'retry-after': '7' });
    await expect(tell('order-1')).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: 7_000 });
  });

  test('are told of nowhere that does not say that there is a fleet', () => expect(connect(false)).not.toHaveProperty('tellDeliveries')); // prettier-ignore
});

test('every status of a parcel has its row, and each step that is told goes on from the one before', () => {
  const steps = trackingStatuses.map((status) => [status, fleetWords.step(status)?.word ?? null]);
  expect(Object.fromEntries(steps)).toEqual({
    UNKNOWN: null,
    PRE_TRANSIT: null,
    PICKED_UP: 'pickup_complete',
    IN_TRANSIT: 'dropoff_enroute',
    OUT_FOR_DELIVERY: 'dropoff_enroute',
    DELIVERY_ATTEMPTED: 'dropoff_enroute',
    EXCEPTION: null,
    AVAILABLE_FOR_PICKUP: 'dropoff_enroute',
    EXPIRED: null,
    CANCELLED: null,
    DELIVERED: 'dropoff_complete',
    RETURN_IN_PROGRESS: 'return_in_progress',
    RETURNED: 'returned_to_store',
  });
  const way = ['PICKED_UP', 'IN_TRANSIT', 'RETURN_IN_PROGRESS', 'RETURNED'] as const;
  const ranks = way.map((status) => fleetWords.step(status)?.rank ?? 0);
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  expect(new Set(ranks).size).toBe(ranks.length);
  expect(fleetWords.rankOf('constructor')).toBe(0);
});
