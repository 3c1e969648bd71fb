import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import type { RunView } from '../../src/ingress/views/run-view.ts';
import { testRedis } from '../support/redis.ts';
import { openRunWorkshop } from './run-workshop.ts';

const mebibyte = 1_048_576;
const isLong = process.env['PACKLINE_LONG_TESTS'] === 'true';
/** Of one body; flat memory is the same for either. */
const bytes = (isLong ? 1_024 : 64) * mebibyte;
/** Of this process: the API, and who sends. */
const growthMax = 160 * mebibyte;
const limit = 32 * mebibyte;

const redis = await testRedis();
const unlimited = await openRunWorkshop(redis.url, { uploadBytesMax: 2 * bytes });
const limited = await openRunWorkshop(redis.url, { uploadBytesMax: limit });

const row = (n: number) =>
  `{"externalProductId":"p-${n}","externalStoreLocationId":"s","available":true,"quantity":${n}}\n`;
/** A mebibyte of rows or so, whole ones, with the rows that it has. */
const rows = Math.floor(mebibyte / row(1_000_000).length);
const piece = Buffer.from(Array.from({ length: rows }, (_, n) => row(1_000_000 + n)).join(''));

/** Sends pieces until somebody has answered; says how many were taken from us, and the most memory that was used. */
async function send(
  { ingress, merchant }: typeof unlimited,
  pieces: number,
): Promise<{ status: number; connection: string | undefined; run: RunView; sent: number; grown: number }> {
  const { key, get } = await merchant();
  let sent = 0;
  const before = process.memoryUsage().rss;
  let most = before;
  const body = Readable.from(
    (function* () {
      for (; sent < pieces; sent += 1) {
        most = Math.max(most, process.memoryUsage().rss);
        yield piece;
      }
    })(),
    { objectMode: false, highWaterMark: mebibyte },
  );
  const sending = httpRequest(`${ingress.url}/v1/inventory`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
  });
  sending.on('error', () => undefined);
  body.pipe(sending);
  const [response] = (await once(sending, 'response')) as [NodeJS.ReadableStream & { statusCode: number; headers: Record<string, string> }]; // prettier-ignore
  response.resume();
  body.destroy();
  sending.destroy();
  const { data } = (await get('/v1/runs')).body as { data: RunView[] };
  const [run] = data;
  if (run === undefined) throw new Error('there is no run');
  return { status: response.statusCode, connection: response.headers['connection'], run, sent, grown: most - before };
}

it(`a body of ${bytes / mebibyte} MiB is taken row by row, in flat memory`, { timeout: 300_000 }, async () => {
  const pieces = bytes / mebibyte;
  const { status, run, grown } = await send(unlimited, pieces);
  expect([status, run.status, run.counts.received]).toEqual([202, 'running', pieces * rows]);
  expect(grown / mebibyte).toBeLessThan(growthMax / mebibyte);
});

it('a body that never ends is refused at its limit, while it is being sent, and nothing of it is kept', async () => {
  const { status, connection, run, sent } = await send(limited, Number.POSITIVE_INFINITY);
  expect([status, connection]).toEqual([413, 'close']);
  // What lies in buffers on the way counts as sent.
  expect(sent * piece.length).toBeLessThan(limit + 16 * mebibyte);
  expect([run.status, run.failure?.code]).toEqual(['interrupted', 'request.too_large']);
  expect(await limited.ingress.deps.blobs.list(`runs/${run.id}/`)).toEqual([]);
});
