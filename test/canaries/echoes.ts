import { expect, vi } from 'vitest';
import { waiting } from '../support/order-reader.ts';
import type { Acts, World } from './acts.ts';
import { modes } from './echo-server.ts';
import { postedOrder, strayFacts } from './people.ts';

/** What went to partners that quote: an order for each way of quoting, and a connection. */
export interface Echoes {
  orderIds: readonly string[];
  connectionId: string;
}

const register = 'POST /v1/connections/{connectionId}/register-webhooks';

/** Partners of each kind that quote in every answer what they were told, keys and people. */
export async function echoAll(
  { recorder, secrets, echo, failures }: World,
  { must, owner, post, hook, connect }: Acts,
): Promise<Echoes> {
  // prettier-ignore
  const baseUrl = `${echo.url}/?key=${secrets.baseUrlKey}&path=`;
  const account = 'echoshop';
  const nash = await connect('echo nash', {
    connector: 'nash',
    settings: { baseUrl, apiKey: secrets.echoNashKey, webhookSecret: secrets.echoNashSecret, requestsPerSecond: 100 },
    routing: [{ storeLocationIds: ['store-echo'] }],
  });
  const { appKey, echoVtexToken: appToken, echoPickAndPackKey: apiKey } = secrets;
  const vtex = await connect('echo vtex', {
    connector: 'vtex',
    settings: { baseUrl, account, appKey, appToken, feedPollSeconds: 1, requestsPerSecond: 100 },
  });
  const pickAndPack = await connect('echo pick and pack', {
    connector: 'vtex-pick-and-pack',
    settings: { account, apiKey, apiBaseUrl: baseUrl, authBaseUrl: baseUrl },
    routing: [{ connections: [vtex] }],
  });
  for (const connectionId of [nash, vtex, pickAndPack]) {
    const params = { connectionId };
    await owner('POST /v1/connections/{connectionId}/test', { params });
    await owner('GET /v1/connections/{connectionId}/health', { params });
    await recorder.send('owner', register, { params });
  }
  const params = { connectionId: vtex };
  const pull = { connectionId: nash, salesChannel: '1', currency: 'BRL', warehouses: {}, pricingBaseUrl: baseUrl };
  await owner('PATCH /v1/connections/{connectionId}', { params, json: { settings: { ingest: 'feed', pull } } });
  await owner('POST /v1/connections/{connectionId}/pulls', { params });
  const notice = { idSKU: '1', an: account, StockModified: true, ...strayFacts() };
  await must('partner', 'POST /in/{token}/api/notification/', {
    params: { token: secrets['token of echo vtex'] ?? '' },
    raw: JSON.stringify(notice),
  });
  await owner(register, { params });

  const orderIds: string[] = [];
  for (const mode of modes) {
    orderIds.push(await post(postedOrder(mode, { storeLocationId: 'store-echo' })));
    const event = { Domain: 'Fulfillment', OrderId: `${mode}-vtex`, State: 'ready-for-handling', ...strayFacts() };
    await hook(secrets['token of echo vtex'] ?? '', JSON.stringify(event));
  }
  for (const job of ['fulfilment-submit', 'order-import']) {
    await vi.waitFor(() => expect(failures(job), job).toBeGreaterThanOrEqual(modes.length), waiting);
  }
  await vi.waitFor(() => expect(failures('pull-read')).toBeGreaterThan(0), waiting);
  await owner('GET /v1/connections/{connectionId}/pulls', { params });
  const fed = () => echo.heard.some((asked) => asked.includes('/api/orders/feed?'));
  await vi.waitFor(() => expect(fed()).toBe(true), waiting);
  return { orderIds, connectionId: pickAndPack };
}
