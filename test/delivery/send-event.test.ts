import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { setImmediate } from 'node:timers/promises';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sendEvent, type EventToSend, type SendOutcome } from '../../src/delivery/send-event.ts';
import { verifyAsymmetric } from '../../src/platform/asymmetric-signature.ts';
import { Failure } from '../../src/domain/failure.ts';
import { createEgress } from '../../src/platform/egress.ts';
import { createHttp, type Http, type HttpTimeouts } from '../../src/platform/http.ts';
import { generateWebhookSecret, verifyWebhook } from '../../src/platform/signature.ts';
import { makeSigningKey } from '../../src/store/endpoint-secrets.ts';
import { openHttp } from '../support/http-exchange.ts';
import { listen } from '../support/listen.ts';

const secret = generateWebhookSecret();
const body = JSON.stringify({ type: 'order.imported', timestamp: '2026-01-15T00:00:00.000Z', data: { name: 'açaí' } });
const keysOf = (...secrets: string[]) => secrets.map(makeSigningKey);
const schemes = ['v1'] as const;
const event = { url: '', keys: keysOf(secret), schemes, headers: {}, eventId: 'evt_01jd3xk5q8h2v4m6n7p9r0stwz', body };

interface Exchange {
  outcome: SendOutcome;
  requests: { method: string; path: string; headers: IncomingHttpHeaders; body: string }[];
}

/** Sends the event to a subscriber that answers like this. */
async function send(
  answer: RequestListener,
  {
    secrets = [secret],
    more = {},
    timeouts,
    nowMs = Date.now(),
  }: { secrets?: string[]; more?: Partial<EventToSend>; timeouts?: Partial<HttpTimeouts>; nowMs?: number } = {},
): Promise<Exchange> {
  const requests: Exchange['requests'] = [];
  const server = createServer((request, response) => {
    let received = '';
    request.setEncoding('utf8').on('data', (text: string) => (received += text));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      requests.push({ method, path: url, headers, body: received });
      answer(request, response);
    });
  });
  const url = `http://127.0.0.1:${await listen(server)}/hooks`;
  const client = openHttp();
  const http: Http =
    timeouts === undefined ? client : { ...client, request: (request) => client.request({ ...request, timeouts }) };
  const { signal } = new AbortController();
  try {
    return {
      outcome: await sendEvent(http, { ...event, url, keys: keysOf(...secrets), ...more }, { nowMs, signal }),
      requests,
    };
  } finally {
    server.closeAllConnections();
  }
}
const answerWith =
  (status: number, headers: Record<string, string> = {}, text = ''): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(text);
  };
const headersOf = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

describe('an event on its way', () => {
  it('is one POST of the stored bytes, which the reference library verifies', async () => {
    const { requests } = await send(answerWith(204));
    expect(requests).toHaveLength(1);
    const [request] = requests;
    expect(request).toMatchObject({ method: 'POST', path: '/hooks', body });
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': event.eventId });
    expect(new Webhook(secret).verify(request?.body ?? '', headersOf(request?.headers ?? {}))).toEqual(
      JSON.parse(body),
    );
    expect(() => new Webhook(generateWebhookSecret()).verify(body, headersOf(request?.headers ?? {}))).toThrow();
  });

  it('is signed by both secrets during a rotation: a subscriber may hold either', async () => {
    const old = generateWebhookSecret();
    const { requests } = await send(answerWith(200), { secrets: [secret, old] });
    const headers = headersOf(requests[0]?.headers ?? {});
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const held of [secret, old]) expect(new Webhook(held).verify(body, headers)).toEqual(JSON.parse(body));
  });

  it('is signed in each scheme that is asked for, by every key', async () => {
    const keys = keysOf(secret, generateWebhookSecret());
    const { requests } = await send(answerWith(200), { more: { keys, schemes: ['v1', 'v1a'] } });
    const { headers = {}, body: received = '' } = requests[0] ?? {};
    const entries = headersOf(headers)['webhook-signature']?.split(' ') ?? [];
    expect(entries.map((entry) => entry.split(',')[0])).toEqual(['v1', 'v1a', 'v1', 'v1a']);
    const webhook = {
      id: headersOf(headers)['webhook-id'],
      timestamp: headersOf(headers)['webhook-timestamp'],
      signature: entries.join(' '),
      body: Buffer.from(received),
      nowMs: Date.now(),
    };
    for (const { secret: held, publicKey } of keys) {
      expect(verifyWebhook({ ...webhook, secrets: [held] })).toMatchObject({ ok: true });
      expect(verifyAsymmetric({ ...webhook, publicKeys: [publicKey] })).toMatchObject({ ok: true });
    }
  });

  it('takes the headers of its merchant along, and none of them instead of ours', async () => {
    const headers = {
      authorization: 'Bearer theirs',
      'x-team': 'shop',
      'webhook-id': 'forged',
      'content-type': 'text/x',
    };
    const { requests } = await send(answerWith(200), { more: { headers } });
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer theirs',
      'x-team': 'shop',
      'webhook-id': event.eventId,
      'content-type': 'application/json',
    });
  });

  it('says what its body is, so that who cannot verify can tell a changed body from another secret', async () => {
    const { requests } = await send(answerWith(200));
    const digest = createHash('sha256').update(body).digest('base64');
    expect(requests[0]?.headers['content-digest']).toBe(`sha-256=:${digest}:`);
  });

  it('bears the time of the attempt, in seconds', async () => {
    const { requests } = await send(answerWith(200), { nowMs: Date.parse('2026-01-15T00:00:00.999Z') });
    expect(requests[0]?.headers['webhook-timestamp']).toBe(String(Date.parse('2026-01-15T00:00:00Z') / 1_000));
  });
});

describe('an answer', () => {
  it.each([200, 201, 202, 204, 299])('of %i is a delivery', async (status) => {
    expect((await send(answerWith(status))).outcome).toMatchObject({
      failure: null,
      code: 'delivered',
      exchange: { responseStatus: status },
    });
  });

  it.each([
    [400, 'http_4xx'],
    [401, 'http_4xx'],
    [404, 'http_4xx'],
    [410, 'gone'],
    [413, 'http_4xx'],
    [429, 'rate_limited'],
    [500, 'http_5xx'],
    [501, 'http_5xx'],
    [502, 'unavailable'],
    [503, 'unavailable'],
    [504, 'unavailable'],
    [599, 'http_5xx'],
    [600, 'protocol'],
    [999, 'protocol'],
  ])('of %i is none: %s', async (status, failure) => {
    expect((await send(answerWith(status, {}, 'no'))).outcome).toMatchObject({
      failure,
      code: `http_${status}`,
      exchange: { responseStatus: status, responseBody: 'no', retryAfterMs: null },
    });
  });

  it.each([301, 302, 303, 307, 308])('of %i is none either, and is not followed', async (status) => {
    const { outcome, requests } = await send(answerWith(status, { location: '/elsewhere' }));
    expect(outcome).toMatchObject({ failure: 'http_3xx', code: `http_${status}` });
    expect(requests.map(({ path }) => path)).toEqual(['/hooks']);
  });

  it.each([
    [429, { 'retry-after': '120' }, 120_000],
    [503, { 'retry-after': 'Thu, 15 Jan 2026 00:10:00 GMT' }, 600_000],
    [429, { ratelimit: '"default";r=0;t=30' }, 30_000],
    [200, { ratelimit: '"default";r=0;t=30' }, 30_000],
    [200, { 'retry-after': '120' }, null],
    [500, {}, null],
  ] as const)('of %i with %o asks for %s ms', async (status, headers, retryAfterMs) => {
    const nowMs = Date.parse('2026-01-15T00:00:00Z');
    const { outcome } = await send(answerWith(status, { ...headers }), { nowMs });
    expect(outcome.exchange).toMatchObject({ retryAfterMs });
  });

  it('is kept for people up to a length that fits a screen, however long it is', async () => {
    const { outcome } = await send(answerWith(500, {}, 'x'.repeat(200_000)));
    expect(outcome.exchange.responseBody).toBe('x'.repeat(1_024));
    expect((await send(answerWith(200, {}, 'y'.repeat(200_000)))).outcome).toMatchObject({ failure: null });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', (data: Buffer) => brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ] as const)('of 200 MB of zeros in %s is a delivery, and costs no memory', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(200_000_000));
    const before = process.memoryUsage();
    const { outcome } = await send((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(bomb),
    );
    expect(outcome).toMatchObject({ failure: null, exchange: { responseBody: '\u0000'.repeat(1_024) } });
    expect(process.memoryUsage().arrayBuffers - before.arrayBuffers).toBeLessThan(20_000_000);
  });
});

describe('what the log shows of an attempt', () => {
  it('are the headers that were sent, but for what signs and what is the merchant’s own', async () => {
    const secrets = [secret, generateWebhookSecret()];
    const { outcome, requests } = await send(answerWith(200), {
      secrets,
      more: { headers: { authorization: 'Bearer theirs' }, schemes: ['v1', 'v1a'] },
    });
    const sent = headersOf(requests[0]?.headers ?? {});
    expect(outcome.exchange.requestHeaders).toEqual({
      authorization: '***',
      'content-type': 'application/json',
      'content-digest': sent['content-digest'],
      'webhook-id': event.eventId,
      'webhook-timestamp': sent['webhook-timestamp'],
      'webhook-signature': 'v1,*** v1a,*** v1,*** v1a,***',
    });
  });

  it('are the headers that came, each cut, and nobody’s session', async () => {
    const { outcome } = await send(
      answerWith(500, { 'x-request-id': 'theirs', 'x-long': 'l'.repeat(300), 'set-cookie': 'session=1' }),
    );
    expect(outcome.exchange.responseHeaders).toMatchObject({
      'x-request-id': 'theirs',
      'x-long': 'l'.repeat(256),
      'set-cookie': '***',
    });
  });

  it('is how long its phases took, and null for those that an open connection spares', async () => {
    const server = createServer((_request, response) => response.end());
    const url = `http://partner.example:${await listen(server)}/`;
    const http = openHttp(() => Promise.resolve([{ address: '127.0.0.1', family: 4 }]));
    const { signal } = new AbortController();
    const timingsOf = async () =>
      (await sendEvent(http, { ...event, url }, { nowMs: Date.now(), signal })).exchange.timings;
    const some = expect.any(Number);
    expect(await timingsOf()).toEqual({ dnsMs: some, connectMs: some, tlsMs: null, firstByteMs: some, totalMs: some });
    await setImmediate();
    expect(await timingsOf()).toEqual({ dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: some, totalMs: some });
  });
});

describe('no answer', () => {
  const saysNothing: RequestListener = () => undefined;
  const neverEnds: RequestListener = (_request, response) => {
    response.writeHead(200);
    response.write('so far');
  };
  const hangsUp: RequestListener = (request) => request.socket.destroy();
  const talksNonsense: RequestListener = (request) => request.socket.end('no HTTP at all\r\n\r\n');

  it.each([
    ['http.timeout_headers', 'timeout', { headersMs: 50 }, saysNothing],
    ['http.timeout', 'timeout', { totalMs: 80 }, neverEnds],
    ['http.reset', 'reset', {}, hangsUp],
    ['http.garbage', 'protocol', {}, talksNonsense],
  ] as const)('is a failed attempt with the code %s: %s', async (code, failure, timeouts, answer) => {
    const nothing = { responseStatus: null, responseHeaders: null, responseBody: null, retryAfterMs: null };
    expect((await send(answer, { timeouts })).outcome).toMatchObject({ failure, code, exchange: nothing });
  });

  const attempt = (http: Http, url: string) =>
    sendEvent(http, { ...event, url }, { nowMs: Date.now(), signal: new AbortController().signal });

  it('because nobody listens there is a failed attempt', async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => {
      server.close(resolve);
    });
    expect(await attempt(openHttp(), `http://127.0.0.1:${port}/`)).toMatchObject({
      failure: 'connect',
      code: 'http.connect',
      exchange: { responseStatus: null, timings: { firstByteMs: null } },
    });
  });

  it.each([
    ['once is tried again within the attempt, which then is a delivery', 1, null, 2],
    ['twice is a failed attempt', 2, 'connect', 2],
  ])('because the connection is refused at once %s', async (_what, refusals, failure, asked) => {
    const calls: string[] = [];
    const client = openHttp();
    const server = createServer((_request, response) => response.end());
    const url = `http://127.0.0.1:${await listen(server)}/`;
    const refusing: Http = {
      ...client,
      request: (request) => {
        calls.push(request.url);
        if (calls.length > refusals) return client.request(request);
        return Promise.reject(new Failure('transient', 'http.connect', 'No connection'));
      },
    };
    expect(await attempt(refusing, url)).toMatchObject({ failure });
    expect(calls).toHaveLength(asked);
  });

  it('because the name has no address is a failed attempt', async () => {
    const http = openHttp(() => Promise.resolve([]));
    expect(await attempt(http, 'http://partner.example/')).toMatchObject({ failure: 'dns', code: 'http.dns' });
  });

  it('because nobody vouches for the certificate is a failed attempt', async () => {
    const keys = readFileSync(new URL('../fixtures/tls/partner.pem', import.meta.url));
    const server = createTlsServer({ key: keys, cert: keys });
    const url = `https://127.0.0.1:${await listen(server)}/`;
    expect(await attempt(openHttp(), url)).toMatchObject({ failure: 'tls', code: 'http.tls' });
  });

  const guarded = (answers: string[] = []): Http => {
    const resolve = () => Promise.resolve(answers.map((address) => ({ address, family: 4 })));
    const http = createHttp({ egress: createEgress({ allow: [], resolve }), userAgent: 'Packline/test' });
    onTestFinished(() => http.close());
    return http;
  };

  it('because the name resolves to where nothing may go is a failed attempt, and nothing goes there', async () => {
    expect(await attempt(guarded(['169.254.169.254']), 'https://subscriber.example/')).toMatchObject({
      failure: 'egress',
      code: 'egress.address',
    });
  });

  it.each(['https://169.254.169.254/', 'https://subscriber.example:8443/', 'http://subscriber.example/'])(
    'because our settings no longer allow %s is no attempt at all: it is ours',
    async (url) => {
      await expect(attempt(guarded(['1.1.1.1']), url)).rejects.toMatchObject({
        kind: 'transient',
        code: expect.stringMatching(/^egress\./),
      });
    },
  );

  it('because our own process ends is no attempt at all', async () => {
    const ending = new AbortController();
    const server = createServer(() => ending.abort());
    const url = `http://127.0.0.1:${await listen(server)}/`;
    const sending = sendEvent(openHttp(), { ...event, url }, { nowMs: Date.now(), signal: ending.signal });
    await expect(sending).rejects.toMatchObject({ kind: 'aborted', code: 'http.aborted' });
    server.closeAllConnections();
  });
});
