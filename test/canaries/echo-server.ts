import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errors } from './people.ts';

interface Answer {
  status: number;
  type: string;
  body: string;
  headers?: Record<string, string>;
}
const json = (status: number, body: string): Answer => ({ status, type: 'application/json', body });
const html = (status: number, quote: string): Answer => ({ status, type: 'text/html', body: page(quote) });
const refuse = (quote: string): Answer => json(400, error('VALIDATION_ERRORS', quote));

/** How an answer quotes what it was asked. A request chooses one by naming it anywhere in its URL. */
const answers: Readonly<Record<string, (quote: string) => Answer>> = {
  'page-200': (quote) => html(200, quote),
  'page-401': (quote) => html(401, quote),
  'page-500': (quote) => html(500, quote),
  'text-200': (quote) => json(200, quote),
  'shape-200': (quote) => json(200, JSON.stringify({ [quote]: quote })),
  'known-200': (quote) => json(200, JSON.stringify({ received: quote })),
  'moved-302': (quote) => ({ ...html(302, quote), headers: { location: `/?q=${encodeURIComponent(quote)}` } }),
  'error-400': refuse,
  'error-403': (quote) => json(403, error('FORBIDDEN', quote)),
  'error-404': (quote) => json(404, error(errors.errorName, quote)),
  'error-409': (quote) => json(409, error('CONFLICT', quote)),
  'error-503': (quote) => json(503, error('INTERNAL_SERVER_ERROR', quote)),
};
export const modes = Object.keys(answers);

const page = (quote: string): string => `<!doctype html><html><body><pre>${quote}</pre></body></html>`;
/** In the shapes of Nash and VTEX at once, a person in every member. */
const error = (code: string, quote: string): string =>
  JSON.stringify({
    error: { code, message: quote, details: { fields: { 'recipient.name': [quote], [errors.errorName]: [quote] } } },
    code: errors.errorName,
    message: quote,
    reason: errors.errorPhone,
    RequestID: errors.errorEmail,
    requestId: errors.errorName,
    exception: quote,
  });

export interface EchoServer {
  url: string;
  /** What it was asked, headers and body, and what it answered. */
  heard: string[];
  said: string[];
  close(): Promise<void>;
}

/** Partner and subscriber that quote everything they are told, keys included, and name somebody on top. */
export async function startEchoServer(): Promise<EchoServer> {
  const heard: string[] = [];
  const said: string[] = [];
  let fed = false;
  const choose = ({ method, url = '' }: IncomingMessage, quote: string): Answer => {
    // The look before an order is created finds nothing, so that it is created, and quoted.
    if (method === 'GET' && url.includes('/v1/order/')) return json(404, error('ORDER_NOT_FOUND', quote));
    if (url.includes('/api/orders/feed/config')) return json(method === 'GET' ? 404 : 200, '{}');
    if (!url.includes('/api/orders/feed'))
      return (answers[modes.find((mode) => url.includes(mode)) ?? ''] ?? refuse)(quote);
    // A queue with one event, which nobody can read.
    const events = fed ? [] : [{ handle: 'h', eventId: quote, customer: errors.errorName }];
    fed = true;
    return json(200, JSON.stringify(events));
  };
  const server: Server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const asked = JSON.stringify({ url: request.url, headers: request.headers, body });
      heard.push(asked);
      const { errorName, errorPhone, errorEmail, answerName, answerPhone } = errors;
      const quote = [asked, errorName, errorPhone, errorEmail, answerName, answerPhone].join('\n');
      const answer = choose(request, quote);
      const headers = {
        'content-type': answer.type,
        'x-request-id': encodeURIComponent(errorName),
        ...answer.headers,
      };
      said.push(answer.body);
      response.writeHead(answer.status, headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    heard,
    said,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
