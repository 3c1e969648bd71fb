import * as z from 'zod';
import { Failure } from '../domain/failure.ts';
import { requireSetting, type Config } from '../platform/config.ts';
import { callJson } from './demo-api.ts';
import { readCredentials } from './seed-demo.ts';

export interface EraseRequest {
  /** One of the three. */
  who: { orderId: string } | { email: string } | { phone: string };
  merchant?: string;
  force: boolean;
  dryRun: boolean;
}

const ReportSchema = z.object({
  dryRun: z.boolean(),
  erased: z.array(z.object({ orderId: z.string(), where: z.array(z.string()) })),
  notErased: z.array(z.object({ orderId: z.string().nullable(), where: z.string(), reason: z.string() })),
});
export type ErasureReport = z.infer<typeof ReportSchema>;

/** Erases a person through the API of this installation, with its admin key. */
export async function erase(config: Config, request: EraseRequest): Promise<ErasureReport> {
  const { baseUrl, adminKey, demoMerchantId } = await findApi(config);
  const merchant = request.merchant ?? demoMerchantId ?? (await findOnlyMerchant(baseUrl, adminKey));
  const answer = await callJson<unknown>(`${baseUrl}/v1/erasures`, {
    method: 'POST',
    key: adminKey,
    headers: { 'packline-merchant': merchant },
    body: { ...request.who, force: request.force, dryRun: request.dryRun },
  });
  return ReportSchema.parse(answer);
}

export function printErasure({ dryRun, erased, notErased }: ErasureReport): void {
  const lines = [
    ...erased.map(({ orderId, where }) => `${dryRun ? 'would erase' : 'erased'}  ${orderId}: ${where.join(', ')}`),
    ...(erased.length === 0 ? ['nothing to erase'] : []),
    ...notErased.map(
      ({ orderId, where, reason }) => `left    ${where}: ${orderId === null ? '' : `${orderId} `}${reason}`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Where the API is and how to be let in; the sandbox has written it down. */
async function findApi(config: Config) {
  if (config.adminKey !== undefined) return { baseUrl: config.baseUrl, adminKey: config.adminKey };
  const sandbox = await readCredentials(config.home).catch(() => null);
  if (sandbox === null) return { baseUrl: config.baseUrl, adminKey: requireSetting(config, 'adminKey') };
  return { baseUrl: sandbox.baseUrl, adminKey: sandbox.adminKey, demoMerchantId: sandbox.merchantId };
}

async function findOnlyMerchant(baseUrl: string, key: string): Promise<string> {
  const { data } = await callJson<{ data: { id: string }[] }>(`${baseUrl}/v1/merchants`, { key });
  const [only, another] = data;
  if (only !== undefined && another === undefined) return only.id;
  throw new Failure('rejected', 'merchant.unnamed', `there are ${data.length} merchants: name one with --merchant`);
}
