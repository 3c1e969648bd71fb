import { expect, test } from 'vitest';
import { z } from 'zod';
import { dispatchOrder, startNash, type NashHarness } from './nash-harness.ts';

const ResultsSchema = z.object({
  results: z.array(z.object({ deliveryId: z.string(), success: z.boolean(), errorCode: z.string().nullable() })),
});
const tell = async (nash: NashHarness, ...deliveries: Record<string, unknown>[]) => {
  const { status, body } = await nash.call('PATCH', '/v1/fleet/deliveries', { deliveries });
  const results = ResultsSchema.safeParse(body).data?.results ?? [];
  return { status, said: results.map(({ deliveryId, success, errorCode }) => [deliveryId, success, errorCode]) };
};
const by = (packageExternalIdentifier: string, status: string) => ({ packageExternalIdentifier, status });

test('a fleet’s updates have a result each, by the key that was sent: a bad one does not affect the others', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  const { status, said } = await tell(
    nash,
    by('o-1', 'pickup_complete'),
    by('o-nobody', 'pickup_complete'),
    by('o-1', 'pickup_arrived'),
    { ...by('o-1', 'dropoff_enroute'), deliveryId: 'dlv_1' },
    by('o-1', 'dropoff_complete'),
    by('o-1', 'return_in_progress'),
  );
  expect(status).toBe(200);
  expect(said).toEqual([
    ['o-1', true, null],
    ['o-nobody', false, 'MISSING_RESOURCE'],
    ['o-1', false, 'INVALID_STATE_TRANSITION'],
    ['dlv_1', false, 'BAD_REQUEST'],
    ['o-1', true, null],
    ['o-1', false, 'INVALID_STATE_TRANSITION'],
  ]);
  const effects = nash.sandbox.books.effectsOf('org_demo', 'o-1');
  expect(effects).toMatchObject({ 'delivery.pickup_complete': 1, 'delivery.dropoff_complete': 1 });
});

test('a call takes from one to a hundred, statuses of its own list, and only the organisation’s own deliveries', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  const many = (count: number) => Array.from({ length: count }, () => by('o-nobody', 'pickup_complete'));
  expect((await tell(nash)).status).toBe(422);
  expect((await tell(nash, ...many(101))).status).toBe(422);
  expect((await tell(nash, ...many(100))).said).toHaveLength(100);
  expect((await tell(nash, by('o-1', 'items_pick_complete'))).status).toBe(422);
  await nash.control('POST', '/nash/answers', { fleet: 'third_party' });
  expect((await tell(nash, by('o-1', 'pickup_complete'))).said).toEqual([['o-1', false, 'DISALLOWED_OPERATION']]);
});
