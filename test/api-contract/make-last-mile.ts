import * as z from 'zod';
import { createServiceBody } from '../fixtures/vtex-last-mile/payloads.ts';
import type { TestIngress } from '../support/ingress.ts';

const ConnectionSchema = z.looseObject({ id: z.string(), webhookUrl: z.string() });
const ServiceSchema = z.looseObject({ serviceId: z.string() });

/** A connection to VTEX Last Mile and a service that it asked for, whose work nobody does. */
export async function makeLastMile(
  { request }: TestIngress,
  key: string,
): Promise<{ token: string; svc: string; lastMileConnection: string }> {
  const rates = [{ price: 1, currency: 'COP', transitDays: 1 }];
  const carriers = [{ id: createServiceBody().carrierId, name: 'A carrier', rates }];
  const settings = { account: 'acme', apiKey: 'key', carriers };
  const json = { connector: 'vtex-last-mile', name: 'Last Mile', settings };
  const { id, webhookUrl } = ConnectionSchema.parse((await request('POST', '/v1/connections', { key, json })).body);
  const path = new URL(webhookUrl).pathname;
  const asked = await request('POST', `${path}/create-service`, { json: createServiceBody() });
  const svc = ServiceSchema.parse(asked.body).serviceId;
  return { token: path.split('/').at(-1) ?? '', svc, lastMileConnection: id };
}

/** Bodies that the calls of VTEX need so that there is something to answer; nobody draws the id of a service. */
export const lastMileBodies: Readonly<Record<string, (svc: string) => unknown>> = {
  'POST /last-mile/{token}/rates': () => createServiceBody(),
  'POST /last-mile/{token}/pause-service': (serviceId) => ({ serviceId, pause: false }),
  'POST /last-mile/{token}/cancel-service': (serviceId) => ({ serviceId }),
};
