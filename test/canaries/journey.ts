import { expect, vi } from 'vitest';
import { connectVtex } from '../support/connected-vtex.ts';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import { dataOf, signed, type Acts, type World } from './acts.ts';
import { amendment, atWork, errors, nashHook, postedOrder, shoppedOrder, strayFacts } from './people.ts';
import { tokenOf } from './secrets.ts';

const connection = 'GET /v1/connections/{connectionId}';

/** The merchant's connections and endpoints, a secret in every setting that takes one. */
export async function connectAll(
  { packline, secrets, echo }: World,
  { owner, control, subscribe }: Acts,
): Promise<void> {
  const { vtexToken: appToken, vtexHookKey: hookKey, pickAndPackKey: apiKey, pickAndPackHookKey: webhookKey } = secrets;
  await owner('PATCH /v1/connections/{connectionId}', {
    params: { connectionId: packline.connectionId },
    json: { settings: { webhookSecretPrevious: secrets.nashSecretBefore } },
  });
  const { account, omsId, pickAndPackId } = await connectVtex(packline, packline.sandboxUrl, {
    oms: { appToken, hookKey },
    atVtex: { appToken },
    pickAndPack: { apiKey, webhookKey },
    atPickAndPack: { apiKey, webhooks: [], cacheMs: 0 },
    register: false,
  });
  const urlOf = async (connectionId: string) =>
    (await owner(connection, { params: { connectionId } })).body['webhookUrl'];
  const url = await urlOf(pickAndPackId);
  secrets['token of vtex'] = tokenOf(await urlOf(omsId));
  secrets['token of pick and pack'] = tokenOf(url);
  const webhooks = [{ url, headers: { 'x-packline-key': webhookKey } }];
  await control('PATCH', `/vtex-pick-and-pack/accounts/${account}`, { webhooks, ...atWork });
  await owner('POST /v1/connections/{connectionId}/register-webhooks', { params: { connectionId: omsId } });
  await subscribe('quotes', `${echo.url}/hooks/known-200?token=${secrets.endpointUrlKey}`);
  await subscribe('fails', `${echo.url}/hooks/page-500?token=${secrets.endpointUrlKey}`);
}

/** Orders that are amended and canceled, one that nobody takes, and three that are delivered each by another way. */
export async function orderAll({ packline }: World, { owner, control, post }: Acts): Promise<void> {
  const { reaches } = makeOrderReader(packline);
  await control('POST', '/picker', { mode: 'manual' });
  const amendedId = await post(postedOrder('amended'));
  const waitingId = await post(postedOrder('waiting', { storeLocationId: 'store-nobody' }));
  await vi.waitFor(async () => {
    expect((await control('GET', '/nash/orders/amended'))['jobs']).toHaveLength(1);
  }, waiting);
  for (const orderId of [amendedId, waitingId]) {
    await owner('PATCH /v1/orders/{orderId}', { params: { orderId }, json: amendment('amended') });
  }
  await reaches('amended', { pendingAmendment: false });
  // The reason is the one free text that is shown to all, which the API's document says.
  await owner('POST /v1/orders/{orderId}/cancel', { params: { orderId: amendedId }, json: { reason: 'too late' } });
  await reaches('amended', { status: 'CANCELED' });

  await control('POST', '/picker', { mode: 'walk' });
  const quoted = JSON.stringify(postedOrder('x'));
  const details = { fields: { 'items.0.subItems.0.sku': quoted } };
  const refused = { error: { code: 'VALIDATION_ERRORS', message: quoted, details } };
  await control('POST', '/faults', {
    match: { partner: 'nash', path: '/v1/order/external-identifier/refused' },
    times: 1,
    fault: { kind: 'status', status: 422, body: refused },
  });
  await control('POST', '/faults', {
    match: { partner: 'vtex-pick-and-pack', path: '/orders' },
    times: 2,
    fault: { kind: 'status', status: 400, body: { code: errors.errorName, message: JSON.stringify(errors) } },
  });
  const shop = (warehouseId: string) => control('POST', '/vtex/orders', shoppedOrder(warehouseId));
  const shopped = [await shop('store-1'), await shop('store-2')].map(({ orderId }) => String(orderId));
  await post(postedOrder('delivered'));
  const orderId = await post(postedOrder('refused'));
  for (const externalId of ['delivered', ...shopped]) await reaches(externalId, { status: 'DELIVERED' });
  await reaches('refused', { problems: [{ source: 'you' }] });
  await vi.waitFor(async () => {
    const issues = dataOf(await owner('GET /v1/issues')) as { id: string; orderIds?: string[] }[];
    const issueId = issues.find(({ orderIds }) => orderIds?.includes(orderId))?.id ?? 'none yet';
    await owner('POST /v1/issues/{issueId}/correct', { params: { issueId }, json: { by: '100002', plan: true } });
  }, waiting);
  await owner('POST /v1/orders/{orderId}/retry', { params: { orderId } });
  await owner('POST /v1/orders/{orderId}/resync', { params: { orderId: amendedId } });
}

/** Hooks that name people: of orders known and unknown, signed and not, readable and not. */
export async function hookAll({ secrets, failures }: World, { must, hook }: Acts): Promise<void> {
  const { token, nashSecret } = secrets;
  for (const externalId of ['delivered', 'never-heard-of']) {
    const raw = nashHook(externalId);
    const headers = signed(`msg_${externalId}`, raw, nashSecret);
    await must('partner', 'POST /in/{token}', { params: { token }, raw, headers });
    await hook(token, raw, signed('msg_wrong', 'another body', nashSecret));
    await hook(token, raw);
  }
  const broken = [
    JSON.stringify(errors),
    `{"type":"delivery","event":"x","data":"${errors.hookName}"}`,
    errors.hookName,
  ];
  for (const [index, raw] of broken.entries()) await hook(token, raw, signed(`msg_broken_${index}`, raw, nashSecret));

  const step = { orderId: 'v1-01', newStatus: 'PICKING', hostname: 'demomarket' };
  const move = { OrderId: 'v1-01', State: 'canceled', Domain: 'Fulfillment' };
  for (const [name, key, facts] of [
    ['vtex', secrets.vtexHookKey, move],
    ['pick and pack', secrets.pickAndPackHookKey, step],
  ] as const) {
    const at = secrets[`token of ${name}`] ?? '';
    const right = JSON.stringify({ ...facts, ...strayFacts() });
    for (const raw of [right, JSON.stringify(strayFacts()), errors.hookName]) {
      await hook(at, raw, { 'x-packline-key': key });
    }
    await hook(at, right, { 'x-packline-key': encodeURIComponent(errors.hookSignature) });
  }
  await vi.waitFor(() => expect(failures('fulfilment-read')).toBeGreaterThanOrEqual(1), waiting);
}
