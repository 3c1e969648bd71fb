import { z } from 'zod';
import { NashRefusal } from './nash-refusal.ts';
import { webhookSecretSchema } from './webhooks.ts';

/** Body of `POST /_sandbox/nash/organisations`: a new organisation, or new settings for one that exists. */
export const organisationSchema = z.strictObject({
  orgId: z.string().min(1),
  apiKey: z.string().min(1),
  /** A key belongs to one region: `us` is served under `/nash`, `au` under `/nash-au`. */
  region: z.enum(['us', 'au']).default('us'),
  /** External ids of its stores. Without the list every store is created on first use, as an organisation may choose. */
  stores: z.array(z.string()).optional(),
  /** Requests per second: 20 for the organisation, 10 for products and inventory (Nash's rate limit pages). */
  limits: z
    .strictObject({ default: z.int().min(1).default(20), catalog: z.int().min(1).default(10) })
    .default({ default: 20, catalog: 10 }),
  /** Registers an endpoint in the same call, as the portal would. */
  webhookUrl: z.url().optional(),
  webhookSecret: webhookSecretSchema.optional(),
});

/** The organisation every sandbox has: its key is public, as it opens nothing. */
export const demoOrganisation: z.input<typeof organisationSchema> = {
  orgId: 'org_demo',
  apiKey: 'nash_demo_key',
  region: 'us',
  stores: ['store-1', 'store-2', 'store_001', 'store_002'],
};

export type Organisation = z.output<typeof organisationSchema>;

/**
 * Who calls. A missing header is 401; a key that is unknown here, or belongs to another region, is 404 "API key not
 * found"; a key of several organisations needs `Nash-Org-Id`.
 */
export function findCaller(
  organisations: Iterable<Organisation>,
  {
    authorization,
    orgId,
    region,
  }: { authorization: string | undefined; orgId: string | undefined; region: Organisation['region'] },
): Organisation {
  const apiKey = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  if (apiKey === undefined) throw new NashRefusal(401, 'UNAUTHORIZED', 'Authorization token is missing');
  const owners = [...organisations].filter((org) => org.apiKey === apiKey && org.region === region);
  const [first, second] = owners;
  if (first === undefined) throw new NashRefusal(404, 'MISSING_RESOURCE', 'API key not found');
  if (orgId === undefined) {
    if (second === undefined) return first;
    throw new NashRefusal(400, 'BAD_REQUEST', 'Nash-Org-Id is required for a key of several organizations');
  }
  const named = owners.find((org) => org.orgId === orgId);
  if (named === undefined) throw new NashRefusal(403, 'FORBIDDEN', `The API key has no access to '${orgId}'`);
  return named;
}
