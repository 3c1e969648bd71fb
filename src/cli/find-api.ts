import { Failure } from '../domain/failure.ts';
import { requireSetting, type Config } from '../platform/config.ts';
import { callJson } from './demo-api.ts';
import { readCredentials } from './seed-demo.ts';

/** Where the API is and how its operator is let in; the sandbox has written it down. */
export async function findApi(config: Config) {
  if (config.adminKey !== undefined) return { baseUrl: config.baseUrl, adminKey: config.adminKey };
  const sandbox = await readCredentials(config.home).catch(() => null);
  if (sandbox === null) return { baseUrl: config.baseUrl, adminKey: requireSetting(config, 'adminKey') };
  return { baseUrl: sandbox.baseUrl, adminKey: sandbox.adminKey, demoMerchantId: sandbox.merchantId };
}

/** Throws Failure `merchant.unnamed` where there is another number of them. */
export async function findOnlyMerchant(baseUrl: string, key: string): Promise<string> {
  const { data } = await callJson<{ data: { id: string }[] }>(`${baseUrl}/v1/merchants`, { key });
  const [only, another] = data;
  if (only !== undefined && another === undefined) return only.id;
  throw new Failure('rejected', 'merchant.unnamed', `there are ${data.length} merchants: name one with --merchant`);
}

/** The API as one merchant: by its own key, or by the operator's. */
export interface MerchantApi {
  baseUrl: string;
  key: string;
  headers: Record<string, string>;
}

export async function findMerchantApi(config: Config, merchant?: string): Promise<MerchantApi> {
  if (config.apiKey !== undefined) return { baseUrl: config.baseUrl, key: config.apiKey, headers: {} };
  const { baseUrl, adminKey: key, demoMerchantId } = await findApi(config);
  const named = merchant ?? demoMerchantId ?? (await findOnlyMerchant(baseUrl, key));
  return { baseUrl, key, headers: { 'packline-merchant': named } };
}
