import { getEventListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ask, askBytes, httpFailure, openHttp, serveBytes } from '../support/http-exchange.ts';
import { listen } from '../support/listen.ts';

describe('an exchange', () => {
  test('sends what was asked and answers what was said', async () => {
    const seen: { request: IncomingMessage; body: string }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          seen.push({ request, body: Buffer.concat(chunks).toString() });
          response.writeHead(201, { 'X-One': 'a', 'Set-Cookie': ['a=1', 'b=2'] }).end('héllo');
        });
    });
    const port = await listen(server);
    const reply = await openHttp().request({
      method: 'POST',
      url: `http://127.0.0.1:${port}/v1/orders?a=b#fragment`,
      headers: { 'Content-Type': 'application/json', 'X-Key': 'k' },
      body: '{"a":"ä"}',
    });
    expect(seen[0]?.request).toMatchObject({ method: 'POST', url: '/v1/orders?a=b' });
    expect(seen[0]?.request.headers).toMatchObject({
      'user-agent': 'Packline/test',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'x-key': 'k',
      'content-length': '10',
    });
    expect(seen[0]?.body).toBe('{"a":"ä"}');
    expect(reply).toMatchObject({ status: 201, truncated: false, headers: { 'x-one': 'a', 'set-cookie': 'a=1, b=2' } });
    expect(reply.text()).toBe('héllo');
    expect(Buffer.from(reply.body).toString()).toBe('héllo');
    const { sentMs, headersMs, totalMs } = reply.timings;
    expect([sentMs, headersMs, totalMs]).toEqual([sentMs, headersMs, totalMs].sort((a, b) => a - b));
  });

  test('sends bytes as they are', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    const reply = await ask((request, response) => request.pipe(response), { method: 'PUT', body: bytes });
    expect(Buffer.from(reply.body)).toEqual(bytes);
  });

  test('reads text without its byte order mark', async () => {
    expect((await ask((_request, response) => response.end('\uFEFF{"a":1}'))).text()).toBe('{"a":1}');
  });

  test.each([204, 304, 400, 404, 429, 500, 503])('answers %d like any other status', async (status) => {
    await expect(ask((_request, response) => response.writeHead(status).end())).resolves.toMatchObject({ status });
  });

  test.each([
    ...[301, 302, 303, 307, 308].map((status) => ({ id: 'D2', status, location: '/elsewhere' })),
    { id: 'D17', status: 307, location: 'http://169.254.169.254/latest/meta-data/' },
    { id: 'D27', status: 307, location: 'http://user:secret@127.0.0.1/' },
  ])('$id: does not follow a $status to $location', async ({ status, location }) => {
    const paths: (string | undefined)[] = [];
    const reply = await ask(
      (request, response) => {
        paths.push(request.url);
        response.writeHead(status, { location }).end();
      },
      { method: 'POST', body: 'x', headers: { 'webhook-signature': 'v1,x' } },
    );
    expect(reply).toMatchObject({ status, headers: { location } });
    expect(paths).toEqual(['/']);
  });

  test('uses the connection of the one before', async () => {
    const sockets = new Set<Socket>();
    const port = await listen(
      createServer((request, response) => {
        sockets.add(request.socket);
        response.end();
      }),
    );
    const http = openHttp();
    for (let turn = 0; turn < 5; turn += 1) {
      await http.request({ method: 'POST', url: `http://127.0.0.1:${port}/`, body: 'x' });
      // undici frees a socket one turn of the event loop after its reply.
      await setImmediate();
    }
    expect(sockets.size).toBe(1);
  });

  test('D25: reads a reply of HTTP/1.0 to the end of its connection', async () => {
    const reply = await askBytes((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nold'));
    expect(reply.text()).toBe('old');
  });

  test('passes over informational replies', async () => {
    const reply = await askBytes((socket) =>
      socket.end('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
    );
    expect(reply).toMatchObject({ status: 200, headers: { 'content-length': '2' } });
  });
});

describe('nothing is sent', () => {
  test('where nobody listens: http.connect', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    await new Promise((done) => server.close(done));
    const reply = openHttp().request({ method: 'GET', url: `http://127.0.0.1:${port}/` });
    await expect(reply).rejects.toThrow(httpFailure('transient', 'http.connect', false));
  });

  test('to a server that does not speak TLS: http.tls', async () => {
    const url = (await serveBytes((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))).replace('http', 'https');
    await expect(openHttp().request({ method: 'GET', url })).rejects.toThrow(
      httpFailure('transient', 'http.tls', false),
    );
  });

  test('D18: to a server with a certificate that nobody vouches for: http.tls', async () => {
    const pem = await readFile(new URL('../fixtures/self-signed.pem', import.meta.url));
    const requests: string[] = [];
    const port = await listen(
      createTlsServer({ key: pem, cert: pem }, (request, response) => {
        requests.push(request.url ?? '');
        response.end();
      }),
    );
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const reply = openHttp().request({ method: 'GET', url: `https://127.0.0.1:${port}/` });
    await expect(reply).rejects.toThrow(httpFailure('transient', 'http.tls', false));
    expect(requests).toHaveLength(0);
  });

  test('D19: where the TLS handshake does not end: http.timeout_connect', async () => {
    const url = (await serveBytes(() => {})).replace('http', 'https');
    const reply = openHttp().request({ method: 'GET', url, timeouts: { connectMs: 100 } });
    await expect(reply).rejects.toThrow(httpFailure('transient', 'http.timeout_connect', false));
  });

  test('to an address that the guard refuses', async () => {
    const reply = openHttp().request({ method: 'GET', url: 'https://10.0.0.1/' });
    await expect(reply).rejects.toThrow(httpFailure('rejected', 'egress.address', false));
  });

  test.each([
    { why: 'a header with a line break', headers: { 'x-key': 'a\r\nx-admin: 1' } },
    { why: 'a host of its own (D18d)', headers: { Host: 'internal.example' } },
    { why: 'a header name with a space', headers: { 'x key': 'a' } },
    { why: 'a transfer coding of its own', headers: { 'Transfer-Encoding': 'chunked' } },
  ])('when the request has $why: http.request_invalid', async ({ headers }) => {
    const reply = ask((_request, response) => response.end(), { headers });
    await expect(reply).rejects.toThrow(httpFailure('misconfigured', 'http.request_invalid', false));
  });

  test('later, of a request that ended while its connection was being made', async () => {
    const requests: string[] = [];
    const port = await listen(
      createServer((request, response) => {
        requests.push(request.url ?? '');
        response.end();
      }),
    );
    const { promise: gate, resolve: openGate } = Promise.withResolvers<{ address: string; family: number }[]>();
    const http = openHttp(() => gate);
    const early = http.request({
      method: 'GET',
      url: `http://partner.example:${port}/early`,
      timeouts: { connectMs: 50 },
    });
    await expect(early).rejects.toThrow(httpFailure('transient', 'http.timeout_connect', false));
    const late = http.request({ method: 'GET', url: `http://partner.example:${port}/late` });
    openGate([{ address: '127.0.0.1', family: 4 }]);
    await expect(late).resolves.toMatchObject({ status: 200 });
    expect(requests).toEqual(['/late']);
  });
});

describe('calling off', () => {
  test('before it began: nothing was sent', async () => {
    const reply = ask((_request, response) => response.end(), { signal: AbortSignal.abort(new Error('shutdown')) });
    await expect(reply).rejects.toThrow(httpFailure('aborted', 'http.aborted', false));
  });

  test('while it is resolved: nothing was sent', async () => {
    const ending = new AbortController();
    const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>();
    const http = openHttp(() => {
      onAsked();
      return new Promise<never>(() => {});
    });
    const reply = http.request({ method: 'GET', url: 'https://partner.example/', signal: ending.signal });
    await asked;
    ending.abort();
    await expect(reply).rejects.toThrow(httpFailure('aborted', 'http.aborted', false));
  });

  test.each([
    { when: 'while the reply is awaited', head: '' },
    { when: 'while the body is read', head: 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf' },
  ])('$when: the effect may have happened, and the connection is closed', async ({ head }) => {
    const ending = new AbortController();
    const { promise: closed, resolve: onClosed } = Promise.withResolvers<unknown>();
    const reply = askBytes(
      (socket) => {
        socket.once('close', onClosed);
        socket.write(head, () => ending.abort());
      },
      { signal: ending.signal },
    );
    await expect(reply).rejects.toThrow(httpFailure('aborted', 'http.aborted', true));
    await closed;
  });

  test('a long-lived signal keeps nothing of the exchanges that are over', async () => {
    const { signal } = new AbortController();
    await ask((_request, response) => response.end(), { signal });
    await ask((request) => request.socket.destroy(), { signal }).catch(() => {});
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('closing', () => {
  test('waits for what is under way and takes nothing more', async () => {
    const { promise: arrived, resolve: onArrived } = Promise.withResolvers<() => void>();
    const url = await serveBytes((socket) =>
      onArrived(() => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone')),
    );
    const http = openHttp();
    const reply = http.request({ method: 'GET', url });
    const answer = await arrived;
    const closed = http.close();
    await expect(http.request({ method: 'GET', url })).rejects.toThrow(httpFailure('aborted', 'http.closed', false));
    answer();
    await closed;
    expect((await reply).text()).toBe('done');
  });
});
