import * as z from 'zod';
import { learn, ownEvidence } from '../../src/domain/order-change.ts';
import { vocabularies } from '../../src/connectors/registry.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { changeOrder } from '../../src/store/change-order.ts';
import { commit } from '../../src/store/commit.ts';
import { listEvents } from '../../src/store/delivery-log.ts';
import { deliveryWrites, makeDelivery } from '../../src/store/events.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { issueId, issueWrites } from '../../src/store/issues.ts';
import { askedWrites } from '../../src/store/reconciliations.ts';
import { makeFailedJob } from '../support/failed-job.ts';
import { adminKey, type TestIngress } from '../support/ingress.ts';
import { makeFailedRun, makeHeldRun } from './failed-run.ts';
import { makeLastMile } from './make-last-mile.ts';
import { sampleOrder } from '../support/sample-order.ts';

/** A merchant that has one of everything that has an id. */
export interface MerchantWithEverything {
  merchantId: string;
  /** With the scopes `operate` and `carrier`. */
  key: string;
  /** By prefix of the id; by name the `token` of the inbound URL, and the ids of what VTEX's protocol shows of the order. */
  ids: Readonly<Record<string, string>>;
}

const ShownSchema = z.looseObject({ worksheetId: z.string(), facilityId: z.string() });
const AnsweredSchema = z.looseObject({ id: z.string() });

/** Makes merchants through the API; their OMS is the VTEX of a sandbox. No worker runs: nothing happens by itself. */
export function merchantMaker(ingress: TestIngress, sandboxUrl: string) {
  const { request, store } = ingress;
  let count = 0;

  const make = async (path: string, key: string, json: unknown): Promise<{ id: string; [field: string]: unknown }> => {
    count += 1;
    const body = json === undefined ? {} : { json };
    const reply = await request('POST', path, { key, ...body, headers: { 'Idempotency-Key': `everything-${count}` } });
    if (reply.status >= 300) throw new Error(`POST ${path} was answered ${reply.status}: ${reply.text}`);
    return AnsweredSchema.parse(reply.body);
  };

  const firstOf = async (key: string, path: string): Promise<string> => {
    const { data } = z.looseObject({ data: z.array(AnsweredSchema) }).parse((await request('GET', path, { key })).body);
    return data[0]?.id ?? '';
  };

  return async (): Promise<MerchantWithEverything> => {
    const { id: mer } = await make('/v1/merchants', adminKey, { name: 'A merchant' });
    const { id: keyId, key: made } = await make(`/v1/merchants/${mer}/api-keys`, adminKey, { name: 'A key', scopes: ['operate', 'carrier'] }); // prettier-ignore
    const key = String(made);

    const account = `everything${count}`;
    const appKey = `vtexappkey-${account}-AAAAAA`;
    const response = await fetch(`${sandboxUrl}/_sandbox/vtex/accounts`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ account, appKey, appToken: 'token' }),
    });
    if (!response.ok) throw new Error(`the sandbox answered ${response.status}: ${await response.text()}`);
    const settings = { account, appKey, appToken: 'token', ingest: 'feed', baseUrl: `${sandboxUrl}/vtex/${account}` };
    const connection = await make('/v1/connections', key, { connector: 'vtex', name: 'An OMS', settings });
    const inboundPath = new URL(String(connection['webhookUrl'])).pathname;

    const orderId = `order-${count}-x`;
    const { id: ord } = await make('/v1/orders', key, sampleOrder({ externalId: orderId }));
    const { id: ep } = await make('/v1/endpoints', key, { url: 'https://hooks.acme.com/packline' });
    const delivery = await make(`/v1/endpoints/${ep}/test`, key, {});
    // At an endpoint of its own: while one runs there is no other.
    const { id: again } = await make('/v1/endpoints', key, { url: 'https://hooks.acme.com/again' });
    const { id: rpl } = await make(`/v1/endpoints/${again}/replays`, key, {});
    const { id: fac } = await make('/v1/facilities', key, { name: 'A store', storeLocationId: 'store-1' });
    const { id: rec } = await make('/v1/reconciliations', key, undefined);
    // Ended: while one runs there is no other.
    await commit(store, { writes: askedWrites(store, rec, { orders: 0, reads: 0, isLast: true }) });
    const { run, catalogConnection, stk } = await makeFailedRun(ingress, key);
    // A rule names what the merchant likes; this one what can be told from another merchant's.
    await request('PATCH', '/v1/safety-stock', { key, json: { rules: [{ storeLocationIds: [orderId] }] } });
    await request('PATCH', '/v1/branding', { key, json: { name: orderId } });
    const pull = { connectionId: catalogConnection, salesChannel: '1', currency: 'BRL', warehouses: {} };
    await request('PATCH', `/v1/connections/${connection.id}`, { key, json: { settings: { pull } } });
    const parcel = { carrier: `carrier-${count}`, trackingNumber: `PARCEL${count}` };
    const courier = { baseUrl: 'https://courier.example', statuses: {}, track: { path: '/{trackingNumber}', event: { code: 'code' } } }; // prettier-ignore
    await make('/v1/connections', key, { connector: 'generic-carrier', name: parcel.carrier, settings: courier });
    await request('POST', '/v1/tracking-events', { key, json: { ...parcel, status: 'IN_TRANSIT', occurredAt: '2026-01-14T00:00:00Z' } }); // prettier-ignore
    const { id: usr } = await make('/v1/users', adminKey, { name: `user-${count}`, role: 'viewer' });
    const ids = {
      usr,
      run,
      ...(await makeHeldRun(ingress, key, catalogConnection)),
      catalogConnection,
      stk,
      mer,
      key: keyId,
      con: connection.id,
      ord,
      ep,
      dlv: delivery.id,
      rpl,
      rec,
      fac,
      ...parcel,
    };
    const iss = await bury(mer, ord);
    await dispatch(ord, connection.id);
    const [event] = (await listEvents(store, mer, { orderId: ord, limit: 1 })).items;
    if (event === undefined) throw new Error('nothing happened to the order');
    await commit(store, { writes: deliveryWrites(store, makeDelivery(store, event, ep, { replayId: rpl })) });
    const shown = await showInPickAndPack(key, orderId);
    const parts = {
      wks: await firstOf(key, `/v1/orders/${ord}/worksheets`),
      shp: await firstOf(key, `/v1/orders/${ord}/shipments`),
    };
    const token = inboundPath.slice('/in/'.length);
    const { svc, token: lastMileToken, lastMileConnection } = await makeLastMile(ingress, key);
    const job = { queue: 'sweep', jobId: await makeFailedJob(store.redis, 'sweep') };
    const own = { ...job, orderId, evt: event.id, iss, token, svc, lastMileToken, lastMileConnection };
    return {
      merchantId: mer,
      key,
      ids: { ...ids, ...parts, ...shown, ...own },
    };
  };

  /** By which names VTEX's own protocol shows an order. */
  async function showInPickAndPack(key: string, orderId: string): Promise<Record<string, string>> {
    const root = '/compat/vtex-pick-and-pack';
    const token = await request('POST', `${root}/token`, { json: { apiKey: key } });
    const read = async (list: string) => {
      const { data } = z.looseObject({ data: z.string() }).parse(token.body);
      return (await request('GET', `${root}/v1/${list}?orderId=${orderId}`, { key: data })).body;
    };
    const [worksheet] = z.array(ShownSchema).parse(await read('worksheets'));
    const [shipment] = z.array(z.looseObject({ id: z.string() })).parse(await read('shipments'));
    if (worksheet === undefined || shipment === undefined) throw new Error('the order is not shown');
    return { worksheetId: worksheet.worksheetId, facilityId: worksheet.facilityId, shipmentId: shipment.id };
  }

  /** A fulfilment system has the order: there is something to read anew. Its courier is known, and it is invoiced. */
  async function dispatch(orderId: string, connectionId: string): Promise<void> {
    const fulfilment = { connectionId, connector: 'nash', externalRef: orderId, submittedContentVersion: 1 };
    const options = { commit: (plan: Parameters<typeof commit>[1]) => commit(store, plan), work: deliveryWork };
    const at = new Date(ingress.clock.now()).toISOString();
    const courier = {
      system: 'nash',
      subject: `delivery:${orderId}`,
      code: 'assigned_driver',
      occurredAt: at,
      receivedAt: at,
    };
    await changeOrder(store, orderId, options, ({ order }) =>
      learn(
        { order: { ...order, fulfilment }, happenings: [] },
        [courier, ownEvidence('invoiced', at)],
        vocabularies,
        at,
      ),
    );
  }

  /** The order's submission failed for good: its work lies under an issue. What else waits is ended. */
  async function bury(merchantId: string, orderId: string): Promise<string> {
    for (;;) {
      const { entries } = await leaseEntries(store, { room: 1_000, leaseMs: 600_000 });
      const entry = entries.find(({ id }) => id.includes(orderId));
      for (const { id, attempt } of entries) {
        if (id !== entry?.id) await commit(store, { settle: { id, attempt, how: 'ack' } });
      }
      if (entries.length === 0) throw new Error('no work waits for the order');
      if (entry === undefined) continue;
      const cause = { merchantId, target: 'con_x', job: entry.job, code: 'nash.key_refused' };
      const report = { ...cause, kind: 'misconfigured', source: 'you', title: 'Nash refused the key', detail: { cause: { sku: '100001', field: 'sku' } } } as const; // prettier-ignore
      await commit(store, {
        writes: issueWrites(store, { ...report, orderId, entryId: entry.id }),
        settle: { id: entry.id, attempt: entry.attempt, how: 'bury', reason: cause.code },
      });
      return issueId(cause);
    }
  }
}
