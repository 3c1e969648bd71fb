import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { Hono } from 'hono';
import { onTestFinished } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { createBooks, type Books } from '../../src/sandbox/books.ts';
import { pickerSettingsSchema, type SandboxContext } from '../../src/sandbox/context.ts';
import { makeControl } from '../../src/sandbox/control.ts';
import { createFaults } from '../../src/sandbox/faults.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { createTimers } from '../../src/sandbox/timers.ts';
import type { OrderDoc } from '../../src/sandbox/vtex-oms/order-doc.ts';
import { createVtexOms, type VtexOms } from '../../src/sandbox/vtex-oms/vtex-oms.ts';

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

export interface CallOptions {
  account?: string;
  appKey?: string | null;
  appToken?: string;
}

/** The OMS alone, without its Pick and Pack, so that orders stand still; and its control API. */
export interface OmsHarness {
  vtex: VtexOms;
  books: Books;
  /** The clock of the sandbox stands still; this moves it. */
  passMs(ms: number): void;
  /** The Orders API of an account, `/api/…`, with the demo account's key unless told otherwise. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  /** The control API, `/_sandbox/…`. */
  control(method: string, path: string, body?: unknown): Promise<Answer>;
  /** A shopper's order; answers its id. */
  shop(order?: Record<string, unknown>): Promise<string>;
  /** What `GET …/orders/{orderId}` answers. */
  read(orderId: string): Promise<OrderDoc>;
}

export function startOms(options: { seed?: number; speed?: number } = {}): OmsHarness {
  const { seed = 1, speed = 0 } = options;
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
    picker: pickerSettingsSchema.parse({}),
  };
  const vtex = createVtexOms(context);
  onTestFinished(() => {
    context.timers.stopAll();
    vtex.stop();
  });
  const app = new Hono()
    .route('/vtex', vtex.makeApi('/vtex'))
    .route(
      '/_sandbox',
      makeControl(context, () => vtex.reset()),
    )
    .route('/_sandbox/vtex', vtex.makeControl());

  const ask = async (method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> => {
    const answer = await app.request(path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
  };
  const control: OmsHarness['control'] = (method, path, body) => ask(method, `/_sandbox${path}`, body, {});

  const call: OmsHarness['call'] = (method, path, body, called = {}) => {
    const { account = 'demomarket', appKey = 'vtexappkey-demomarket-DEMOKE', appToken = 'vtex_demo_token' } = called;
    const headers = appKey === null ? {} : { 'x-vtex-api-appkey': appKey, 'x-vtex-api-apptoken': appToken };
    return ask(method, `/vtex/${account}${path}`, body, headers);
  };

  return {
    vtex,
    books,
    passMs(ms) {
      nowMs += ms;
    },
    call,
    control,
    shop: async (order = {}) => String(fieldOf(await control('POST', '/vtex/orders', order), 'orderId')),
    read: async (orderId) => (await call('GET', orderPath(orderId))).body as OrderDoc,
  };
}

/** A field of an answer's body. */
export const fieldOf = ({ body }: Answer, name: string): unknown => (body as Record<string, unknown>)[name];

export const orderPath = (orderId: string, more = ''): string => `/api/oms/pvt/orders/${orderId}${more}`;

export interface Receiver {
  url: string;
  received: { headers: IncomingHttpHeaders; body: Record<string, unknown>; atMs: number }[];
  /** What it answers, given how many notifications came before; pings are answered 200. */
  answer: (before: number) => number;
  /** What it answers to a ping. */
  pingStatus: number;
  pings: number;
}

/** A merchant's endpoint that remembers what it gets. */
export async function startReceiver(): Promise<Receiver> {
  const receiver: Receiver = { url: '', received: [], answer: () => 200, pingStatus: 200, pings: 0 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      if (text === '{"hookConfig":"ping"}') {
        receiver.pings += 1;
        response.writeHead(receiver.pingStatus).end();
        return;
      }
      const status = receiver.answer(receiver.received.length);
      receiver.received.push({
        headers: request.headers,
        body: JSON.parse(text) as Record<string, unknown>,
        atMs: performance.now(),
      });
      response.writeHead(status).end();
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
