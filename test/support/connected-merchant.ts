import { randomBytes } from 'node:crypto';
import { makeWebhookSecret } from '../../src/platform/signature.ts';
import type { Subscriber } from './subscriber.ts';

export interface ApiAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** A merchant with a key, a Nash connection to the sandbox (store-1) and its own system as a webhook endpoint. */
export interface ConnectedMerchant {
  merchantId: string;
  merchantKey: string;
  connectionId: string;
  endpointId: string;
  webhookUrl: string;
  webhookSecret: string;
  /** A call of the API with the merchant's key. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  /** A call of the sandbox's control API. */
  control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
}

async function request(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<ApiAnswer> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body: parsed };
}

function must({ status, body, headers }: ApiAnswer): ApiAnswer {
  if (status >= 300) throw new Error(`set-up was answered ${status}: ${JSON.stringify(body)}`);
  return { status, body, headers };
}

/** Sets everything up through the APIs, as a person would. */
export async function connectMerchant(
  at: { baseUrl: string; adminKey: string; sandboxUrl: string; subscriber: Subscriber },
  { ratePerSecond = 1_000, orgId = 'org_demo' }: { ratePerSecond?: number; orgId?: string } = {},
): Promise<ConnectedMerchant> {
  const { baseUrl, adminKey, sandboxUrl, subscriber } = at;
  const admin = async (path: string, body: unknown) =>
    must(await request(`${baseUrl}${path}`, 'POST', { authorization: `Bearer ${adminKey}` }, body));
  const merchantId = String((await admin('/v1/merchants', { name: 'Test Market' })).body['id']);
  const key = await admin(`/v1/merchants/${merchantId}/api-keys`, { name: 'test', scopes: ['read', 'operate'] });
  const merchantKey = String(key.body['key']);
  const call: ConnectedMerchant['call'] = (method, path, body, headers = {}) =>
    request(`${baseUrl}${path}`, method, { authorization: `Bearer ${merchantKey}`, ...headers }, body);
  const control: ConnectedMerchant['control'] = async (method, path, body) =>
    must(await request(`${sandboxUrl}/_sandbox${path}`, method, {}, body)).body;

  const nashKey = orgId === 'org_demo' ? 'nash_demo_key' : `nash_key_${orgId}`;
  await control('POST', '/nash/organisations', {
    orgId,
    apiKey: nashKey,
    stores: ['store-1'],
    limits: { default: ratePerSecond, catalog: 10 },
  });
  const webhookSecret = makeWebhookSecret(randomBytes(32));
  const connection = must(
    await call('POST', '/v1/connections', {
      connector: 'nash',
      name: 'Nash',
      settings: {
        baseUrl: `${sandboxUrl}/nash`,
        apiKey: nashKey,
        webhookSecret,
        requestsPerSecond: ratePerSecond,
      },
      routing: [{ storeLocationIds: ['store-1'] }],
    }),
  );
  const webhookUrl = String(connection.body['webhookUrl']);
  await control('POST', '/nash/endpoints', { orgId, url: webhookUrl, secret: webhookSecret });
  const endpoint = must(await call('POST', '/v1/endpoints', { url: subscriber.url, eventTypes: [] }));
  subscriber.useSecret(String(endpoint.body['secret']));
  return {
    merchantId,
    merchantKey,
    connectionId: String(connection.body['id']),
    endpointId: String(endpoint.body['id']),
    webhookUrl,
    webhookSecret,
    call,
    control,
  };
}
