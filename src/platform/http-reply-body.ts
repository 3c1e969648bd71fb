import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { Failure } from '../domain/failure.ts';
import type { ExchangeReply } from './http-exchange.ts';

export interface ReplyBody {
  bytes: Uint8Array;
  /** There was more than was asked for. */
  truncated: boolean;
}

/** What undoes a `content-encoding`. We ask for none, which does not stop everybody. */
const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
  ['zstd', createZstdDecompress],
]);

/**
 * Reads a reply to at most `bytesMax` decoded bytes, decoding no more than that: 200 KB of gzip can hold 200 MB. A
 * longer reply is cut there, or fails, and its socket is closed either way.
 * @throws Failure `malformed` `http.too_large`, or `transient` `http.garbage` for an encoding that nobody asked for
 */
export async function readReplyBody(
  reply: ExchangeReply,
  limit: { bytesMax: number; onTooLarge: 'fail' | 'cut' },
): Promise<ReplyBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of decode(reply)) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes <= limit.bytesMax) continue;
    if (limit.onTooLarge === 'cut') {
      return { bytes: Buffer.concat(chunks).subarray(0, limit.bytesMax), truncated: true };
    }
    throw new Failure('malformed', 'http.too_large', `The reply is longer than ${limit.bytesMax} bytes`, {
      detail: { status: reply.status },
    });
  }
  return { bytes: Buffer.concat(chunks), truncated: false };
}

function decode({ status, headers, openBody }: ExchangeReply): readonly Buffer[] | Readable {
  const body = openBody();
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  const isEmpty = status === 204 || status === 304 || headers['content-length'] === '0';
  if (encoding === '' || encoding === 'identity' || isEmpty) return body;
  const createDecoder = decoders.get(encoding);
  if (createDecoder === undefined) {
    if (body instanceof Readable) body.destroy();
    throw new Failure('transient', 'http.garbage', `The reply is encoded as "${encoding.slice(0, 40)}"`);
  }
  const decoder = createDecoder();
  // Ties their ends together; whoever reads the decoder is told of errors there.
  pipeline(body, decoder, () => {});
  return decoder;
}
