import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readRows } from '../../../src/ingress/rows/read-rows.ts';
import { listen } from '../../support/listen.ts';
import { cutEvery, readUpload } from './read-upload.ts';

const text = '{"a":1}\n{"b":2}\n';
const rows = ['{"a":1}', '{"b":2}'];
const zipped = gzipSync(text);
const linesOf = async (body: Buffer[], encoding?: string) =>
  (await readUpload({ body, ...(encoding === undefined ? {} : { encoding }) })).lines;

describe('the body of an upload', () => {
  test.each([undefined, 'gzip', 'x-gzip', 'GZIP', 'identity'])(
    'may be gzip, declared as %s or not',
    async (encoding) => {
      expect(await linesOf([zipped], encoding)).toEqual(rows);
      expect(await linesOf(cutEvery(zipped, 1), encoding)).toEqual(rows);
    },
  );

  test('may be several gzips, one after the other, and padded', async () => {
    expect(await linesOf([Buffer.concat([zipped, zipped])])).toEqual([...rows, ...rows]);
    expect(await linesOf([Buffer.concat([zipped, Buffer.alloc(512)])])).toEqual(rows);
  });

  test('may begin with a byte order mark, in a gzip, too', async () => {
    expect(await linesOf([Buffer.from(`\uFEFF${text}`)])).toEqual(rows);
    expect(await linesOf([gzipSync(`\uFEFF${text}`)])).toEqual(rows);
  });

  test('is counted as it came and as it is', async () => {
    const counted = await readUpload({ body: [zipped] });
    expect(counted).toMatchObject({ bytes: text.length, wireBytes: zipped.length });
  });

  test('may unpack to anything: 256 MiB of zeros in a gzip are one row that is too long, held by nobody', async () => {
    const part = gzipSync(Buffer.alloc(16 * 1_048_576));
    async function* bomb() {
      for (let at = 0; at < 16; at += 1) yield Promise.resolve(part);
    }
    const before = process.memoryUsage().rss;
    const { lines, bytes } = await readUpload({ body: bomb() });
    expect(lines).toEqual([expect.stringContaining('row.too_large')]);
    expect(bytes).toBe(268_435_456);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1_048_576);
  });
});

describe('the body of an upload is refused', () => {
  const broken = Buffer.from(zipped);
  broken[14] = (broken[14] ?? 0) ^ 0xff;
  const wrongSum = Buffer.concat([zipped.subarray(0, -8), Buffer.alloc(4), zipped.subarray(-4)]);
  test.each([
    ['damaged gzip', broken, undefined, 'rows.gzip'],
    ['a gzip whose check sum is another', wrongSum, undefined, 'rows.gzip'],
    ['a gzip and something after it', Buffer.concat([zipped, Buffer.from('rest')]), undefined, 'rows.gzip'],
    ['no gzip, declared as one', Buffer.from(text), 'gzip', 'rows.gzip'],
    ['nothing, declared as gzip', Buffer.alloc(0), 'gzip', 'rows.gzip'],
    ['half a gzip', zipped.subarray(0, 20), undefined, 'rows.incomplete'],
    ['a gzip without its end', zipped.subarray(0, -4), 'gzip', 'rows.incomplete'],
    ['one gzip and half another', Buffer.concat([zipped, zipped.subarray(0, 20)]), undefined, 'rows.incomplete'],
    ['another encoding', Buffer.from(text), 'br', 'rows.content_encoding'],
    ['two encodings', zipped, 'gzip, gzip', 'rows.content_encoding'],
    ['UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le'), undefined, 'request.encoding'],
  ])('when it is %s', async (_, body, encoding, code) => {
    await expect(linesOf([body], encoding)).rejects.toMatchObject({ code });
    await expect(linesOf(cutEvery(body, 1), encoding)).rejects.toMatchObject({ code });
  });

  test.each(['application/xml', '', 'text/csv; charset=iso-8859-1', 'multipart/form-data; boundary=x'])(
    'when it is %j, before anything of it is read',
    async (type) => {
      await expect(readUpload({ type, body: [text] })).rejects.toMatchObject({ code: 'rows.content_type' });
    },
  );
});

/** What becomes of an upload that a client sends as `send` does. */
async function upload(
  send: (sending: ReturnType<typeof request>) => void,
): Promise<{ read: unknown; status?: number | undefined }> {
  const { promise: read, resolve } = Promise.withResolvers<unknown>();
  const server = createServer((incoming, response) => {
    void (async () => {
      let count = 0;
      try {
        const { headers } = incoming;
        const contentType = headers['content-type'];
        const contentEncoding = headers['content-encoding'];
        const blocks = readRows(
          { kind: 'inventory', contentType, contentEncoding, body: incoming },
          { wireBytes: 0, bytes: 0 },
        );
        for await (const block of blocks) count += block.rows;
        response.writeHead(202).end();
        resolve(count);
      } catch (thrown) {
        response.writeHead(400, { Connection: 'close' }).end();
        resolve(thrown);
      }
    })();
  });
  const port = await listen(server);
  const sending = request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    headers: { 'Content-Type': 'application/x-ndjson' },
  });
  const status = once(sending, 'response').then(
    ([response]: { statusCode?: number }[]) => response?.statusCode,
    () => undefined,
  );
  send(sending);
  return { read: await read, status: await status };
}

describe('over a connection', () => {
  test('all rows come in', async () => {
    expect(await upload((sending) => sending.end(text))).toEqual({ read: 2, status: 202 });
  });

  test('a body that is cut in the middle of it is told from one that ends', async () => {
    const { read } = await upload((sending) => {
      sending.write(text, () => setImmediate(() => sending.destroy()));
    });
    expect(read).toMatchObject({ kind: 'aborted', code: 'request.aborted' });
  });

  test('a refusal reaches the client although the body goes on', async () => {
    const { read, status } = await upload((sending) => {
      sending.setHeader('Content-Encoding', 'gzip');
      sending.write(text);
    });
    expect(read).toMatchObject({ code: 'rows.gzip' });
    expect(status).toBe(400);
  });
});
