import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { sendEvent, type EventToSend, type SendOutcome } from '../../src/delivery/send-event.ts';
import { verifyAsymmetric } from '../../src/platform/asymmetric-signature.ts';
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
    expect((await send(answerWith(status))).outcome).toMatchObject({ delivered: true, status });
  });

  it.each([400, 401, 404, 409, 410, 413, 429, 500, 502, 503])('of %i is none', async (status) => {
    expect((await send(answerWith(status, {}, 'no'))).outcome).toEqual({
      delivered: false,
      code: `http_${status}`,
      status,
      body: 'no',
      askedMs: undefined,
    });
  });

  it.each([301, 302, 303, 307, 308])('of %i is none either, and is not followed', async (status) => {
    const { outcome, requests } = await send(answerWith(status, { location: '/elsewhere' }));
    expect(outcome).toMatchObject({ delivered: false, code: `http_${status}` });
    expect(requests.map(({ path }) => path)).toEqual(['/hooks']);
  });

  it.each([
    [429, { 'retry-after': '120' }, 120_000],
    [503, { 'retry-after': 'Thu, 15 Jan 2026 00:10:00 GMT' }, 600_000],
    [429, { ratelimit: '"default";r=0;t=30' }, 30_000],
    [500, {}, undefined],
  ] as const)('of %i with %o asks for %s ms', async (status, headers, askedMs) => {
    const nowMs = Date.parse('2026-01-15T00:00:00Z');
    expect((await send(answerWith(status, { ...headers }), { nowMs })).outcome).toMatchObject({ askedMs });
  });

  it('is kept for people up to a length that fits a screen, however long it is', async () => {
    const { outcome } = await send(answerWith(500, {}, 'x'.repeat(200_000)));
    expect(outcome.body).toBe('x'.repeat(1_024));
    expect((await send(answerWith(200, {}, 'y'.repeat(200_000)))).outcome).toMatchObject({ delivered: true });
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
    ['http.timeout_headers', { headersMs: 50 }, saysNothing],
    ['http.timeout', { totalMs: 80 }, neverEnds],
    ['http.reset', {}, hangsUp],
    ['http.garbage', {}, talksNonsense],
  ] as const)('is a failed attempt with the code %s', async (code, timeouts, answer) => {
    expect((await send(answer, { timeouts })).outcome).toEqual({
      delivered: false,
      code,
      status: null,
      body: null,
      askedMs: undefined,
    });
  });

  it('because nobody listens there is a failed attempt', async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => {
      server.close(resolve);
    });
    const { signal } = new AbortController();
    const url = `http://127.0.0.1:${port}/`;
    const outcome = await sendEvent(openHttp(), { ...event, url }, { nowMs: Date.now(), signal });
    expect(outcome).toMatchObject({ delivered: false, code: 'http.connect', status: null });
  });

  it('because the address is one that nothing may go to is a failed attempt, and nothing goes there', async () => {
    const http = createHttp({ egress: createEgress({ allow: [] }), userAgent: 'Packline/test' });
    const { signal } = new AbortController();
    const url = 'https://169.254.169.254/latest/meta-data';
    const outcome = await sendEvent(http, { ...event, url }, { nowMs: Date.now(), signal });
    expect(outcome).toMatchObject({ delivered: false, code: expect.stringMatching(/^egress\./) });
    await http.close();
  });

  it('because our own process ends is no attempt at all', async () => {
    const ending = new AbortController();
    const server = createServer(() => ending.abort());
    const url = `http://127.0.0.1:${await listen(server)}/`;
    const sending = sendEvent(openHttp(), { ...event, url }, { nowMs: Date.now(), signal: ending.signal });
    await expect(sending).rejects.toMatchObject({ kind: 'aborted', code: 'http.aborted' });
    server.closeAllConnections();
  });
});
