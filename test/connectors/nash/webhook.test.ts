import { expect, test } from 'vitest';
import { webhook } from '../../../src/connectors/fulfilment/nash/webhook.ts';
import { vocabulary } from '../../../src/connectors/fulfilment/nash/statuses.ts';
import { Failure } from '../../../src/domain/failure.ts';
import { resolveStatus } from '../../../src/domain/resolve-status.ts';
import {
  deliveryBody,
  hookBody,
  jobBody,
  orderBody,
  packageBody,
  pickedHistory,
} from '../../fixtures/nash/payloads.ts';
import { checkHook } from '../../vectors/check-hook.ts';
import { signatures } from '../../vectors/vectors.ts';
import { settingsOf } from './nash-harness.ts';

test.each(signatures.nash)('$id $what: $wanted.verdict', (row) => {
  checkHook(webhook, settingsOf(row.input.settings), row);
});

test('a secret that cannot verify anything is refused when it is saved', () => {
  for (const webhookSecret of ['secret', 'whsec_', 'whsec_c2hvcnQ=', '']) {
    expect(() => settingsOf({ webhookSecret }), webhookSecret).toThrow('webhookSecret');
  }
});

const at = '2026-01-15T03:00:00.000Z';
const read = (text: string) => webhook.read(Buffer.from(text), at);

test('a delivery hook brings the order’s reference, its job and the whole history', () => {
  const message = read(hookBody('delivery', 'items_pick_complete', jobBody()));
  expect(message).toMatchObject({
    event: 'delivery.items_pick_complete',
    externalRef: 'v502348abc-01',
    jobId: 'job_R7FXJrfB99bpvpzf6CriJC',
    needsRead: true,
  });
  expect(message.evidence).toHaveLength(5);
  expect(resolveStatus(message.evidence, { nash: vocabulary }).picked).toBe(true);
});

test('a late hook says no more than its history', () => {
  const early = read(hookBody('delivery', 'pickup_arrived', jobBody()));
  expect(early.evidence).toEqual(read(hookBody('delivery', 'items_pick_complete', jobBody())).evidence);
  expect(early.needsRead).toBe(false);
});

test('an event that the history lacks is added, undated, to the only delivery there is', () => {
  const delivery = deliveryBody({ history: pickedHistory.slice(0, 3) });
  const message = read(hookBody('delivery', 'PICKUP_ARRIVED', jobBody({ deliveries: [delivery] })));
  expect(message.evidence).toContainEqual({
    system: 'nash',
    subject: 'delivery:dlv_01234567890',
    code: 'pickup_arrived',
    occurredAt: null,
    receivedAt: at,
  });
  expect(message.needsRead).toBe(false);
});

test('an event that may be of one of several deliveries is put down to none: Nash is read instead', () => {
  const deliveries = ['dlv_1', 'dlv_2'].map((id) => deliveryBody({ id, history: pickedHistory.slice(0, 2) }));
  const message = read(hookBody('delivery', 'pickup_arrived', jobBody({ deliveries })));
  expect(message.evidence.some(({ code }) => code === 'pickup_arrived')).toBe(false);
  expect(message.needsRead).toBe(true);
});

test.each([
  ['items_pick_update', false],
  ['picking_complete', true],
  ['pickup_complete', true],
  ['dropoff_enroute', false],
  ['dropoff_complete', true],
  ['canceled_by_provider', true],
  ['canceled_by_merchant', true],
  ['failed', true],
  ['returned', true],
  ['proof_of_delivery', false],
  ['something_new', false],
])('delivery.%s is read after: %s', (event, needsRead) => {
  expect(read(hookBody('delivery', event, jobBody())).needsRead).toBe(needsRead);
});

test('events that are no statuses leave no evidence of their own', () => {
  const plain = read(hookBody('delivery', 'pickup_arrived', jobBody())).evidence;
  for (const event of ['proof_of_delivery', 'shipping_label', 'something_new', 'constructor']) {
    expect(read(hookBody('delivery', event, jobBody())).evidence).toEqual(plain);
  }
});

test('copies of a delivery that disagree, or picks that cannot be read, make Nash be read', () => {
  const job = jobBody();
  const copy = { ...deliveryBody(), status: 'pickup_arrived' };
  const configuration = {
    id: 'cfg_1',
    package: packageBody(),
    tasks: [{ id: 't', delivery: copy }],
    delivery: deliveryBody(),
  };
  const disagreeing = { ...job, jobConfigurations: [configuration] };
  expect(read(hookBody('delivery', 'pickup_enroute', disagreeing)).needsRead).toBe(true);
  const unreadable = jobBody({ deliveries: [deliveryBody({ picks: [{ quantity: 'some' }] })] });
  expect(read(hookBody('delivery', 'pickup_enroute', unreadable)).needsRead).toBe(true);
});

test('a task hook is evidence of the deliveries in its job', () => {
  const delivery = deliveryBody({ status: 'canceled_by_provider', picks: [] });
  const message = read(hookBody('task', 'canceled_by_provider', jobBody({ deliveries: [delivery] })));
  expect(message).toMatchObject({ externalRef: 'v502348abc-01', needsRead: true });
  expect(resolveStatus(message.evidence, { nash: vocabulary }).contradictions).toEqual(['order.no_live_attempt']);
});

test('a job without an identifier is found by its only package, and by none of several', () => {
  const one = jobBody({ changes: { externalIdentifier: null } });
  expect(read(hookBody('delivery', 'created', one)).externalRef).toBe('v502348abc-01');
  const jobConfigurations = ['a', 'b'].map((id) => ({
    id,
    package: packageBody({ externalIdentifier: id }),
    tasks: [],
  }));
  const several = jobBody({ changes: { externalIdentifier: null, jobConfigurations } });
  expect(read(hookBody('delivery', 'created', several)).externalRef).toBeNull();
});

test.each([
  ['courier_location', 'updated', jobBody()],
  ['shift', 'dispatched', { id: 'shf_1' }],
  ['order', 'bulk_operation.completed', { id: 'act_1234567890', status: 'SUCCESS', results: [orderBody()] }],
  ['something_new', 'happened', null],
])('%s.%s concerns no order', (type, event, data) => {
  expect(read(hookBody(type, event, data))).toEqual({
    event: `${type}.${event}`,
    externalRef: null,
    jobId: undefined,
    evidence: [],
    needsRead: false,
  });
});

test.each([
  '',
  'not json',
  '[]',
  '{"type":"delivery"}',
  '{"type":"delivery","event":"created"}',
  hookBody('delivery', 'created', { id: 'job_1' }),
  hookBody('task', 'created', { id: 1, jobConfigurations: [] }),
  `{"type":"delivery","event":"created","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
])('bytes that are not what Nash documents are malformed: %.40s', (text) => {
  expect(() => read(text)).toThrow(Failure);
  expect(() => read(text)).toThrow(expect.objectContaining({ kind: 'malformed' }));
});
