import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { genericCarrier } from '../../src/connectors/carriers/generic-carrier/index.ts';
import { carrierConnectors } from '../../src/connectors/carriers/registry.ts';
import type { InboundRequest } from '../../src/connectors/webhook.ts';
import { demoCourier } from '../../src/cli/demo-courier.ts';
import { toInstant } from '../../src/platform/clock.ts';
import { mergeTracking } from '../../src/domain/merge-tracking.ts';
import { resolveParcel } from '../../src/domain/parcel-state.ts';
import { linesOf } from '../connectors/carriers/carrier-harness.ts';
import { startCarriers, startMs } from './carriers-harness.ts';

const secret = 'sandbox-hook-secret';
const hookClient = { hookClientId: 'packline-ups', hookClientSecret: 'packline-ups-secret' };

interface Row {
  carrier: string;
  subscription?: object;
  settings: (sandboxUrl: string) => Record<string, unknown>;
}
const rows: Readonly<Record<string, Row>> = {
  easypost: { carrier: 'easypost', settings: () => ({ apiKey: 'k', webhookSecret: secret }) },
  'easypost, the second way': { carrier: 'easypost', subscription: { version: 'v2' }, settings: () => ({ apiKey: 'k', webhookSecret: secret }) }, // prettier-ignore
  aftership: { carrier: 'aftership', settings: () => ({ apiKey: 'k', webhookSecret: secret }) },
  shippo: { carrier: 'shippo', settings: () => ({ apiKey: 'k', webhookSecret: secret }) },
  shipengine: { carrier: 'shipengine', settings: (url) => ({ apiKey: 'demo_key', baseUrl: `${url}/carriers/shipengine` }) }, // prettier-ignore
  fedex: { carrier: 'fedex', settings: () => ({ clientId: 'c', clientSecret: 's', webhookSecret: secret }) },
  ups: { carrier: 'ups', subscription: { clientId: hookClient.hookClientId, clientSecret: hookClient.hookClientSecret }, settings: () => ({ clientId: 'c', clientSecret: 's', ...hookClient }) }, // prettier-ignore
  'the demo’s courier': { carrier: 'demo', settings: (url) => demoCourier(url, secret) },
};

/** A subscriber that is our connector: it gives the tokens that it is asked for, and keeps every hook. */
async function subscribe(name: string) {
  const row = rows[name];
  if (row === undefined) throw new Error(`no row ${name}`);
  const harness = await startCarriers();
  const connector = row.carrier === 'demo' ? genericCarrier : carrierConnectors.get(row.carrier);
  const webhook = connector?.webhook;
  if (connector === undefined || webhook === undefined) throw new Error(`${row.carrier} has no hooks`);
  const opened = harness.connect(connector as typeof genericCarrier, row.settings(harness.url));
  const webhookKeys = await opened.carrier.readWebhookKeys?.();
  const settings = { ...opened.settings, ...(webhookKeys === undefined ? {} : { webhookKeys }) } as never;
  const hooks: InboundRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const got = { headers: request.headers as InboundRequest['headers'], body: Buffer.concat(chunks) };
      if (request.url?.endsWith('/oauth/token') !== true) {
        hooks.push(got);
        response.writeHead(200).end();
        return;
      }
      const issued = webhook.issueToken?.(got, settings, harness.clock.now());
      response.writeHead(issued?.status ?? 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(issued?.body ?? {}));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/in/token-1`;
  await harness.control('POST', '/subscriptions', { carrier: row.carrier, url, secret, ...row.subscription });
  const verify = (hook: InboundRequest) => webhook.verify(hook, settings, harness.clock.now());
  const read = (hook: InboundRequest) => webhook.read(hook.body, toInstant(harness.clock.now()), settings);
  const move = (...args: Parameters<typeof harness.move> extends [string, ...infer Rest] ? Rest : never) =>
    harness.move(row.carrier, ...args);
  const count = (wanted: number) => expect.poll(() => hooks.length).toBe(wanted);
  return { ...harness, carrier: row.carrier, hooks, verify, read, move, count };
}

describe.each(Object.keys(rows))('a hook of the sandbox’s carrier (%s)', (name) => {
  test('is believed by our connector, and says where the parcel is', async () => {
    const { hooks, verify, read, move, count } = await subscribe(name);
    await move('N1', 'outForDelivery');
    await count(1);
    await move('N1', 'delivered');
    await count(2);
    expect(hooks.map(verify)).toEqual(hooks.map(() => ({ ok: true, messageId: expect.any(String) })));
    const reports = hooks.flatMap(read);
    expect(reports.map(({ number }) => number)).toEqual(['N1', 'N1']);
    const history = reports.reduce((known, { events }) => mergeTracking(known, events), mergeTracking([], []));
    expect(resolveParcel(history)).toMatchObject({ status: 'DELIVERED', newest: { at: '2026-07-26T12:00:00.000Z' } });
  });

  test('is not believed with another body, where it is signed', async () => {
    const { hooks, verify, move, count, carrier } = await subscribe(name);
    await move('N1', 'moving');
    await count(1);
    const changed = hooks.map(({ headers, body }) => ({ headers, body: Buffer.from(Buffer.from(body).toString().replace('N1', 'N2')) })); // prettier-ignore
    // UPS signs nothing: its token is all that there is.
    expect(changed.map((hook) => verify(hook).ok)).toEqual([carrier === 'ups']);
  });

  test('comes twice, late and out of order when it is told to, and means the same', async () => {
    const { hooks, read, move, count, sandbox, carrier } = await subscribe(name);
    sandbox.faults.add({ match: { partner: carrier }, times: 1, fault: { kind: 'duplicate', copies: 3 } });
    await move('N1', 'delivered');
    await count(3);
    await move('N1', 'moving', { atMs: startMs - 7_200_000 });
    await count(4);
    const events = hooks
      .toReversed()
      .flatMap(read)
      .flatMap((report) => report.events);
    const history = mergeTracking([], events);
    expect(resolveParcel(history).status).toBe('DELIVERED');
    expect(linesOf(history).filter((line) => !line.startsWith('=')).length).toBe(2);
  });

  test('is not sent for what happens silently, and is sent again on demand', async () => {
    const { move, count, control, hooks, read, carrier } = await subscribe(name);
    await move('N1', 'moving', { silent: true });
    await control('POST', `/parcels/${carrier}/N1/tell`);
    await count(1);
    expect(hooks.flatMap(read)).toMatchObject([{ number: 'N1' }]);
  });
});

describe('the sandbox’s UPS', () => {
  test('asks for a token before the first hook, keeps it, and asks again when it ends', async () => {
    const { move, count, sandbox, clock, hooks, verify } = await subscribe('ups');
    const asked = () => sandbox.books.report().counts['ups.hookToken.200'];
    await move('N1', 'moving');
    await count(1);
    await move('N1', 'outForDelivery');
    await count(2);
    expect(asked()).toBe(1);
    clock.advance(3_600_000);
    await move('N1', 'delivered');
    await count(3);
    expect(asked()).toBe(2);
    expect(hooks.map((hook) => verify(hook).ok)).toEqual([false, false, true]);
  });

  test('sends nothing while it gets no token', async () => {
    const { control, url, move, sandbox } = await subscribe('ups');
    await control('POST', '/subscriptions', {
      carrier: 'ups',
      url: `${url}/subscribers/ups`,
      tokenUrl: `${url}/nowhere`,
    });
    await move('N1', 'moving');
    await expect.poll(() => sandbox.books.report().counts['ups.hookToken.404']).toBe(1);
    const heard = await fetch(`${url}/_sandbox/subscribers/ups`);
    expect(await heard.json()).toMatchObject({ total: 0 });
  });
});

describe('the sandbox’s ShipEngine', () => {
  test('signs with a new key after a rotation, and lists the one before as well', async () => {
    const { control, move, count, hooks, verify, url } = await subscribe('shipengine');
    await control('POST', '/keys/rotate');
    await move('N1', 'moving');
    await count(1);
    // The connection has not read the keys anew.
    expect(hooks.map(verify)).toEqual([{ ok: false, reason: 'key_unknown' }]);
    const jwks = await fetch(`${url}/carriers/shipengine/jwks`);
    expect(await jwks.json()).toMatchObject({ keys: [{ kty: 'RSA' }, { kty: 'RSA' }] });
  });
});

describe('hooks that nobody takes', () => {
  test('are sent again as the carrier says', async () => {
    const { control, url, move, sandbox } = await subscribe('aftership');
    await control('POST', '/subscriptions', { carrier: 'aftership', url: `${url}/subscribers/shop`, secret });
    await fetch(`${url}/_sandbox/subscribers/shop/answers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ statuses: [500, 503] }),
    });
    await move('N1', 'moving');
    await expect
      .poll(() => sandbox.books.report().counts, { timeout: 5_000 })
      .toMatchObject({
        'aftership.hook.500': 1,
        'aftership.hook.503': 1,
        'aftership.hook.200': 1,
      });
  });
});
