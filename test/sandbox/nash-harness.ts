import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

export interface CallOptions {
  apiKey?: string | null;
  orgId?: string;
}

/** A listening sandbox that ends with the test, its Nash API and its control API. */
export interface NashHarness {
  sandbox: Sandbox;
  url: string;
  /** Nash's own API, `/v1/…`, as the demo organisation unless told otherwise. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  /** The control API, `/_sandbox/…`. */
  control(method: string, path: string, body?: unknown): Promise<Answer>;
}

async function ask(url: string, method: string, body: unknown, headers: Record<string, string>): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
}

export async function startNash(options: SandboxOptions = {}): Promise<NashHarness> {
  const sandbox = createSandbox({ speed: 0, picker: { mode: 'manual' }, ...options });
  const { url, close } = await sandbox.listen(0);
  onTestFinished(close);
  return {
    sandbox,
    url,
    call(method, path, body, { apiKey = 'nash_demo_key', orgId } = {}) {
      return ask(`${url}/nash${path}`, method, body, {
        ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
        ...(orgId === undefined ? {} : { 'nash-org-id': orgId }),
      });
    },
    control: (method, path, body) => ask(`${url}/_sandbox${path}`, method, body, {}),
  };
}

export interface Received {
  headers: IncomingHttpHeaders;
  raw: string;
  body: { type: string; event: string; data: unknown };
}

export interface Receiver {
  url: string;
  received: Received[];
  /** What it answers, given how many requests came before. */
  answer: (before: number) => { status: number; headers?: Record<string, string> };
}

const webhookBody = z.object({ type: z.string(), event: z.string(), data: z.unknown() });

/** A merchant's endpoint that remembers what it gets. */
export async function startReceiver(): Promise<Receiver> {
  const receiver: Receiver = { url: '', received: [], answer: () => ({ status: 204 }) };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8');
      const { status, headers } = receiver.answer(receiver.received.length);
      receiver.received.push({ headers: request.headers, raw, body: webhookBody.parse(JSON.parse(raw)) });
      response.writeHead(status, headers).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  receiver.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return receiver;
}

/** Resolves when the check stops throwing. */
export const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 5000, interval: 5 });

/** A pick-and-pack order with one line of each kind, as in the Pick and Pack guide. */
export const makeOrder = (externalId: string, changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  externalId,
  requirements: ['pick_and_pack', 'photo_proof_of_delivery'],
  pickupExternalStoreLocationId: 'store_001',
  dropoffAddress: '1 Example St, Carlton, VIC 3053',
  dropoffFirstName: 'Ana',
  dropoffPhoneNumber: '+61400000002',
  deliveryMode: 'now',
  currency: 'AUD',
  valueCents: 3012,
  itemsCount: 7,
  weight: 2.5,
  items: [
    {
      id: 'tote',
      description: 'Grocery basket',
      count: 1,
      subItems: [
        {
          id: 'line-1',
          sku: '100001',
          description: 'Dried Fruit',
          count: 2,
          valueCents: 880,
          barcode: '1234567890128',
        },
        { id: 'line-2', sku: '200002', description: 'Chicken', count: 1, valueCents: 1209, weight: 0.55 },
        {
          id: 'line-3',
          sku: '300003',
          description: 'Ginger Shot',
          count: 1,
          valueCents: 330,
          substitution: {
            preference: 'substitute',
            source: 'customer',
            substituteItems: [{ sku: '300099', quantity: 1 }],
          },
        },
        { id: 'line-4', sku: '600006', description: 'Bananas Each', count: 2, valueCents: 186 },
      ],
    },
  ],
  ...changes,
});

export const makeProduct = (
  externalIdentifier: string,
  changes: Record<string, unknown> = {},
): Record<string, unknown> => ({
  externalIdentifier,
  sku: externalIdentifier,
  name: `Product ${externalIdentifier}`,
  categories: ['Pantry'],
  weight: 0.145,
  dimensions: { depth: 3, height: 18, width: 12 },
  identifiers: [{ type: 'EAN', value: '1234567890128' }],
  ...changes,
});

/** Error code and fields of Nash's envelope. */
export const errorOf = (answer: Answer): { code: string; message: string; fields: Record<string, string> } => {
  const envelope = z
    .object({
      error: z.object({
        code: z.string(),
        message: z.string(),
        details: z.object({ fields: z.record(z.string(), z.string()) }).optional(),
      }),
      response_status: z.string().startsWith(`${answer.status} `),
      RequestID: z.literal(answer.headers.get('x-request-id') ?? 'none'),
    })
    .parse(answer.body);
  return { code: envelope.error.code, message: envelope.error.message, fields: envelope.error.details?.fields ?? {} };
};

const deliverySchema = z.object({
  id: z.string(),
  status: z.string(),
  isActive: z.boolean(),
  statusHistory: z.array(z.strictObject({ status: z.string(), created_at: z.string() })),
  picked_items: z.array(z.record(z.string(), z.unknown())).optional(),
  pickedItems: z.array(z.record(z.string(), z.unknown())).nullish(),
});

const jobSchema = z.object({
  id: z.string(),
  createdAt: z.string(),
  externalIdentifier: z.string().nullable(),
  isActive: z.boolean(),
  jobConfigurations: z.tuple([
    z.object({
      tasks: z.array(z.object({ id: z.string(), status: z.string(), delivery: deliverySchema })),
      delivery: deliverySchema,
    }),
  ]),
});

export type JobBody = z.output<typeof jobSchema>;

/** A job, bare or as `{job}`, or a webhook's data. */
export const jobOf = (body: unknown): JobBody => {
  const wrapped = z.object({ job: z.unknown() }).safeParse(body);
  return jobSchema.parse(wrapped.success ? wrapped.data.job : body);
};

export const deliveryOf = (body: unknown): z.output<typeof deliverySchema> => jobOf(body).jobConfigurations[0].delivery;

/** Places an order and dispatches it. */
export async function dispatchOrder(
  nash: NashHarness,
  externalId: string,
  changes: Record<string, unknown> = {},
): Promise<JobBody> {
  await nash.call('POST', `/v1/order/external-identifier/${externalId}`, makeOrder(externalId, changes));
  return jobOf((await nash.call('POST', `/v1/order/external-identifier/${externalId}/autodispatch`)).body);
}
