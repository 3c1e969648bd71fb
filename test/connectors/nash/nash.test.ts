import nock from 'nock';
import { expect, test } from 'vitest';
import { nash as connector } from '../../../src/connectors/fulfilment/nash/index.ts';
import { errorBody, jobBody, orderBody } from '../../fixtures/nash/payloads.ts';
import { connectNash, host, orderToFulfil, settingsOf } from './nash-harness.ts';
import { useNock } from '../wire-harness.ts';
import { api, canceledJob, dispatchedOrder, jobId, jobPath, missing, orderPath, ref, upsertPath, waitingJob } from './scenario.ts'; // prettier-ignore

useNock();

test('a test of the connection asks for one order with the key, and says where', async () => {
  nock(host, { reqheaders: { authorization: 'Bearer key_canary', 'nash-org-id': 'org_1', accept: 'application/json' } })
    .get('/v1/orders?limit=1')
    .reply(200, { results: [], totalCount: 0, limit: 1, offset: 0 });
  await expect(connectNash(settingsOf({ orgId: 'org_1' })).nash.test()).resolves.toEqual({
    account: 'org_1 at api.sandbox.usenash.com',
  });
});

test.each([
  [401, errorBody('UNAUTHORIZED'), 'misconfigured', 'nash.key_refused'],
  [404, errorBody('MISSING_RESOURCE', 'API key not found'), 'misconfigured', 'nash.wrong_region_or_key'],
  [503, '<html>', 'transient', 'nash.unavailable'],
] as const)(
  'a test of the connection tells a bad key, another region and an outage apart: %i',
  async (status, body, kind, code) => {
    api().get('/v1/orders?limit=1').reply(status, body);
    await expect(connectNash().nash.test()).rejects.toMatchObject({ kind, code });
  },
);

test('a new order is looked for, then upserted by its externalId', async () => {
  const posted: unknown[] = [];
  api().get(orderPath).reply(404, missing);
  api()
    .post(upsertPath, (body: unknown) => posted.push(body) > 0)
    .matchHeader('content-type', 'application/json')
    .reply(200, orderBody());
  const snapshot = await connectNash().nash.submit(orderToFulfil());
  expect(snapshot).toMatchObject({
    partnerOrderId: 'ord_PewiSWzxmCFPzW62Ry3A6V',
    jobId: undefined,
    dispatched: false,
    pickedItems: null,
    needsAttention: null,
    evidence: [{ subject: 'order', code: 'valid', occurredAt: null, receivedAt: '2026-01-15T01:00:00.000Z' }],
  });
  expect(posted).toMatchObject([{ externalId: 'v502348abc-01', requirements: ['pick_and_pack'] }]);
});

test('an externalId is one segment of the path, whatever it contains', async () => {
  api().get('/v1/order/a%2Fb%3F%20%23').reply(404, missing);
  await expect(connectNash().nash.find({ externalRef: 'a/b? #' })).resolves.toBeNull();
  for (const externalRef of ['.', '..', '\ud800']) {
    await expect(connectNash().nash.find({ externalRef })).rejects.toMatchObject({ code: 'nash.id_unusable' });
  }
});

test('another Packline order under the same externalId is left as it is', async () => {
  api()
    .get(orderPath)
    .reply(200, orderBody({ orderMetadata: { packline_order_id: 'ord_other' } }));
  await expect(connectNash().nash.submit(orderToFulfil())).rejects.toMatchObject({
    kind: 'rejected',
    code: 'nash.external_id_taken',
    detail: { owner: 'ord_other' },
  });
});

test('an order that Nash has dispatched already is answered, not sent again', async () => {
  api().get(orderPath).reply(200, dispatchedOrder).get(jobPath).reply(200, jobBody());
  const snapshot = await connectNash().nash.submit(orderToFulfil());
  expect(snapshot).toMatchObject({ dispatched: true, jobId });
  expect(snapshot.pickedItems).toHaveLength(5);
});

test('an order dispatched between the look and the upsert is answered too', async () => {
  api()
    .get(orderPath)
    .reply(200, orderBody())
    .post(upsertPath)
    .reply(400, errorBody('ORDER_ALREADY_DISPATCHED'))
    .get(orderPath)
    .reply(200, dispatchedOrder)
    .get(jobPath)
    .reply(200, jobBody());
  await expect(connectNash().nash.submit(orderToFulfil())).resolves.toMatchObject({ dispatched: true, jobId });
});

test('an archived order is not brought back by sending it again', async () => {
  api()
    .get(orderPath)
    .reply(200, orderBody({ status: 'archived' }));
  await expect(connectNash().nash.submit(orderToFulfil())).resolves.toMatchObject({
    dispatched: false,
    needsAttention: { code: 'nash.order_archived' },
    evidence: [{ code: 'archived' }],
  });
});

test('a 200 that wants attention is not mistaken for a valid order', async () => {
  api().get(orderPath).reply(404, missing);
  api()
    .post(upsertPath)
    .reply(200, orderBody({ status: 'needs_attention', validationErrors: { dropoffAddress: 'x' } }));
  await expect(connectNash().nash.submit(orderToFulfil())).resolves.toMatchObject({
    needsAttention: { code: 'nash.needs_attention', detail: 'to be corrected at Nash: dropoffAddress' },
  });
});

test('a 429 rests the whole budget for as long as Nash says', async () => {
  api().get(orderPath).reply(429, errorBody('TOO_MANY_REQUESTS'), { 'retry-after': '3' });
  const { nash, pauses } = connectNash();
  await expect(nash.find(ref)).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: 3_000 });
  expect(pauses).toEqual([{ budget: 'default', pauseMs: 3_000 }]);
});

test('a dispatch answers with the job', async () => {
  api().post(`${upsertPath}/autodispatch`).reply(200, { job: waitingJob() });
  await expect(connectNash().nash.dispatch(ref)).resolves.toMatchObject({
    dispatched: true,
    jobId,
    partnerOrderId: 'ord_PewiSWzxmCFPzW62Ry3A6V',
  });
});

test('a second dispatch finds the first', async () => {
  api().post(`${upsertPath}/autodispatch`).reply(400, errorBody('ORDER_ALREADY_DISPATCHED'));
  api().get(orderPath).reply(200, dispatchedOrder).get(jobPath).reply(200, waitingJob());
  await expect(connectNash().nash.dispatch(ref)).resolves.toMatchObject({ dispatched: true, jobId });
});

test('no courier nearby is tried again in a minute', async () => {
  api().post(`${upsertPath}/autodispatch`).reply(404, errorBody('NO_ELIGIBLE_PROVIDERS'));
  await expect(connectNash().nash.dispatch(ref)).rejects.toMatchObject({ kind: 'transient', retryAfterMs: 60_000 });
});

test('an order that is not there is null; a key that is not there is never taken for it', async () => {
  api().get(orderPath).reply(404, missing);
  await expect(connectNash().nash.find(ref)).resolves.toBeNull();
  api().get(orderPath).reply(404, errorBody('MISSING_RESOURCE', 'API key not found'));
  await expect(connectNash().nash.find(ref)).rejects.toMatchObject({ code: 'nash.wrong_region_or_key' });
  api().get(orderPath).reply(404, '<html>nothing here</html>');
  await expect(connectNash().nash.find(ref)).rejects.toMatchObject({ code: 'nash.unreadable_reply' });
});

test('a known job is read by its id, compressed', async () => {
  api().get(jobPath).reply(200, jobBody());
  const snapshot = await connectNash().nash.find({ ...ref, jobId });
  expect(snapshot?.pickedItems).toHaveLength(5);
});

test('a dispatched order that does not name its job is found by the external identifier', async () => {
  api()
    .get('/v1/order/ord_9')
    .reply(200, orderBody({ id: 'ord_9', status: 'dispatched', orderMetadata: null }))
    .get('/v1/jobs/external_identifier/v502348abc-01')
    .reply(200, waitingJob());
  await expect(connectNash().nash.find({ ...ref, partnerOrderId: 'ord_9' })).resolves.toMatchObject({ jobId });
});

test('a dispatched order whose job does not show yet is dispatched all the same', async () => {
  api().get(orderPath).reply(200, dispatchedOrder).get(jobPath).reply(404, missing);
  const snapshot = await connectNash().nash.find(ref);
  expect(snapshot).toMatchObject({ dispatched: true, jobId: undefined, pickedItems: null });
});

test('an order that was called back and dispatched anew is read under its new job', async () => {
  const again = orderBody({ status: 'dispatched', orderMetadata: { nash_job_id: 'job_2' } });
  api().get(jobPath).reply(200, canceledJob).get(orderPath).reply(200, again);
  api()
    .get('/v1/jobs/job_2?compressedPayload=true')
    .reply(200, waitingJob({ changes: { id: 'job_2' } }));
  await expect(connectNash().nash.find({ ...ref, jobId })).resolves.toMatchObject({ jobId: 'job_2', dispatched: true });
});

test('hooks that were missed are fetched page by page, with the bytes that were sent', async () => {
  const payload = { type: 'delivery', event: 'created', data: jobBody() };
  const after = '2026-01-15T00:00:00.000Z';
  api()
    .get('/v1/webhooks/messages')
    .query({ after, limit: '250', withContent: 'true' })
    .reply(200, {
      results: [
        { id: 'msg_2', eventType: 'delivery.created', timestamp: '2026-01-15T00:50:00Z', payload },
        { id: 'msg_1', eventType: 'delivery.created', timestamp: '2026-01-15T00:40:00Z', payload: null },
      ],
      iterator: 'it_1',
      prevIterator: null,
      done: false,
    });
  const { nash } = connectNash();
  const first = await nash.missedMessages(after, null);
  expect(first).toEqual({ messages: [{ id: 'msg_2', body: JSON.stringify(payload) }], cursor: 'it_1' });
  api()
    .get('/v1/webhooks/messages')
    .query({ after, limit: '250', withContent: 'true', iterator: 'it_1' })
    .reply(200, { results: [], iterator: 'it_1', prevIterator: null, done: true });
  await expect(nash.missedMessages(after, 'it_1')).resolves.toEqual({ messages: [], cursor: null });
});

test('open jobs are listed a hundred at a time, oldest first, as far as nobody has finished picking', async () => {
  const row = (n: number) => ({
    id: `job_${n}`,
    externalIdentifier: `order-${n}`,
    status: 'created',
    delivery: { id: `dlv_${n}`, status: n === 0 ? 'PICKUP_ARRIVED' : 'created' },
  });
  const since = '2026-01-01T00:00:00.000Z';
  const query = { limit: '100', sortBy: 'created_at', sortDirection: 'ASC', startDate: since };
  const ofPickers = ({ deliveryStatuses }: Record<string, unknown>): boolean => {
    const words = String(deliveryStatuses).split(',');
    return (
      words.includes('items_pick_update') && !words.includes('items_pick_complete') && !words.includes('dispatched')
    );
  };
  const page = (offset: string) => (asked: Record<string, unknown>) =>
    Object.entries({ ...query, offset }).every(([name, value]) => asked[name] === value) && ofPickers(asked);
  api()
    .get('/v1/jobs')
    .query(page('0'))
    .reply(200, { results: Array.from({ length: 100 }, (_, n) => row(n)) });
  const { nash } = connectNash();
  const first = await nash.listOpen(since, null);
  expect(first).toMatchObject({ cursor: '100', jobs: { length: 100 } });
  expect(first.jobs[0]).toEqual({
    externalRef: 'order-0',
    jobId: 'job_0',
    subject: 'delivery:dlv_0',
    code: 'pickup_arrived',
  });
  const unreadable = [{ id: 'job_1' }, { ...row(2), delivery: null }, null];
  api()
    .get('/v1/jobs')
    .query(page('100'))
    .reply(200, { results: [row(3), ...unreadable] });
  await expect(nash.listOpen(since, '100')).resolves.toMatchObject({ jobs: [{ jobId: 'job_3' }], cursor: null });
});

test('a page that leads to itself is the last', async () => {
  api().get('/v1/webhooks/messages').query(true).reply(200, { results: [], iterator: 'it_1', done: false });
  await expect(connectNash().nash.missedMessages('2026-01-15T00:00:00Z', 'it_1')).resolves.toMatchObject({
    cursor: null,
  });
});

test('each region and environment has its host, and any can be replaced', () => {
  const urlOf = (changes: Record<string, unknown>) => connector.urls(settingsOf(changes))[0];
  expect(urlOf({ environment: 'production' })).toBe('https://api.usenash.com');
  expect(urlOf({ environment: 'production', region: 'au' })).toBe('https://api.ap-southeast-2.usenash.com');
  expect(urlOf({ region: 'au' })).toBe('https://api.sandbox.ap-southeast-2.usenash.com');
  expect(urlOf({ baseUrl: 'http://127.0.0.1:8090/nash/' })).toBe('http://127.0.0.1:8090/nash');
});

test('keys of one organisation share its budget; keys of nobody knows whom do not', () => {
  const accountOf = (changes: Record<string, unknown>) => connector.account(settingsOf(changes));
  expect(accountOf({ apiKey: 'a', orgId: 'org' })).toBe(accountOf({ apiKey: 'b', orgId: 'org' }));
  expect(accountOf({ apiKey: 'a' })).not.toBe(accountOf({ apiKey: 'b' }));
  expect(accountOf({ orgId: 'org' })).not.toBe(accountOf({ orgId: 'org', region: 'au' }));
  expect(connector.budgets(settingsOf({ requestsPerSecond: 5, rateMarginPercent: 8 }))).toEqual({
    default: { calls: 5, perMs: 1_000, marginPercent: 8 },
    catalog: { calls: 10, perMs: 1_000, marginPercent: 8 },
  });
});
