import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivateFile } from '../platform/private-file.ts';
import { makeWebhookSecret } from '../platform/signature.ts';
import { callJson } from './demo-api.ts';
import { connectCourier } from './seed-courier.ts';
import { connectVtex } from './seed-vtex.ts';
import type { DemoContext } from './up.ts';

/** What `npm start` leaves in PACKLINE_HOME for people and scripts (mode 0600). */
export interface DemoCredentials {
  baseUrl: string;
  adminKey: string;
  merchantId: string;
  merchantKey: string;
  carrierKey: string;
  sandboxUrl: string;
}

interface ConnectionView {
  id: string;
  name: string;
  webhookUrl: string;
}

const credentialsPath = (home: string): string => join(home, 'credentials.json');

const connectionName = 'Nash (sandbox)';
const subscriberName = 'demo';

/**
 * A merchant with an API key, a carrier's key, a Nash connection to the sandbox that takes the orders of `store-1`, a VTEX
 * account whose Pick and Pack takes those of `store-2`, the carrier `demo`, and a webhook endpoint. On a later start it finds all
 * this and only tells the sandbox, which remembers nothing, where to send its hooks.
 */
export async function seedDemo(context: DemoContext): Promise<DemoCredentials> {
  const credentials = (await findEarlier(context)) ?? (await createMerchant(context));
  await writePrivateFile(credentialsPath(context.home), `${JSON.stringify(credentials, null, 2)}\n`);
  await connectNash(context, credentials);
  await connectVtex(credentials);
  await connectCourier(credentials);
  await subscribe(context, credentials);
  return credentials;
}

export async function readCredentials(home: string): Promise<DemoCredentials> {
  return JSON.parse(await readFile(credentialsPath(home), 'utf8'));
}

async function findEarlier({ home, baseUrl, adminKey, sandboxUrl }: DemoContext): Promise<DemoCredentials | null> {
  const earlier = await readCredentials(home).catch(() => null);
  if (earlier === null) return null;
  const credentials = { ...earlier, baseUrl, adminKey, sandboxUrl };
  const key = credentials.merchantKey;
  const works = await callJson(`${baseUrl}/v1/orders?limit=1`, { key }).then(
    () => true,
    () => false,
  );
  return works ? credentials : null;
}

async function createMerchant({ baseUrl, adminKey, sandboxUrl }: DemoContext): Promise<DemoCredentials> {
  const post = <T>(path: string, body: unknown) =>
    callJson<T>(`${baseUrl}${path}`, { method: 'POST', key: adminKey, body });
  const merchant = await post<{ id: string }>('/v1/merchants', { name: 'Demo Market' });
  const keys = `/v1/merchants/${merchant.id}/api-keys`;
  const merchantKey = await post<{ key: string }>(keys, { name: 'demo merchant', scopes: ['read', 'operate'] });
  const carrierKey = await post<{ key: string }>(keys, { name: 'demo carrier', scopes: ['carrier'] });
  return {
    baseUrl,
    adminKey,
    merchantId: merchant.id,
    merchantKey: merchantKey.key,
    carrierKey: carrierKey.key,
    sandboxUrl,
  };
}

async function connectNash({ baseUrl, sandboxUrl }: DemoContext, { merchantKey: key }: DemoCredentials): Promise<void> {
  const { data } = await callJson<{ data: ConnectionView[] }>(`${baseUrl}/v1/connections`, { key });
  const webhookSecret = makeWebhookSecret(randomBytes(32));
  const settings = { baseUrl: `${sandboxUrl}/nash`, apiKey: 'nash_demo_key', webhookSecret };
  const earlier = data.find((connection) => connection.name === connectionName);
  const body = {
    connector: 'nash',
    name: connectionName,
    settings,
    routing: [{ storeLocationIds: ['store-1'] }],
  };
  const connection =
    earlier === undefined
      ? await callJson<ConnectionView>(`${baseUrl}/v1/connections`, { method: 'POST', key, body })
      : await callJson<ConnectionView>(`${baseUrl}/v1/connections/${earlier.id}`, {
          method: 'PATCH',
          key,
          body: { settings },
        });
  await callJson(`${sandboxUrl}/_sandbox/nash/endpoints`, {
    method: 'POST',
    body: { url: connection.webhookUrl, secret: webhookSecret },
  });
}

/** The merchant's own system, played by the sandbox: what it was told is at `/_sandbox/subscribers/demo`. */
async function subscribe({ baseUrl, sandboxUrl }: DemoContext, { merchantKey: key }: DemoCredentials): Promise<void> {
  const url = `${sandboxUrl}/subscribers/${subscriberName}`;
  const { data } = await callJson<{ data: { id: string; url: string; description: string | null }[] }>(
    `${baseUrl}/v1/endpoints`,
    { key },
  );
  const description = 'Demo subscriber';
  const earlier = data.find((endpoint) => endpoint.description === description);
  if (earlier === undefined) {
    await callJson(`${baseUrl}/v1/endpoints`, { method: 'POST', key, body: { url, eventTypes: [], description } });
  } else if (earlier.url !== url) {
    await callJson(`${baseUrl}/v1/endpoints/${earlier.id}`, { method: 'PATCH', key, body: { url } });
  }
}
