import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ask, askBytes, httpFailure } from '../support/http-exchange.ts';

/** Says something again and again until nobody listens. */
function repeat(socket: Socket, text: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(text), everyMs);
  socket.once('close', () => clearInterval(timer));
}

describe('deadlines', () => {
  test('a server that says nothing: http.timeout_headers', async () => {
    await expect(askBytes(() => {}, { timeouts: { headersMs: 100 } })).rejects.toThrow(
      httpFailure('transient', 'http.timeout_headers', true),
    );
  });

  test.each([
    { why: 'D22: headers, a byte at a time', head: 'HTTP/1.1 200 OK\r\nx: ', drip: 'a' },
    { why: 'D20: informational replies without end', head: '', drip: 'HTTP/1.1 102 Processing\r\n\r\n' },
  ])('$why: http.timeout_headers', async ({ head, drip }) => {
    const speak = (socket: Socket): void => {
      socket.write(head);
      repeat(socket, drip, 10);
    };
    await expect(askBytes(speak, { timeouts: { headersMs: 150 } })).rejects.toThrow(
      httpFailure('transient', 'http.timeout_headers', true),
    );
  });

  test('D8: a body, a byte at a time: http.timeout, and the connection is closed', async () => {
    const { promise: closed, resolve: onClosed } = Promise.withResolvers<unknown>();
    const speak = (socket: Socket): void => {
      socket.once('close', onClosed);
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
      repeat(socket, 'a', 10);
    };
    const startedAt = performance.now();
    await expect(askBytes(speak, { timeouts: { totalMs: 200 } })).rejects.toThrow(
      httpFailure('transient', 'http.timeout', true),
    );
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await closed;
  });

  test('D23: a body of which less comes than was announced, and no more: http.timeout', async () => {
    const speak = (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf');
    await expect(askBytes(speak, { timeouts: { totalMs: 100 } })).rejects.toThrow(
      httpFailure('transient', 'http.timeout', true),
    );
  });
});

describe('replies that break off or are none', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n';
  test.each<{ why: string; code: string; speak: (socket: Socket) => void }>([
    { why: 'the connection ends without a reply', code: 'http.reset', speak: (socket) => socket.end() },
    { why: 'it is reset without a reply', code: 'http.reset', speak: (socket) => socket.resetAndDestroy() },
    { why: 'it ends in the headers', code: 'http.reset', speak: (socket) => socket.end('HTTP/1.1 200 OK\r\nx: ') },
    { why: 'it ends after the headers', code: 'http.reset', speak: (socket) => socket.end(head) },
    { why: 'it ends in the body', code: 'http.reset', speak: (socket) => socket.end(`${head}half`) },
    {
      why: 'D24: it is reset after the headers',
      code: 'http.reset',
      speak: (socket) => socket.write(head, () => socket.resetAndDestroy()),
    },
    {
      why: 'D25a: the reply is not HTTP',
      code: 'http.garbage',
      speak: (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
    },
    {
      why: 'D25b: the reply is HTTP/2',
      code: 'http.garbage',
      speak: (socket) => socket.end(Buffer.from('0000000400000000000000080700000000000000000000000000', 'hex')),
    },
    {
      why: 'D21: the headers are a megabyte',
      code: 'http.garbage',
      speak: (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(1_048_576)}\r\n\r\n`),
    },
    {
      why: 'the length is no number',
      code: 'http.garbage',
      speak: (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: ten\r\n\r\n'),
    },
    {
      why: 'a chunk has no length',
      code: 'http.garbage',
      speak: (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'),
    },
  ])('$why: $code, and the effect may have happened', async ({ code, speak }) => {
    await expect(askBytes(speak, { method: 'POST', body: 'x' })).rejects.toThrow(httpFailure('transient', code, true));
  });
});

describe('the size of a reply', () => {
  const endless = (socket: Socket): void => {
    const more = (): void => {
      while (socket.writable && socket.write(Buffer.alloc(16_384, 'a')));
    };
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    socket.on('drain', more);
    more();
  };

  test('a reply as long as allowed is whole', async () => {
    const reply = await ask((_request, response) => response.end('a'.repeat(1_000)), { replyBytesMax: 1_000 });
    expect(reply).toMatchObject({ truncated: false, body: { length: 1_000 } });
  });

  test('a byte more is http.too_large', async () => {
    const reply = ask((_request, response) => response.end('a'.repeat(1_001)), { replyBytesMax: 1_000 });
    await expect(reply).rejects.toThrow(httpFailure('malformed', 'http.too_large', true));
  });

  test('D26: 64 KiB is allowed if nothing else is said', async () => {
    const reply = ask((_request, response) => response.end('a'.repeat(65_537)));
    await expect(reply).rejects.toThrow(httpFailure('malformed', 'http.too_large', true));
  });

  test('a reply without end is cut where asked, and its connection closed', async () => {
    const { promise: closed, resolve: onClosed } = Promise.withResolvers<unknown>();
    const speak = (socket: Socket): void => {
      socket.once('close', onClosed);
      endless(socket);
    };
    const reply = await askBytes(speak, { replyBytesMax: 70_000, onTooLarge: 'cut' });
    expect(reply).toMatchObject({ status: 200, truncated: true, body: { length: 70_000 } });
    await closed;
  });
});

describe('replies that are encoded all the same', () => {
  test.each([
    { encoding: 'gzip', encoded: gzipSync('hello') },
    { encoding: 'X-GZIP', encoded: gzipSync('hello') },
    { encoding: 'deflate', encoded: deflateSync('hello') },
    { encoding: 'br', encoded: brotliCompressSync('hello') },
    { encoding: 'zstd', encoded: zstdCompressSync('hello') },
    { encoding: 'identity', encoded: Buffer.from('hello') },
  ])('$encoding is decoded', async ({ encoding, encoded }) => {
    const reply = await ask((_request, response) => response.setHeader('content-encoding', encoding).end(encoded));
    expect(reply.text()).toBe('hello');
  });

  test('an empty reply is empty, whatever its encoding is said to be', async () => {
    const listener: RequestListener = (_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': '0' }).end();
    await expect(ask(listener)).resolves.toMatchObject({ status: 200, body: { length: 0 } });
  });

  // 200 MB of zeros in 200 KB: a gzip file may have many members.
  const bomb = Buffer.concat(Array<Buffer>(200).fill(gzipSync(Buffer.alloc(1_000_000))));
  const sendBomb: RequestListener = (_request, response) => response.setHeader('content-encoding', 'gzip').end(bomb);

  test('D10: 200 MB of zeros fail at the limit on decoded bytes', async () => {
    await expect(ask(sendBomb)).rejects.toThrow(httpFailure('malformed', 'http.too_large', true));
  });

  test('200 MB of zeros are cut there, and the rest is never decoded', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const reply = await ask(sendBomb, { onTooLarge: 'cut' });
    expect(reply).toMatchObject({ truncated: true, body: { length: 65_536 } });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });

  test.each([
    { why: 'an encoding that does not exist', encoding: 'rot13', encoded: Buffer.from('uryyb') },
    { why: 'two encodings', encoding: 'gzip, gzip', encoded: gzipSync(gzipSync('hello')) },
    { why: 'gzip that is none', encoding: 'gzip', encoded: Buffer.from('hello') },
    { why: 'gzip cut short', encoding: 'gzip', encoded: gzipSync('hello').subarray(0, 12) },
    { why: 'deflate that is none', encoding: 'deflate', encoded: Buffer.from('hello') },
    { why: 'brotli that is none', encoding: 'br', encoded: Buffer.from('hello there, this is not brotli') },
    { why: 'brotli cut short', encoding: 'br', encoded: brotliCompressSync('hello').subarray(0, 5) },
    { why: 'zstd that is none', encoding: 'zstd', encoded: Buffer.from('hello there, this is not zstd') },
  ])('$why: http.garbage', async ({ encoding, encoded }) => {
    const reply = ask((_request, response) => response.setHeader('content-encoding', encoding).end(encoded));
    await expect(reply).rejects.toThrow(httpFailure('transient', 'http.garbage', true));
  });

  test('an encoded body that is slow: http.timeout', async () => {
    const speak = (socket: Socket): void => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n');
      socket.write(gzipSync('hello').subarray(0, 12));
    };
    await expect(askBytes(speak, { timeouts: { totalMs: 100 } })).rejects.toThrow(
      httpFailure('transient', 'http.timeout', true),
    );
  });
});
