import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { expect, onTestFinished } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { createBooks, type Books } from '../../src/sandbox/books.ts';
import { pickerSettingsSchema, type PickerSettings, type SandboxContext } from '../../src/sandbox/context.ts';
import { createFaults, type Faults } from '../../src/sandbox/faults.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { createTimers } from '../../src/sandbox/timers.ts';
import { demoPnpAccount } from '../../src/sandbox/vtex-pick-and-pack/account-settings.ts';
import { createPickAndPack } from '../../src/sandbox/vtex-pick-and-pack/pick-and-pack.ts';
import { createFakeOms, type FakeOms } from './vtex-pick-and-pack-fake-oms.ts';

export interface Answer {
  status: number;
  body: unknown;
}

export interface CallOptions {
  token?: string | null;
  headers?: Record<string, string>;
}

export interface PnpHarness {
  /** Of `demomarket`, and of `othermarket`, which `join` gives a Pick and Pack too. */
  oms: FakeOms;
  otherOms: FakeOms;
  books: Books;
  faults: Faults;
  picker: PickerSettings;
  /** The clock of the sandbox stands still; this moves it. */
  passMs(ms: number): void;
  auth(body: unknown): Promise<Answer>;
  token(apiKey?: string): Promise<string>;
  /** The new API, as `demomarket` with a good token unless told otherwise. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  read(path: string, headers?: Record<string, string>): Promise<Answer>;
  legacy(path: string, authorization?: string): Promise<Answer>;
  control(method: string, path: string, body?: unknown): Promise<Answer>;
  set(changes: Record<string, unknown>): Promise<void>;
  /** Adds Pick and Pack to `othermarket`; answers its key. */
  join(settings?: Record<string, unknown>): Promise<string>;
  statusOf(orderId: string): string | undefined;
  historyOf(orderId: string): string[];
  /** By hand. */
  moveTo(orderId: string, ...statuses: string[]): Promise<void>;
  /** Waits until the order has this status. */
  reaches(orderId: string, status: string): Promise<void>;
  /** A shopper's order that Pick and Pack has. */
  shop(orderId?: string, order?: Parameters<FakeOms['make']>[1]): Promise<string>;
  reset(): void;
}

/** Pick and Pack over HTTP, its pickers and couriers with their hands in their pockets unless told otherwise. */
export async function startPickAndPack(
  options: { picker?: Partial<PickerSettings>; speed?: number; seed?: number } = {},
): Promise<PnpHarness> {
  const { speed = 0, seed = 1 } = options;
  let nowMs = Date.UTC(2026, 0, 15, 1, 2, 3, 45);
  const random = createRandom(seed);
  const books = createBooks();
  const context: SandboxContext = {
    log: createLog({ level: 'silent', name: 'sandbox' }),
    now: () => nowMs,
    timers: createTimers(speed),
    speed: speed === 0 ? 1000 : speed,
    books,
    faults: createFaults(random, (kind) => books.addFault(kind)),
    random,
    seed,
    picker: pickerSettingsSchema.parse({ mode: 'manual', ...options.picker }),
  };
  const oms = createFakeOms('demomarket');
  const otherOms = createFakeOms('othermarket');
  const pnp = createPickAndPack(context, { account: (name) => [oms, otherOms].find((one) => one.name === name) });
  const app = new Hono()
    .route('/vtex-pnp', pnp.makeApi('/vtex-pnp'))
    .route('/vtex-pnp-auth', pnp.makeAuthApi('/vtex-pnp-auth'))
    .route('/vtex-pnp-legacy', pnp.makeLegacyApi('/vtex-pnp-legacy'))
    .route('/control', pnp.makeControl());
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    context.timers.stopAll();
    pnp.stop();
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;

  const ask = async (method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  };
  let kept: string | undefined;
  const harness: PnpHarness = {
    oms,
    otherOms,
    books,
    faults: context.faults,
    picker: context.picker,
    passMs(ms) {
      nowMs += ms;
    },
    auth: (body) => ask('POST', '/vtex-pnp-auth/token', body, {}),
    async token(apiKey = demoPnpAccount.apiKey) {
      return String(fieldOf(await harness.auth({ apiKey }), 'data'));
    },
    async call(method, path, body, called = {}) {
      const token = called.token === undefined ? (kept ??= await harness.token()) : called.token;
      const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
      return ask(method, `/vtex-pnp${path}`, body, { ...authorization, ...called.headers });
    },
    read: (path, headers = {}) => harness.call('GET', path, undefined, { headers }),
    legacy: (path, authorization) =>
      ask('GET', `/vtex-pnp-legacy${path}`, undefined, authorization === undefined ? {} : { authorization }),
    control: (method, path, body) => ask(method, `/control${path}`, body, {}),
    async set(changes) {
      expect((await harness.control('PATCH', '/accounts/demomarket', changes)).status).toBe(200);
    },
    async join(settings = {}) {
      const apiKey = `${'ab'.repeat(16)}:${'cd'.repeat(64)}`;
      const answer = await harness.control('PUT', '/accounts', { account: 'othermarket', apiKey, ...settings });
      expect(answer.status).toBe(200);
      return apiKey;
    },
    statusOf: (orderId) => pnp.find()?.index.orders.get(orderId)?.status,
    historyOf: (orderId) => (pnp.find()?.index.orders.get(orderId)?.history ?? []).map(({ status }) => status),
    async moveTo(orderId, ...statuses) {
      for (const status of statuses) {
        expect((await harness.control('POST', `/orders/${orderId}/status`, { status })).status).toBe(200);
      }
    },
    reaches: (orderId, status) => expect.poll(() => harness.statusOf(orderId)).toBe(status),
    async shop(orderId = '1509750516095-01', order = {}) {
      oms.make(orderId, order);
      await expect.poll(() => harness.statusOf(orderId)).toBeDefined();
      return orderId;
    },
    reset: () => pnp.reset(),
  };
  return harness;
}

/** A field of an answer's body. */
export const fieldOf = ({ body }: Answer, name: string): unknown => (body as Record<string, unknown>)[name];

export interface HookReceiver {
  url: string;
  received: { headers: IncomingHttpHeaders; body: Record<string, unknown> }[];
  /** What it answers, given how many webhooks came before. */
  answer: (before: number) => number;
  /** Most webhooks that were unanswered at once. */
  atOnce: number;
}

/** A merchant's endpoint that remembers what it gets, and takes a moment to answer. */
export async function startReceiver(): Promise<HookReceiver> {
  const receiver: HookReceiver = { url: '', received: [], answer: () => 200, atOnce: 0 };
  let open = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    open += 1;
    receiver.atOnce = Math.max(receiver.atOnce, open);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const status = receiver.answer(receiver.received.length);
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
      receiver.received.push({ headers: request.headers, body });
      setTimeout(() => {
        open -= 1;
        response.writeHead(status).end();
      }, 2);
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
