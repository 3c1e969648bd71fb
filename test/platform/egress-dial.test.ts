import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Agent } from 'undici';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createEgress, type Resolve } from '../../src/platform/egress.ts';
import { createHttp, type Http } from '../../src/platform/http.ts';
import { listen } from '../support/listen.ts';
import { egress as vectors } from '../vectors/vectors.ts';

/** A server on 127.0.0.1 that answers "reached" and keeps what it was asked. */
async function serve(): Promise<{ port: number; requests: IncomingMessage[]; closeConnections: () => void }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.end('reached');
  });
  const port = await listen(server);
  return { port, requests, closeConnections: () => server.closeAllConnections() };
}

/** A resolver that gives one list of answers after the other, the last for ever, and keeps what it was asked. */
function fakeResolver(...turns: string[][]): Resolve & { asked: string[] } {
  const asked: string[] = [];
  const resolve: Resolve = (hostname) => {
    asked.push(hostname);
    const answers = turns.length > 1 ? (turns.shift() ?? []) : (turns[0] ?? []);
    return Promise.resolve(answers.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  };
  return Object.assign(resolve, { asked });
}

/** Loopback is opened, because that is where the servers of these tests are; nothing else is. */
function httpOver(resolve: Resolve, port: number, allow: readonly string[] = ['127.0.0.0/8']): Http {
  const http = createHttp({
    egress: createEgress({ allow, allowHttp: true, ports: [port, 80], resolve }),
    userAgent: 'test',
  });
  onTestFinished(() => http.close());
  return http;
}

const refusedAddress = expect.objectContaining({
  kind: 'rejected',
  code: 'egress.address',
  detail: expect.objectContaining({ requestSent: false }),
});
const get = (http: Http, url: string) => http.request({ method: 'GET', url, timeouts: { connectMs: 2_000 } });

describe('a name is judged by what it resolves to', () => {
  test.each(vectors.dials)('$id $what: $wanted.code, and nothing was sent', async ({ input, wanted }) => {
    const { port, requests } = await serve();
    const { resolver } = input;
    const failing = () =>
      Promise.reject(Object.assign(new Error('no answer'), 'error' in resolver && { code: resolver.error }));
    const http = httpOver('answers' in resolver ? fakeResolver(resolver.answers) : failing, port, []);
    const url = `${input.url.slice(0, -1)}:${port}/`;
    await expect(get(http, url)).rejects.toMatchObject({ code: wanted.code, detail: { requestSent: false } });
    expect(requests).toHaveLength(0);
  });

  test('one bad answer among opened ones condemns the name', async () => {
    const { port, requests } = await serve();
    const http = httpOver(fakeResolver(['127.0.0.1', '10.0.0.1']), port);
    await expect(get(http, `http://partner.example:${port}/`)).rejects.toThrow(refusedAddress);
    expect(requests).toHaveLength(0);
  });

  test('D15d: a thousand answers with a bad one at the end are refused', async () => {
    const http = httpOver(fakeResolver([...Array<string>(999).fill('127.0.0.1'), '10.0.0.1']), 80);
    await expect(get(http, 'http://partner.example/')).rejects.toThrow(refusedAddress);
  });

  test('a name that the operator opened may resolve to anything', async () => {
    const { port } = await serve();
    const http = httpOver(fakeResolver(['127.0.0.1']), 1, [`oms:${port}`]);
    await expect(get(http, `http://oms:${port}/`)).resolves.toMatchObject({ status: 200 });
  });
});

/** What a dial of partner.example comes to: the far end of the socket, or the error. */
const dial = async (port: number, resolve: Resolve): Promise<unknown> => {
  const egress = createEgress({ allow: ['127.0.0.0/8'], allowHttp: true, ports: [port], resolve });
  const { promise, resolve: done } = Promise.withResolvers<unknown>();
  egress.connect({ hostname: 'partner.example', protocol: 'http:', port: String(port) }, (error, socket) => {
    done(error ?? socket.remoteAddress);
    socket?.destroy();
  });
  return promise;
};

describe('rebinding', () => {
  test('D11: a connection asks once, and its far end is the address that was checked', async () => {
    const { port } = await serve();
    const resolve = fakeResolver(['127.0.0.1'], ['10.0.0.1']);
    expect(await dial(port, resolve)).toBe('127.0.0.1');
    expect(resolve.asked).toEqual(['partner.example']);
  });

  test('what is dialled is the answer, even where nobody listens, and never another one', async () => {
    const { port } = await serve();
    const resolve = fakeResolver(['127.0.0.2'], ['127.0.0.1']);
    expect(await dial(port, resolve)).toMatchObject({ code: 'ECONNREFUSED', address: '127.0.0.2' });
    expect(resolve.asked).toEqual(['partner.example']);
  });

  test('D16: a pooled connection keeps its safe address, and a new one is checked anew', async () => {
    const { port, requests, closeConnections } = await serve();
    const resolve = fakeResolver(['127.0.0.1'], ['10.0.0.1']);
    const http = httpOver(resolve, port);
    const url = `http://partner.example:${port}/`;
    await get(http, url);
    // undici frees a socket one turn of the event loop after its reply.
    await setImmediate();
    await get(http, url);
    expect(resolve.asked).toHaveLength(1);
    expect(requests[1]?.socket).toBe(requests[0]?.socket);

    const closed = once(requests[0]?.socket ?? expect.fail('no request arrived'), 'close');
    closeConnections();
    await closed;
    await setImmediate();
    await expect(get(http, url)).rejects.toThrow(refusedAddress);
    expect(requests).toHaveLength(2);
  });
});

describe('a literal address', () => {
  test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.1', '169.254.169.254'])(
    'D1: %s is refused when dialled, though nothing is resolved for it',
    async (hostname) => {
      const resolve = fakeResolver(['1.1.1.1']);
      const { connect } = createEgress({ allow: [], allowHttp: true, resolve });
      const dialled = new Promise((done, fail) => {
        connect({ hostname, protocol: 'http:', port: '' }, (error, socket) => (error ? fail(error) : done(socket)));
      });
      await expect(dialled).rejects.toMatchObject({ kind: 'rejected', code: 'egress.address' });
      expect(resolve.asked).toHaveLength(0);
    },
  );

  test('is refused by the dispatcher too, without the check of the URL before it', async () => {
    const { port, requests } = await serve();
    const agent = new Agent({ connect: createEgress({ allow: [], allowHttp: true, ports: [port] }).connect });
    onTestFinished(() => agent.close());
    for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', 'localhost']) {
      const reply = agent.request({ origin: `http://${host}:${port}`, path: '/', method: 'GET' });
      await expect(reply, host).rejects.toMatchObject({ kind: 'rejected' });
    }
    expect(requests).toHaveLength(0);
  });

  test('of version 6 is dialled when it was opened', async () => {
    const { port } = await serve();
    const http = httpOver(fakeResolver([]), port, [`[::1]:${port}`]);
    // Nothing listens there: that the refusal is the kernel's shows that the guard let it through.
    await expect(get(http, `http://[::1]:${port}/`)).rejects.toMatchObject({ code: 'http.connect' });
  });
});

describe('the resolver', () => {
  test('D15e: never answers: http.timeout_connect, and nothing was sent', async () => {
    const egress = createEgress({ allow: [], resolve: () => new Promise<never>(() => {}) });
    const http = createHttp({ egress, userAgent: 'test' });
    onTestFinished(() => http.close());
    const reply = http.request({ method: 'GET', url: 'https://partner.example/', timeouts: { connectMs: 100 } });
    await expect(reply).rejects.toMatchObject({
      kind: 'transient',
      code: 'http.timeout_connect',
      detail: { requestSent: false },
    });
  });

  test('of the system says localhost is loopback, which is refused unless opened', async () => {
    const { port } = await serve();
    const opened = createHttp({ egress: createEgress({ allow: [`localhost:${port}`] }), userAgent: 'test' });
    onTestFinished(() => opened.close());
    await expect(get(opened, `http://localhost:${port}/`)).resolves.toMatchObject({ status: 200 });
  });
});

test('D28: proxies named in the environment are not used', async () => {
  const { port, requests } = await serve();
  const proxy = await serve();
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY']) {
    vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
  }
  await get(httpOver(fakeResolver(['127.0.0.1']), port), `http://partner.example:${port}/`);
  expect(requests).toHaveLength(1);
  expect(proxy.requests).toHaveLength(0);
});
