import { afterAll, expect, test, vi } from 'vitest';
import { signWebhook } from '../../src/platform/signature.ts';
import { createRandom, shuffle } from '../../src/sandbox/random.ts';
import { connectVtex } from '../support/connected-vtex.ts';
import { makeOrderReader } from '../support/order-reader.ts';
import { startPackline } from '../support/packline.ts';
import { doubled } from '../support/permute.ts';
import { testRedis } from '../support/redis.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { mode: 'manual', outcome: 'exact' } } });
afterAll(() => packline.close());
const call: typeof packline.call = (...sent) => packline.call(...sent);
const control: typeof packline.control = (...sent) => packline.control(...sent);
const { reaches } = makeOrderReader(packline);
/** Eight orders at once, each told of twenty times and more, and changes that are looked at every five seconds. */
const waiting = { timeout: 40_000, interval: 100 };
const vtex = await connectVtex(packline, packline.sandboxUrl, {
  oms: { modification: 'auto' },
  atVtex: { changes: { stepMs: 0 } },
});

const lines = [
  { sku: '101', name: 'Milk', quantity: 4, price: 200 },
  { sku: '102', name: 'Bread', quantity: 1, price: 500 },
  { sku: '103', name: 'Apples', quantity: 1, price: 400, unit: 'kg', unitMultiplier: 0.5 },
];
const picks = {
  '101': { outcome: 'short', quantity: 2 },
  '102': { outcome: 'substitute', sku: '202', name: 'Rye bread', priceCents: 510 },
  '103': { outcome: 'weighed', weightKg: 0.52, priceCents: 416 },
};
const dueMinor = 400 + 510 + 416 + 500;

interface Hook {
  id: string;
  body: string;
}

/** What Nash sent of an order, and nobody received. */
function hooksOf(externalId: string): Hook[] {
  const messages = packline.sandbox.nash.tenant('org_demo')?.webhooks.messages ?? [];
  return messages
    .map(({ id, body }) => ({ id, body }))
    .filter(({ body }) => body.includes(`"externalIdentifier":"${externalId}"`));
}

async function deliver({ id, body }: Hook): Promise<void> {
  const timestamp = Math.floor(Date.now() / 1_000);
  const headers = {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': String(timestamp),
    'svix-signature': signWebhook(packline.webhookSecret, id, timestamp, body),
  };
  const { status } = await fetch(packline.webhookUrl, { method: 'POST', headers, body });
  expect(status).toBeLessThan(300);
}

/** The ways in which the hooks of one order arrive; the rest are drawn from seeds. */
const ways: readonly ((hooks: readonly Hook[]) => Hook[])[] = [
  (hooks) => [...hooks],
  (hooks) => hooks.toReversed(),
  (hooks) => doubled(hooks),
  (hooks) => [...hooks, ...hooks.toReversed()],
  ...Array.from({ length: 4 }, (_, seed) => (hooks: readonly Hook[]) => {
    const random = createRandom(seed + 1);
    // A partner that repeats a message sends it under its own id; one that says it anew, under another.
    return shuffle([...hooks, ...hooks.map((hook) => ({ ...hook, id: seed % 2 === 0 ? hook.id : `${hook.id}-again` }))], random); // prettier-ignore
  }),
];

const eventsOf = (id: string, type: string) =>
  packline.subscriber.received.filter((event) => event.type === type && event.data['orderId'] === id);

test('eight orders whose hooks come in eight orders, repeated, and whose OMS drops the connection after its work, are changed and invoiced once each, to the cent', async () => {
  await control('POST', '/faults', { match: { partner: 'nash', event: '**' }, fault: { kind: 'dropWebhook' } });
  for (const [method, path] of [['PATCH', '/**/changes'], ['POST', '/**/invoice']]) {
    await control('POST', '/faults', { match: { method, path }, times: ways.length / 2, fault: { kind: 'dropAfter' } });
  } // prettier-ignore
  const outcomes = await Promise.all(
    ways.map(async (arrive, index) => {
      const externalId = await vtex.shop({ warehouseId: 'store-1', lines });
      await control('POST', '/nash/picks', { externalId, lines: picks });
      const { id: found } = await reaches(externalId, { status: 'READY_FOR_HANDLING' });
      const id = String(found);
      // The order has its status before its job is there.
      await vi.waitFor(() => control('POST', `/nash/jobs/${externalId}/advance`, { to: 'dropoff_complete' }), waiting);
      const hooks = hooksOf(externalId);
      expect(hooks.length).toBeGreaterThan(5);
      for (const hook of arrive(hooks)) await deliver(hook);
      await vi.waitFor(() => expect(eventsOf(id, 'order.ready_for_invoicing')).toHaveLength(1), waiting);
      const invoice = { invoiceNumber: `INV${index}`, issuedAt: new Date().toISOString(), valueMinor: dueMinor };
      await call('POST', `/v1/orders/${id}/invoices`, invoice);
      await vi.waitFor(
        async () =>
          expect(await vtex.atOms(externalId)).toMatchObject({
            status: 'invoiced',
            effects: { 'oms.invoiced': 1, 'oms.tracked': 1 },
          }),
        waiting,
      );
      const order = await reaches(externalId, { status: 'DELIVERED', invoiceStatus: 'invoiced', problems: [] });
      const { doc, effects } = (await vtex.atOms(externalId)) as { doc: { value: number }; effects: object };
      const { settlement } = (await call('GET', `/v1/orders/${id}/picked-items`)).body;
      return { index, status: order['status'], value: doc.value, effects, settlement, told: eventsOf(id, 'order.items_picked').length }; // prettier-ignore
    }),
  );
  const [first] = outcomes;
  expect(first).toMatchObject({
    value: dueMinor,
    told: 1,
    effects: { 'oms.handlingStarted': 1, 'oms.modified': 1, 'oms.invoiced': 1 },
  });
  const withoutLineIds = (text: unknown) => JSON.stringify(text).replaceAll(/"lineId":"[^"]*"/g, '');
  for (const { index, settlement, ...rest } of outcomes) {
    expect(rest, `way ${index}`).toMatchObject({
      status: 'DELIVERED',
      value: dueMinor,
      told: 1,
      effects: first?.effects,
    });
    expect(withoutLineIds(settlement), `way ${index}`).toBe(withoutLineIds(first?.settlement));
  }
  const dropped = packline.sandbox.faults.list().slice(1);
  expect(dropped.map(({ applied }) => applied)).toEqual([ways.length / 2, ways.length / 2]);
}, 120_000);
