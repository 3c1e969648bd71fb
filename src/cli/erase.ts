import * as z from 'zod';
import type { Config } from '../platform/config.ts';
import { callJson } from './demo-api.ts';
import { findApi, findOnlyMerchant } from './find-api.ts';

export interface EraseRequest {
  /** One of the three. */
  who: { orderId: string } | { email: string } | { phone: string };
  merchant?: string;
  force: boolean;
  dryRun: boolean;
}

const ReportSchema = z.object({
  dryRun: z.boolean(),
  erased: z.array(
    z.object({ orderId: z.string().optional(), serviceId: z.string().optional(), where: z.array(z.string()) }),
  ),
  webhooks: z.int(),
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

export function printErasure({ dryRun, erased, webhooks, notErased }: ErasureReport): void {
  const lines = [
    ...erased.map(
      ({ orderId, serviceId, where }) =>
        `${dryRun ? 'would erase' : 'erased'}  ${orderId ?? serviceId ?? ''}: ${where.join(', ')}`,
    ),
    ...(webhooks === 0 ? [] : [`${dryRun ? 'would erase' : 'erased'}  webhooks about no order: ${webhooks}`]),
    ...(erased.length + webhooks === 0 ? ['nothing to erase'] : []),
    ...notErased.map(
      ({ orderId, where, reason }) => `left    ${where}: ${orderId === null ? '' : `${orderId} `}${reason}`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
