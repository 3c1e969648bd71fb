import { randomBytes } from 'node:crypto';
import { expect, vi } from 'vitest';
import { makeFailedJob } from '../support/failed-job.ts';
import { waiting } from '../support/order-reader.ts';
import { dataOf, idOf, type Acts, type World } from './acts.ts';
import type { Echoes } from './echoes.ts';
import { postedOrder, tracked } from './people.ts';
import { tokenOf } from './secrets.ts';

/**
 * Reads all there is, and does what was not done yet; answers the ids of things that nobody needs any more, for requests that
 * may break them.
 */
export async function readAll(world: World, acts: Acts, echoes: Echoes): Promise<Record<string, string>> {
  const orderId = await readOrders(acts, echoes);
  const sent = await readDeliveries(world, acts);
  const issueId = await readIssues(acts);
  const connectionId = await turnConnection(world, acts, echoes);
  await world.recorder.send('nobody', 'GET /schemas');
  await world.recorder.send('nobody', 'GET /schemas/{type}', { params: { type: 'order.problem' } });
  for (const list of ['connectors', 'connections', 'carriers', 'endpoints', 'events', 'orders'])
    await acts.owner(`GET /v1/${list}`);
  await acts.owner('GET /v1/search', { query: '?q=delivered' });
  await acts.owner('POST /v1/connectors/generic-carrier/try', { json: courierSample });
  await reconcile(acts);
  const rows = await pushRows(world, acts);
  await settle(acts);
  const parts = { ...(await readParts(acts)), ...(await readTracking(world, acts)) };
  const { merchantId, keyId } = await makeStranger(world, acts);
  const userId = await manageUsers(world, acts);
  const job = await handOver(world, acts);
  await playWithSandbox(acts);
  const ids = { orderId, ...sent, issueId, connectionId, merchantId, keyId, userId, ...job, ...rows };
  return { ...ids, ...parts, code: 'request.invalid' };
}

/** A courier's settings, and a reply of its own. */
const courierSample = {
  settings: {
    baseUrl: 'https://courier.example',
    statuses: { DONE: 'DELIVERED' },
    track: { path: '/parcels/{trackingNumber}', event: { code: 'status' } },
  },
  body: { status: 'DONE' },
};

async function readOrders({ owner, post }: Acts, { orderIds }: Echoes): Promise<string> {
  const spent = await post(postedOrder('spent', { storeLocationId: 'store-nobody' }));
  const delivered = dataOf(await owner('GET /v1/orders', { query: '?externalId=delivered' })).map(({ id }) => id);
  for (const orderId of [spent, ...delivered, ...orderIds]) {
    const params = { orderId };
    await owner('GET /v1/orders/{orderId}', { params });
    await owner('GET /v1/orders/{orderId}/timeline', { params });
    await owner('GET /v1/orders/{orderId}/picked-items', { params });
  }
  return spent;
}

async function readDeliveries({ secrets, echo }: World, { owner, subscribe }: Acts) {
  const endpointId = await subscribe('spent', `${echo.url}/hooks/text-200?token=${secrets.endpointUrlKey}`);
  const params = { endpointId };
  await owner('GET /v1/endpoints/{endpointId}', { params });
  await owner('GET /v1/endpoints/{endpointId}/health', { params });
  const headers = { authorization: `Bearer ${secrets.endpointHeaderKey}` };
  const json = { eventTypes: ['endpoint.test'], signatures: ['v1', 'v1a'], headers };
  await owner('PATCH /v1/endpoints/{endpointId}', { params, json });
  await owner('POST /v1/endpoints/{endpointId}/disable', { params });
  await owner('POST /v1/endpoints/{endpointId}/enable', { params });
  const rotated = await owner('POST /v1/endpoints/{endpointId}/rotate-secret', { params });
  secrets['endpointSecret new'] = String(rotated.body['secret']);
  const deliveryId = idOf(await owner('POST /v1/endpoints/{endpointId}/test', { params }));
  const attempts = async (of: string) =>
    dataOf(await owner('GET /v1/deliveries/{deliveryId}/attempts', { params: { deliveryId: of } }));
  await vi.waitFor(async () => expect(await attempts(deliveryId)).not.toEqual([]), waiting);
  await owner('POST /v1/deliveries/{deliveryId}/replay', { params: { deliveryId } });
  for (const { id } of dataOf(await owner('GET /v1/deliveries'))) {
    await owner('GET /v1/deliveries/{deliveryId}', { params: { deliveryId: id } });
    await attempts(id);
  }
  return { endpointId, deliveryId, ...(await sendAgain(endpointId, owner)) };
}

async function sendAgain(endpointId: string, owner: Acts['owner']): Promise<Record<string, string>> {
  const [event] = dataOf(await owner('GET /v1/events'));
  const params = { eventId: event?.id ?? '' };
  await owner('GET /v1/events/{eventId}', { params });
  await owner('POST /v1/events/{eventId}/replay', { params, json: { plan: true } });
  const replayId = idOf(
    await owner('POST /v1/endpoints/{endpointId}/replays', {
      params: { endpointId },
      json: { includeDelivered: true },
    }),
  );
  await owner('GET /v1/replays/{replayId}', { params: { replayId } });
  await owner('POST /v1/replays/{replayId}/cancel', { params: { replayId } });
  await owner('GET /v1/replays');
  const since = new Date(Date.now() - 60_000).toISOString();
  await owner('POST /v1/endpoints/{endpointId}/recover', { params: { endpointId }, json: { since, plan: true } });
  await owner('DELETE /v1/events/{eventId}/payload', { params });
  return { replayId, ...params };
}

async function readIssues({ owner }: Acts): Promise<string> {
  const issues = dataOf(await owner('GET /v1/issues'));
  for (const { id: issueId } of issues) await owner('GET /v1/issues/{issueId}', { params: { issueId } });
  const issueId = issues[0]?.id ?? '';
  await owner('POST /v1/issues/{issueId}/retry', { params: { issueId }, json: { plan: true } });
  await owner('POST /v1/issues/retry', { json: { plan: true } });
  await owner('GET /v1/issues/{issueId}/entries', { params: { issueId } });
  await owner('PATCH /v1/issues/{issueId}', { params: { issueId }, json: { acknowledged: true } });
  await owner('PATCH /v1/stuck-rules', { json: { rules: { PICKING: 60 } } });
  await owner('GET /v1/stuck-rules');
  return issueId;
}

async function turnConnection({ secrets }: World, { owner }: Acts, { connectionId }: Echoes): Promise<string> {
  const params = { connectionId };
  await owner('POST /v1/connections/{connectionId}/pause', { params });
  await owner('POST /v1/connections/{connectionId}/resume', { params });
  const turned = await owner('POST /v1/connections/{connectionId}/rotate-token', { params });
  secrets['token new'] = tokenOf(turned.body['webhookUrl']);
  return connectionId;
}

/** The invoice, the parcel and the return of an order that is delivered. */
async function settle({ owner }: Acts): Promise<void> {
  const [delivered] = dataOf(await owner('GET /v1/orders', { query: '?externalId=delivered' }));
  const params = { orderId: delivered?.id ?? '' };
  const { lines } = (await owner('GET /v1/orders/{orderId}', { params })).body as { lines: { id: string }[] };
  const issuedAt = '2026-01-15T10:00:00Z';
  const invoice = { invoiceNumber: 'INV1', issuedAt, valueMinor: 1, acceptDifferences: true };
  await owner('POST /v1/orders/{orderId}/settlement/accept', { params, json: {} });
  await owner('POST /v1/orders/{orderId}/invoices', { params, json: invoice });
  await owner('PATCH /v1/orders/{orderId}/tracking', { params, json: { carrier: 'demo', trackingNumber: 'T1' } });
  await owner('POST /v1/orders/{orderId}/returns', {
    params,
    json: { items: [{ lineId: lines[0]?.id, quantity: 1 }] },
  });
  await owner('GET /v1/orders/{orderId}/tracking-page', { params });
  await owner('DELETE /v1/orders/{orderId}/tracking-page', { params });
  await owner('PATCH /v1/branding', { json: { name: 'The shop', color: '#004488' } });
  await owner('GET /v1/branding');
  for (const list of ['invoices', 'returns']) await owner(`GET /v1/orders/{orderId}/${list}`, { params });
}

/** Worksheets, shipments and facilities of all orders: those of Pick and Pack name who picks and who drives. */
async function readParts({ owner }: Acts): Promise<Record<string, string>> {
  let last = { worksheetId: '', shipmentId: '' };
  for (const { id: orderId } of dataOf(await owner('GET /v1/orders', { query: '?status=DELIVERED' }))) {
    const params = { orderId };
    const [worksheet] = dataOf(await owner('GET /v1/orders/{orderId}/worksheets', { params }));
    const [shipment] = dataOf(await owner('GET /v1/orders/{orderId}/shipments', { params }));
    last = { worksheetId: worksheet?.id ?? last.worksheetId, shipmentId: shipment?.id ?? last.shipmentId };
    await owner('GET /v1/worksheets/{worksheetId}', { params: last });
    for (const part of ['', '/evidences', '/notes'])
      await owner(`GET /v1/shipments/{shipmentId}${part}`, { params: last });
  }
  await owner('GET /v1/shipments');
  const json = { name: 'A store', storeLocationId: 'store-nobody' };
  const params = { facilityId: idOf(await owner('POST /v1/facilities', { json })) };
  await owner('PATCH /v1/facilities/{facilityId}', { params, json: { warehouseId: 'wh-1' } });
  await owner('GET /v1/facilities/{facilityId}', { params });
  await owner('GET /v1/facilities');
  await owner('DELETE /v1/facilities/{facilityId}', { params });
  return last;
}

async function reconcile({ owner }: Acts): Promise<void> {
  const params = { reconciliationId: idOf(await owner('POST /v1/reconciliations')) };
  const read = async () => (await owner('GET /v1/reconciliations/{reconciliationId}', { params })).body;
  await vi.waitFor(async () => expect((await read())['status']).toBe('done'), waiting);
  await owner('GET /v1/reconciliations');
}

/** Products and stock, at a partner that quotes what it refuses and at one that refuses the key; and what became of them. */
async function pushRows(
  { secrets, echo, recorder, packline }: World,
  { owner, connect }: Acts,
): Promise<Record<string, string>> {
  const item = { externalProductId: 'p', externalStoreLocationId: 'store-nobody', available: true };
  const push = async (mode: string, status: string): Promise<string> => {
    const connectionId = await connect(`catalogue ${mode}`, {
      connector: 'nash',
      settings: { baseUrl: `${echo.url}/?mode=${mode}&path=`, apiKey: secrets.echoNashKey },
      routing: [{ storeLocationIds: ['store-of-nobody'] }],
    });
    const headers = { 'packline-connection': connectionId };
    await owner('POST /v1/products', { headers, json: { products: [] } });
    const runId = idOf(
      await owner('POST /v1/inventory', { headers, json: { items: [item, { ...item, quantity: 'few' }] } }),
    );
    for (const list of ['products', 'inventory']) await recorder.send('owner', `GET /v1/${list}`, { headers });
    await owner('POST /compat/nash/v1/products', { headers, json: { products: [] } });
    await owner('POST /compat/nash/v1/inventory', { headers, json: { inventory: [item] } });
    const read = async () => (await owner('GET /v1/runs/{runId}', { params: { runId } })).body;
    await vi.waitFor(async () => expect((await read())['status']).toBe(status), waiting);
    for (const part of ['items', 'rejects.ndjson', 'rejects.csv', 'events']) {
      await owner(`GET /v1/runs/{runId}/${part}`, { params: { runId } });
    }
    return runId;
  };
  for (const list of ['products', 'inventory']) {
    const headers = { 'packline-connection': packline.connectionId };
    for (const root of ['/v1', '/compat/nash/v1']) await owner(`GET ${root}/${list}`, { headers });
  }
  const params = { connectionId: packline.connectionId };
  const path = '/v1/connections/{connectionId}/stock-reconciliations';
  const stockReconciliationId = idOf(await owner(`POST ${path}`, { params }));
  await owner(`GET ${path}/{stockReconciliationId}`, { params: { ...params, stockReconciliationId } });
  await owner(`GET ${path}`, { params });
  await push('error-400', 'completedWithRejects');
  const runId = await push('page-401', 'failed');
  await owner('GET /v1/runs');
  await owner('PATCH /v1/safety-stock', { json: { rules: [{ reserveUnits: 1 }] } });
  await owner('GET /v1/safety-stock');
  // The upload behind it in its line may be taking it up by itself, to fail once more.
  await vi.waitFor(() => owner('POST /v1/runs/{runId}/resume', { params: { runId } }), waiting);
  await owner('POST /v1/runs/{runId}/cancel', { params: { runId } });
  await holdAndConfirm(packline.connectionId, owner);
  return { runId, stockReconciliationId };
}

/** Another merchant, who has nothing, and whose key shows what is shown to strangers. */
async function makeStranger({ secrets }: World, { must }: Acts): Promise<{ merchantId: string; keyId: string }> {
  const merchantId = idOf(await must('operator', 'POST /v1/merchants', { json: { name: 'Somebody else' } }));
  const params = { merchantId };
  await must('operator', 'PATCH /v1/merchants/{merchantId}', { params, json: { name: 'Another' } });
  const made = await must('operator', 'POST /v1/merchants/{merchantId}/api-keys', {
    params,
    json: { name: 'key', scopes: ['operate'] },
    headers: { 'idempotency-key': 'stranger' },
  });
  secrets['strangerKey'] = String(made.body['key']);
  await must('operator', 'GET /v1/merchants');
  await must('operator', 'GET /v1/merchants/{merchantId}', { params });
  await must('operator', 'GET /v1/merchants/{merchantId}/api-keys', { params });
  return { merchantId, keyId: idOf(made) };
}

/** Somebody who may use the console, and what everybody has done until then. */
async function manageUsers({ secrets }: World, { must }: Acts): Promise<string> {
  const made = await must('operator', 'POST /v1/users', { json: { name: 'canary', role: 'viewer' } });
  const params = { userId: idOf(made) };
  secrets['inviteToken'] = String(made.body['inviteUrl']).split('/').at(-1) ?? '';
  await must('operator', 'GET /v1/users');
  await must('operator', 'GET /v1/users/{userId}', { params });
  await must('operator', 'PATCH /v1/users/{userId}', { params, json: { role: 'operator' } });
  const reset = await must('operator', 'POST /v1/users/{userId}/reset', { params });
  secrets['resetToken'] = String(reset.body['inviteUrl']).split('/').at(-1) ?? '';
  const left = { userId: idOf(await must('operator', 'POST /v1/users', { json: { name: 'gone', role: 'viewer' } })) };
  await must('operator', 'DELETE /v1/users/{userId}', { params: left });
  for (const form of ['', '.ndjson', '.csv']) await must('operator', `GET /v1/audit${form}`);
  for (const route of ['GET /metrics', 'GET /v1/metrics/series']) await must('operator', route);
  return params.userId;
}

/** A job that failed is handed to the workers once more. */
async function handOver({ packline }: World, { must }: Acts): Promise<{ queue: string; jobId: string }> {
  const params = { queue: 'sweep', jobId: await makeFailedJob(packline.base.redis, 'sweep') };
  await must('operator', 'POST /v1/queues/{queue}/jobs/{jobId}/retry', { params });
  return params;
}

/** The simulated partners misbehave in a way that nobody meets, and a shopper buys. */
async function playWithSandbox({ must }: Acts): Promise<void> {
  const json = { match: { partner: 'nobody' }, fault: { kind: 'hang' } };
  await must('operator', 'POST /v1/sandbox/faults', { json });
  await must('operator', 'GET /v1/sandbox');
  await must('operator', 'DELETE /v1/sandbox/faults');
  await must('operator', 'POST /v1/sandbox/orders', { json: {} });
}

/** A full snapshot of nothing, which is held, and then confirmed. */
async function holdAndConfirm(connectionId: string, owner: Acts['owner']): Promise<void> {
  const headers = { 'packline-connection': connectionId };
  const push = async (operation: string, json: object, query = ''): Promise<string> => {
    const runId = idOf(await owner(operation, { headers, json, query }));
    const read = async () => (await owner('GET /v1/runs/{runId}', { params: { runId } })).body;
    await vi.waitFor(async () => expect((await read())['endedAt']).not.toBeNull(), waiting);
    return runId;
  };
  const product = { name: 'Canary seed', categories: [], weight: 1, dimensions: {}, identifiers: [] };
  await push('POST /v1/products', { products: [{ externalIdentifier: 'seed', ...product }] });
  const item = { externalProductId: 'seed', externalStoreLocationId: 'store-1', available: true };
  await push('POST /v1/inventory', { items: [item] });
  const runId = await push('POST /v1/inventory', { items: [] }, '?mode=full&storeLocationId=store-1');
  await owner('POST /v1/runs/{runId}/confirm-retire', { params: { runId } });
}

/** A parcel whose carrier says more than it should. */
async function readTracking(
  { packline, secrets }: World,
  { must, owner, connect }: Acts,
): Promise<Record<string, string>> {
  const params = { carrier: 'demo', trackingNumber: 'T1' };
  const { trackedCity: city, trackedState: state, trackedDescription: description } = tracked.values;
  const json = {
    ...params,
    status: 'DELIVERED',
    occurredAt: '2026-01-15T09:00:00Z',
    description,
    location: { city, state },
  };
  await must('operator', 'POST /v1/tracking-events', { json, headers: { 'packline-merchant': packline.merchantId } });
  await owner('GET /v1/tracking/{carrier}/{trackingNumber}', { params });
  await owner('GET /v1/services');
  secrets['upsHookSecret'] = `us-${randomBytes(16).toString('hex')}`;
  const settings = { clientId: 'id', clientSecret: secrets['upsHookSecret'], hookClientId: 'hook-client', hookClientSecret: secrets['upsHookSecret'] }; // prettier-ignore
  await connect('UPS', { connector: 'ups', settings });
  const polled = { carrier: 'ups', trackingNumber: '1Z999AA10123456784' };
  const heard = { ...polled, status: 'IN_TRANSIT', occurredAt: '2026-01-15T09:00:00Z' };
  await must('operator', 'POST /v1/tracking-events', {
    json: heard,
    headers: { 'packline-merchant': packline.merchantId },
  });
  await owner('POST /v1/tracking/{carrier}/{trackingNumber}/refresh', { params: polled });
  await must('partner', 'POST /in/{token}/oauth/token', {
    params: { token: secrets['token of UPS'] ?? '' },
    raw: `grant_type=client_credentials&client_id=hook-client&client_secret=${secrets['upsHookSecret']}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  return params;
}
