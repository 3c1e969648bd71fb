import { describe, expect, test } from 'vitest';
import { defaultStates } from '../../../src/connectors/oms/vtex/statuses.ts';
import { webhook } from '../../../src/connectors/oms/vtex/webhook.ts';
import { errorBody, feedItem, hookBody } from '../../fixtures/vtex/events.ts';
import { api, connect, settingsOf } from './vtex-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const hookPath = '/api/orders/hook/config';
const configPath = '/api/orders/feed/config';
const batchPath = '/api/orders/feed?maxlot=10';
const url = 'https://packline.example/in/canary';
const hookKey = 'canary-hook-key-0123';
const filter = { type: 'FromWorkflow', status: [...defaultStates] };
const failed = (kind: string, code: string) => ({ kind, code: `vtex.${code}` });

describe('a hook', () => {
  test('is registered for the states of the settings', async () => {
    api()
      .post(hookPath, { filter, hook: { url, headers: {} } })
      .reply(200, hookBody());
    await connect().oms.registerHook?.(url);
    const status = ['ready-for-handling', 'canceled'];
    api()
      .post(hookPath, {
        filter: { type: 'FromWorkflow', status },
        hook: { url, headers: { 'x-packline-key': hookKey } },
      })
      .reply(200);
    await connect({ states: status, hookKey }).oms.registerHook?.(url);
  });

  test.each([
    [400, errorBody('HOOK001'), 'rejected', 'hook_refused'],
    [400, '', 'rejected', 'hook_refused'],
    [403, '', 'misconfigured', 'permission_missing'],
    [503, '', 'transient', 'unavailable'],
    [200, '<html>', 'transient', 'unreadable_reply'],
  ])('that VTEX answers %i with %j is not registered', async (status, body, kind, code) => {
    api().post(hookPath).reply(status, body);
    await expect(connect().oms.registerHook?.(url)).rejects.toMatchObject(failed(kind, code));
  });

  const read = (config: unknown, changes: Record<string, unknown> = {}) => {
    api().get(hookPath).reply(200, JSON.stringify(config));
    return connect(changes).oms.readHook?.();
  };

  test('that stands as it was registered matches', async () => {
    await expect(read({ filter, hook: { url, headers: {} } })).resolves.toEqual({ url, matches: true });
    const turned = { type: 'FromWorkflow', status: defaultStates.toReversed() };
    await expect(read({ filter: turned, hook: { url } })).resolves.toEqual({ url, matches: true });
  });

  test.each([
    ['another state too', { ...filter, status: [...defaultStates, 'payment-approved'] }],
    ['a state less', { ...filter, status: defaultStates.slice(1) }],
    ['a state in other letters', { ...filter, status: ['Canceled', ...defaultStates.slice(0, -1)] }],
    ['every change of an order', { type: 'FromOrders', expression: 'value > 100', disableSingleFire: false }],
    ['no states', { type: 'FromWorkflow' }],
    ['no type', { status: filter.status }],
    ['nothing', null],
    ['something else', 'all'],
  ])('that asks for %s does not match', async (_what, other) => {
    await expect(read({ filter: other, hook: { url } })).resolves.toEqual({ url, matches: false });
  });

  test.each([
    ['is kept', { 'X-Packline-Key': hookKey }, { hookKey }, true],
    ['is not shown', undefined, { hookKey }, true],
    ['is another', { 'x-packline-key': 'before' }, { hookKey }, false],
    ['is missing', {}, { hookKey }, false],
    ['was taken out of the settings', { 'x-packline-key': hookKey }, {}, false],
  ])('whose key %s', async (_what, headers, changes, matches) => {
    await expect(read({ filter, hook: { url, headers } }, changes)).resolves.toEqual({ url, matches });
  });

  test('is none where VTEX has none, or shows no URL', async () => {
    api().get(hookPath).reply(404, errorBody('HOOK404'));
    await expect(connect().oms.readHook?.()).resolves.toBeNull();
    for (const config of [{}, { filter }, { hook: null }, { hook: { url: null } }]) {
      await expect(read(config)).resolves.toBeNull();
    }
  });

  test('is not taken for missing because of anything else', async () => {
    api().get(hookPath).reply(403).get(hookPath).reply(404, '<html>').get(hookPath).reply(200, 'ok');
    const { oms } = connect();
    await expect(oms.readHook?.()).rejects.toMatchObject(failed('misconfigured', 'permission_missing'));
    await expect(oms.readHook?.()).rejects.toMatchObject(failed('misconfigured', 'account_unknown'));
    await expect(oms.readHook?.()).rejects.toMatchObject(failed('transient', 'unreadable_reply'));
  });
});

describe('a feed', () => {
  test('is configured for the same states, and keeps events for four days', async () => {
    const queue = { visibilityTimeoutInSeconds: 30, MessageRetentionPeriodInSeconds: 345_600 };
    api().post(configPath, { filter, queue }).reply(200);
    await connect().oms.registerFeed?.();
  });

  test('of another type is not overwritten: VTEX refuses, and says so', async () => {
    api().post(configPath).reply(409);
    await expect(connect().oms.registerFeed?.()).rejects.toMatchObject(failed('rejected', '409'));
  });

  test.each([
    ['as it was configured', { filter, quantity: 127 }, { matches: true, waiting: 127 }],
    [
      'with another filter',
      { filter: { type: 'FromOrders', expression: 'true' }, quantity: 0 },
      { matches: false, waiting: 0 },
    ],
    ['without a number', { filter, quantity: null }, { matches: true, waiting: null }],
    ['that says nothing', {}, { matches: false, waiting: null }],
  ])('is read %s', async (_what, config, state) => {
    api().get(configPath).reply(200, config);
    await expect(connect().oms.readFeed?.()).resolves.toEqual(state);
  });

  test('that VTEX has dropped is none', async () => {
    api().get(configPath).reply(404);
    await expect(connect().oms.readFeed?.()).resolves.toBeNull();
  });
});

describe('a batch of the feed', () => {
  const poll = async (items: unknown) => {
    api().get(batchPath).reply(200, JSON.stringify(items));
    return (await connect().oms.pollFeed?.()) ?? [];
  };

  test('is of at most ten events, each with its handle outside its body', async () => {
    const [message, ...others] = await poll([feedItem()]);
    expect(others).toEqual([]);
    expect(message?.handle).toBe('canary-handle');
    expect(message?.body).not.toContain('canary');
    expect(JSON.parse(message?.body ?? '')).toEqual(JSON.parse(JSON.stringify(feedItem({ handle: undefined }))));
  });

  test('has each event as its hook would have told it', async () => {
    const [message] = await poll([feedItem()]);
    const hook = hookBody({
      OrderId: '953712004126-01',
      LastChange: '2019-08-12T20:54:01.1340570Z',
      CurrentChange: '2019-08-12T20:54:23.7153839+00:00',
    });
    const verdict = webhook.verify({ headers: {}, body: Buffer.from(JSON.stringify(hook)) }, settingsOf(), 0);
    expect(verdict).toEqual({ ok: true, messageId: message?.messageId });
    expect(webhook.read(Buffer.from(message?.body ?? ''), settingsOf())).toEqual(
      webhook.read(Buffer.from(JSON.stringify(hook)), settingsOf()),
    );
  });

  test('may hold two copies of one event: one message, two handles', async () => {
    const [first, second] = await poll([feedItem({ handle: 'h-1' }), feedItem({ handle: 'h-2', eventId: 'other' })]);
    expect(second?.messageId).toBe(first?.messageId);
    expect([first?.handle, second?.handle]).toEqual(['h-1', 'h-2']);
  });

  test('holds what cannot be read, too: it is kept for somebody to see, and never comes again', async () => {
    const [message, other] = await poll([feedItem({ orderId: null }), feedItem({ orderId: null, state: 'handling' })]);
    expect(message?.handle).toBe('canary-handle');
    expect(message?.messageId).not.toBe(other?.messageId);
    expect(`${message?.messageId} ${message?.body}`).not.toContain('canary');
    const [quoting] = await poll([feedItem({ orderId: null, customer: 'Ana Canary' })]);
    expect(quoting?.messageId).not.toContain('Canary');
    expect(() => webhook.read(Buffer.from(message?.body ?? ''), settingsOf())).toThrow(
      expect.objectContaining({ kind: 'malformed' }),
    );
  });

  test('may be empty', async () => expect(await poll([])).toEqual([]));

  test.each([
    ['an answer that is no list', 200, {}, 'transient', 'unreadable_reply'],
    ['an event without a handle', 200, [feedItem({ handle: null })], 'transient', 'unreadable_reply'],
    ['a feed that VTEX has dropped', 404, errorBody('FEED001'), 'misconfigured', 'feed_missing'],
    ['a 404 without a word', 404, '', 'misconfigured', 'feed_missing'],
    ['a page', 404, '<html>', 'misconfigured', 'account_unknown'],
    ['a missing permission', 403, '', 'misconfigured', 'permission_missing'],
    ['an outage', 502, '<html>', 'transient', 'unavailable'],
  ])('is none with %s', async (_what, status, body, kind, code) => {
    api().get(batchPath).reply(status, body);
    await expect(connect().oms.pollFeed?.()).rejects.toMatchObject(failed(kind, code));
  });

  test('is committed by its handles', async () => {
    api()
      .post('/api/orders/feed', { handles: ['h-1', 'h-2'] })
      .reply(200);
    const { oms, spent } = connect();
    await oms.commitFeed?.(['h-1', 'h-2']);
    expect(spent).toEqual(['default']);
  });

  test('rests every call but the reading of orders when VTEX is busy', async () => {
    api().get(batchPath).reply(429, '', { 'retry-after': '2' });
    const { oms, pauses } = connect();
    await expect(oms.pollFeed?.()).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: 2_000 });
    expect(pauses).toEqual([{ budget: 'default', pauseMs: 2_000 }]);
  });
});
