import { expect, vi } from 'vitest';
import { commit } from '../../src/store/commit.ts';
import { attemptWrites } from '../../src/store/delivery-attempts.ts';
import { readDelivery } from '../../src/store/events.ts';
import { issueId, issueWrites } from '../../src/store/issues.ts';
import { canary } from '../support/console-api.ts';
import type { TestPackline } from '../support/packline.ts';
import { sampleOrder } from '../support/sample-order.ts';

/** Of each kind of page the one that is looked at, by the name that its path gives to the id. */
export type ShopIds = Readonly<Record<string, string>>;

type Answer = { id: string; data: { id: string; status: string }[]; status: string } & Record<string, unknown>;

/** A merchant with one of everything that a page is about, and markup that would act wherever others may write. */
export async function fillShop(packline: TestPackline): Promise<ShopIds> {
  const { adminKey, baseUrl, base, connectionId, endpointId, merchantId } = packline;
  const [store] = base.stores;
  if (store === undefined) throw new Error('no shard');
  let count = 0;
  /** As the operator, who may everything. */
  const call = async (method: string, path: string, json?: unknown, csv?: string): Promise<Answer> => {
    count += 1;
    const headers = {
      authorization: `Bearer ${adminKey}`,
      'packline-merchant': merchantId,
      'idempotency-key': `fill-${count}`,
      ...(json === undefined && csv === undefined ? {} : { 'content-type': csv === undefined ? 'application/json' : 'text/csv' }), // prettier-ignore
    };
    const body = csv ?? (json === undefined ? null : JSON.stringify(json));
    const reply = await fetch(`${baseUrl}${path}`, { method, headers, body });
    const text = await reply.text();
    expect([method, path, reply.status, reply.status < 300 ? '' : text]).toEqual([method, path, reply.status, '']);
    return (text === '' ? {} : JSON.parse(text)) as Answer;
  };

  await call('PATCH', `/v1/merchants/${merchantId}`, { name: canary });
  await call('POST', `/v1/merchants/${merchantId}/api-keys`, { name: canary, scopes: ['read'] });
  await call('PATCH', `/v1/connections/${connectionId}`, { name: canary });
  const courier = { baseUrl: 'https://courier.example', statuses: {}, track: { path: '/{trackingNumber}', event: { code: 'code' } } }; // prettier-ignore
  await call('POST', '/v1/connections', { connector: 'generic-carrier', name: `courier ${canary}`, settings: courier });

  const order = sampleOrder({ externalId: `order ${canary}`, storeLocationId: `store ${canary}`.slice(0, 100) });
  const lines = order.lines.map((line) => ({ ...line, name: canary }));
  const { id: orderId } = await call('POST', '/v1/orders', { ...order, lines, notes: canary });
  const parcel = { carrier: 'courier', trackingNumber: 'PARCEL1' };
  await call('PATCH', `/v1/orders/${orderId}/tracking`, { ...parcel, trackingUrl: 'https://carrier.example/t' });
  const event = { ...parcel, status: 'IN_TRANSIT', code: canary.slice(0, 100), description: canary, location: { city: canary } }; // prettier-ignore
  await call('POST', '/v1/tracking-events', { events: [{ ...event, occurredAt: new Date().toISOString() }] });
  // One that the fulfilment system of the sandbox picks and brings.
  await call('POST', '/v1/orders', sampleOrder({ externalId: 'brought-1' }));

  const cell = `"${canary.replaceAll('"', '""')}"`;
  const csv = `externalProductId,externalStoreLocationId,available,quantity\n${cell},store-1,true,many\n`;
  const { id: runId } = await call('POST', '/v1/inventory', undefined, csv);

  await call('PATCH', `/v1/endpoints/${endpointId}`, { description: canary });
  const { id: deliveryId } = await call('POST', `/v1/endpoints/${endpointId}/test`);
  const { id: replayId } = await call('POST', `/v1/endpoints/${endpointId}/replays`, {});
  const { id: reconciliationId } = await call('POST', '/v1/reconciliations');
  const stock = await call('POST', `/v1/connections/${connectionId}/stock-reconciliations`, { kind: 'inventory', mode: 'sample' }); // prettier-ignore

  const cause = { merchantId, target: connectionId, job: 'fulfilment-submit', code: 'nash.unprocessable' };
  const report = { ...cause, kind: 'rejected', source: 'nash', title: canary, detail: { said: canary } } as const;
  await commit(store, { writes: issueWrites(store, { ...report, orderId, entryId: null }) });
  await call('POST', '/v1/users', { name: 'somebody', role: 'viewer' });

  const until = async (path: string, isThere: (answer: Answer) => boolean) =>
    vi.waitFor(async () => expect([path, isThere(await call('GET', path))]).toEqual([path, true]), { timeout: 60_000, interval: 200 }); // prettier-ignore
  await until('/v1/shipments', ({ data }) => data.length > 0);
  const shipmentId = (await call('GET', '/v1/shipments')).data[0]?.id ?? '';
  await until(`/v1/runs/${runId}`, ({ status }) => status === 'completedWithRejects');
  await until(`/v1/deliveries/${deliveryId}`, ({ status }) => status === 'delivered');
  // As if the subscriber had answered with what it likes.
  const delivery = await readDelivery(store, deliveryId);
  if (delivery === null) throw new Error('no delivery');
  const timings = { dnsMs: 1, connectMs: 2, tlsMs: null, firstByteMs: 7, totalMs: 12 };
  const answered = { responseStatus: 503, responseHeaders: { 'x-note': canary }, responseBody: canary, retryAfterMs: 5_000 }; // prettier-ignore
  const exchange = { requestHeaders: { 'webhook-id': 'evt_1' }, ...answered, timings };
  const attempt = { at: new Date().toISOString(), attempt: 2, outcome: 'endpoint.status', failure: null, exchange };
  await commit(store, { writes: attemptWrites(store, { ...delivery, status: 'failed', attempts: 2 }, attempt) });

  return {
    ...parcel,
    merchantId,
    ownerId: merchantId,
    orderId,
    shipmentId,
    runId,
    connectionId,
    connector: 'vtex',
    kind: 'inventory',
    endpointId,
    deliveryId,
    replayId,
    reconciliationId,
    stockReconciliationId: stock.id,
    issueId: issueId(cause),
  };
}
