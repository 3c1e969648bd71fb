import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageIdOf, toEvent, webhook } from '../../../src/connectors/oms/vtex/webhook.ts';
import { Failure } from '../../../src/domain/failure.ts';
import { oddValues, pathsOf, withAt } from '../../fixtures/vtex-pick-and-pack/odd-values.ts';
import { feedItem, hookBody, pingBody, shortHookBody } from '../../fixtures/vtex/events.ts';
import { checkHook } from '../../vectors/check-hook.ts';
import { signatures } from '../../vectors/vectors.ts';
import { settingsOf } from './vtex-harness.ts';

const bytesOf = (body: unknown): Buffer => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));

const verify = (body: unknown, headers: Record<string, string> = {}, changes: Record<string, unknown> = {}) =>
  webhook.verify({ headers, body: bytesOf(body) }, settingsOf(changes), 0);
const read = (body: unknown, changes: Record<string, unknown> = {}) => webhook.read(bytesOf(body), settingsOf(changes));

const idOf = (body: unknown): string => {
  const verdict = verify(body);
  if (!verdict.ok || !('messageId' in verdict)) throw new Error(JSON.stringify(verdict));
  return verdict.messageId;
};
/** Of the same body, as the feed would have it. */
const feedIdOf = (body: unknown): string => {
  const event = toEvent(body);
  if (event === undefined) throw new Error('no event');
  return messageIdOf(event);
};

describe('the ping that VTEX sends when a hook is configured', () => {
  test('is answered and is no message', () => expect(verify(pingBody)).toEqual({ ok: true, ping: true }));

  test('is nothing else', () => {
    for (const body of [{ hookConfig: 'pong' }, { hookConfig: true }, ['ping'], { ping: true }, '"ping"']) {
      expect(verify(body)).toEqual({ ok: false, reason: 'unreadable' });
    }
  });
});

describe('a hook is believed', () => {
  test.each(signatures.vtex)('as the vectors say: $id $what: $wanted.verdict', (row) => {
    checkHook(webhook, settingsOf(row.input.settings), row);
  });

  test('in the short form of VTEX’s guide, too', () => expect(verify(shortHookBody()).ok).toBe(true));

  test('only from its own account and key', () => {
    const from = (Origin: unknown) => verify(hookBody({ Origin }));
    expect(from({ Account: 'otherstore', Key: 'k' })).toEqual({ ok: false, reason: 'origin_account' });
    expect(from({ Account: 'luxstore', Key: 'vtexappkey-luxstore-OTHERS' })).toEqual({
      ok: false,
      reason: 'origin_key',
    });
    expect(from({ account: 'otherstore' })).toEqual({ ok: false, reason: 'origin_account' });
    expect(from({ Account: 'LuxStore' }).ok).toBe(true);
    for (const silent of [undefined, null, {}, { Account: null, Key: '' }, 'luxstore', []]) {
      expect(from(silent).ok).toBe(true);
    }
  });

  test.each(['', 'no json', '[]', '"text"', 'null', '7', '{}', '{"OrderId":""}', '{"OrderId":7}', '['.repeat(100_000)])(
    'only when it names an order: %.20j',
    (body) => expect(verify(body)).toEqual({ ok: false, reason: 'unreadable' }),
  );

  test('with a byte order mark, too', () => expect(verify(`\ufeff${JSON.stringify(hookBody())}`).ok).toBe(true));
});

describe('a hook says', () => {
  test('which order went to which state, and when', () => {
    expect(read(hookBody())).toEqual({
      event: 'Fulfillment.ready-for-handling',
      externalRef: 'v52277740atmc-01',
      state: 'ready-for-handling',
      changedAt: '2019-08-14T17:12:48.096Z',
      wanted: true,
    });
  });

  test('the same in the guide’s short form', () => {
    expect(read(shortHookBody())).toEqual({
      event: 'Marketplace.payment-approved',
      externalRef: 'v40484048naf-01',
      state: 'payment-approved',
      changedAt: '2019-07-29T23:17:30.061Z',
      wanted: false,
    });
  });

  test('the same from the feed', () => {
    expect(read(feedItem({ handle: undefined }))).toEqual({
      event: 'Fulfillment.ready-for-handling',
      externalRef: '953712004126-01',
      state: 'ready-for-handling',
      changedAt: '2019-08-12T20:54:23.715Z',
      wanted: true,
    });
  });

  test.each([
    [{ State: 'payment-approved' }, {}, false],
    [{ State: 'Ready-For-Handling' }, {}, false],
    [{ State: 'cancelation-request' }, {}, false],
    [{ State: 'payment-approved' }, { states: ['payment-approved'] }, true],
    [{ State: 'ready-for-handling' }, { states: ['payment-approved'] }, false],
    [{ Domain: 'Marketplace', State: 'canceled' }, {}, true],
    [{ Domain: 'Marketplace', State: 'canceled' }, { domains: ['Fulfillment'] }, false],
    [{ Domain: 'Chain' }, {}, false],
    [{ Domain: null }, { domains: ['Fulfillment'] }, true],
    [{ State: null }, {}, false],
    [{ State: {} }, {}, false],
  ])('%j, which with the settings %j is wanted: %s', (body, settings, wanted) => {
    expect(read(hookBody(body), settings).wanted).toBe(wanted);
  });

  test('no state in its own words when there is none', () => {
    expect(read(hookBody({ State: null, Domain: undefined }))).toMatchObject({ event: 'unknown.null', state: null });
  });

  test('nothing when its bytes are neither a hook nor an event', () => {
    for (const body of ['', 'no json', '[]', 'null', '{}', pingBody]) {
      expect(() => read(body)).toThrow(Failure);
      expect(() => read(body)).toThrow(expect.objectContaining({ kind: 'malformed', code: 'vtex.event_malformed' }));
    }
  });

  test('something, whatever becomes of any other member', () => {
    for (const path of pathsOf(hookBody()).filter(([name]) => name !== undefined && name !== 'OrderId')) {
      for (const odd of oddValues) {
        const message = read(withAt(hookBody(), path, odd));
        expect(message.externalRef).toBe('v52277740atmc-01');
        expect(message.event).toContain('.');
      }
    }
  });
});

const full = {
  domain: 'Fulfillment',
  orderId: 'v1-01',
  state: 'handling',
  lastChange: '2019-08-14T17:11:39.2550122Z',
  currentChange: '2019-08-14T17:12:48.0965893Z',
};
const asHook = ({ domain, orderId, state, lastChange, currentChange }: Record<keyof typeof full, unknown>) =>
  hookBody({ Domain: domain, OrderId: orderId, State: state, LastChange: lastChange, CurrentChange: currentChange });

describe('the id of a message', () => {
  test('is the same from hook and feed', () => expect(idOf(asHook(full))).toBe(feedIdOf(feedItem(full))));

  test.each([
    ['2019-08-14T17:12:48.0960000Z', '2019-08-14T17:12:48.096Z'],
    ['2019-08-14T17:12:48.1000000Z', '2019-08-14T17:12:48.1Z'],
    ['2019-08-14T17:12:48.0000000Z', '2019-08-14T17:12:48Z'],
    ['2019-08-14T17:12:48.0965893Z', '2019-08-14T17:12:48.0965893+00:00'],
    ['2019-08-14T17:12:48.0965893Z', '2019-08-14T14:12:48.096589-03:00'],
  ])('is the same for %s and %s', (hook, feed) => {
    expect(idOf(asHook({ ...full, currentChange: hook }))).toBe(feedIdOf(feedItem({ ...full, currentChange: feed })));
  });

  test('leaves out what may be told in one and not in the other', () => {
    const id = idOf(asHook(full));
    expect(idOf({ ...asHook(full), LastState: undefined, LastChange: undefined, Origin: undefined })).toBe(id);
    expect(feedIdOf(feedItem({ ...full, eventId: 'another', handle: 'another', lastState: 'x' }))).toBe(id);
    expect(idOf(asHook({ ...full, currentChange: undefined, lastChange: full.currentChange }))).toBe(id);
  });

  test.each([
    ['order', { orderId: 'v1-02' }],
    ['side', { domain: 'Marketplace' }],
    ['state', { state: 'invoiced' }],
    ['time', { currentChange: '2019-08-14T17:12:48.0975893Z' }],
    ['unreadable time', { currentChange: 'later' }],
    ['missing time', { currentChange: null, lastChange: null }],
  ])('is another for another %s', (_what, changes) => {
    expect(feedIdOf(feedItem({ ...full, ...changes }))).not.toBe(feedIdOf(feedItem(full)));
  });

  test('cannot be made up of other parts', () => {
    const of = (orderId: string, state: string) => feedIdOf(feedItem({ ...full, orderId, state }));
    expect(of('a","b', 'c')).not.toBe(of('a', 'b","c'));
  });

  test('depends on the change alone, however often, by whichever way and in which order it is told', () => {
    const change = fc.record({
      orderId: fc.constantFrom('v1-01', 'v2-01'),
      domain: fc.constantFrom('Marketplace', 'Fulfillment'),
      state: fc.constantFrom('ready-for-handling', 'handling', 'canceled'),
      ms: fc.integer({ min: 0, max: 5 }),
    });
    const telling = fc.record({ change, digits: fc.nat({ max: 4 }), feed: fc.boolean(), offset: fc.boolean() });
    fc.assert(
      fc.property(fc.array(telling, { maxLength: 30 }), (tellings) => {
        const idByChange = new Map<string, string>();
        for (const {
          change: { ms, ...where },
          digits,
          feed,
          offset,
        } of tellings) {
          const zone = offset ? '+00:00' : 'Z';
          const currentChange = `2026-01-15T00:00:00.00${ms}${'1234'.slice(0, digits)}${zone}`;
          const event = { ...full, ...where, currentChange };
          const id = feed ? feedIdOf(feedItem(event)) : idOf(asHook(event));
          const key = `${JSON.stringify(where)} ${ms}`;
          expect(idByChange.get(key) ?? id).toBe(id);
          idByChange.set(key, id);
        }
        expect(new Set(idByChange.values()).size).toBe(idByChange.size);
      }),
    );
  });
});
