import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { writePrivateFile } from '../platform/private-file.ts';
import { makeWebhookSecret } from '../platform/signature.ts';
import { callPatiently } from './call-patiently.ts';
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
  const earlier = await readCredentials(context.home).catch(() => null);
  const credentials = (await stillWorking(context, earlier)) ?? (await createMerchant(context, earlier));
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

async function stillWorking(
  { baseUrl, adminKey, sandboxUrl }: DemoContext,
  earlier: DemoCredentials | null,
): Promise<DemoCredentials | null> {
  if (earlier === null) return null;
  try {
    await callPatiently(`${baseUrl}/v1/orders?limit=1`, { key: earlier.merchantKey });
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.kind === 'rejected') return null;
    throw thrown;
  }
  return { ...earlier, baseUrl, adminKey, sandboxUrl };
}

/** A start that ended half way is gone on with by the next: what was made in the place of the same earlier one is the same. */
async function createMerchant(
  { baseUrl, adminKey, sandboxUrl }: DemoContext,
  earlier: DemoCredentials | null,
): Promise<DemoCredentials> {
  const post = <T>(path: string, body: { name: string; scopes?: string[] }) => {
    const headers = { 'idempotency-key': `${body.name.replace(' ', '-')}-after-${earlier?.merchantId ?? 'none'}` };
    return callPatiently<T>(`${baseUrl}${path}`, { method: 'POST', key: adminKey, headers, body });
  };
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
  const { data } = await callPatiently<{ data: ConnectionView[] }>(`${baseUrl}/v1/connections`, { key });
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
      ? await callPatiently<ConnectionView>(`${baseUrl}/v1/connections`, { method: 'POST', key, body })
      : await callPatiently<ConnectionView>(`${baseUrl}/v1/connections/${earlier.id}`, {
          method: 'PATCH',
          key,
          body: { settings },
        });
  await callPatiently(`${sandboxUrl}/_sandbox/nash/endpoints`, {
    method: 'POST',
    body: { url: connection.webhookUrl, secret: webhookSecret },
  });
}

/** The merchant's own system, played by the sandbox: what it was told is at `/_sandbox/subscribers/demo`. */
async function subscribe({ baseUrl, sandboxUrl }: DemoContext, { merchantKey: key }: DemoCredentials): Promise<void> {
  const url = `${sandboxUrl}/subscribers/${subscriberName}`;
  const { data } = await callPatiently<{ data: { id: string; url: string; description: string | null }[] }>(
    `${baseUrl}/v1/endpoints`,
    { key },
  );
  const description = 'Demo subscriber';
  const earlier = data.find((endpoint) => endpoint.description === description);
  if (earlier === undefined) {
    await callPatiently(`${baseUrl}/v1/endpoints`, { method: 'POST', key, body: { url, eventTypes: [], description } });
  } else if (earlier.url !== url) {
    await callPatiently(`${baseUrl}/v1/endpoints/${earlier.id}`, { method: 'PATCH', key, body: { url } });
  }
}
