import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Failure } from '../../domain/failure.ts';
import { makeRefusal } from '../problem.ts';

/** How much came, and how much it was. */
export interface BodyCount {
  wireBytes: number;
  bytes: number;
}

const gzipMark = Buffer.of(0x1f, 0x8b);
const utf8Mark = Buffer.of(0xef, 0xbb, 0xbf);
const utf16Marks = [Buffer.of(0xff, 0xfe), Buffer.of(0xfe, 0xff)];
const markBytesMax = 3;
/** As sockets deliver; gzip's own default makes four times as many. */
const chunkBytes = 65_536;

/**
 * The text of an upload, in chunks as they come: gzip undone, whether it was declared or the file simply is one, and the
 * byte order mark taken off. There is no limit to its size; whoever reads rows out of it limits those. The source is not
 * destroyed when reading stops, because a refusal still has to be answered over it.
 * @throws Failure `rows.content_encoding`, `rows.gzip`, `rows.incomplete`, `request.encoding` for UTF-16, or
 * `request.aborted` when the connection ends first
 */
export async function* openBody(
  source: Readable,
  contentEncoding: string | undefined,
  count: BodyCount,
): AsyncGenerator<Buffer> {
  const encoding = (contentEncoding ?? '').trim().toLowerCase();
  if (!['', 'identity', 'gzip', 'x-gzip'].includes(encoding)) {
    throw makeRefusal('rows.content_encoding', `the encoding "${encoding.slice(0, 40)}" is not read here`);
  }
  const wire = await peek(countWire(source, count));
  const isGzip = wire.head.subarray(0, gzipMark.length).equals(gzipMark);
  if (!isGzip && encoding.endsWith('gzip')) throw makeRefusal('rows.gzip', 'the body does not begin as gzip does');
  const { head, rest } = await peek(isGzip ? gunzip(wire.rest) : wire.rest);
  if (utf16Marks.some((mark) => head.subarray(0, mark.length).equals(mark))) {
    throw makeRefusal('request.encoding', 'the body is UTF-16: save it as UTF-8');
  }
  let skipped = head.equals(utf8Mark) ? utf8Mark.length : 0;
  for await (const chunk of rest) {
    count.bytes += chunk.length;
    if (skipped === 0) yield chunk;
    else yield chunk.subarray(skipped);
    skipped = 0;
  }
}

async function* countWire(source: Readable, count: BodyCount): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source.iterator({ destroyOnReturn: false })) {
      const bytes: Buffer = chunk;
      count.wireBytes += bytes.length;
      yield bytes;
    }
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown;
    throw makeRefusal('request.aborted', 'the connection ended before the whole body was here', { cause: thrown });
  }
}

async function* gunzip(wire: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = createGunzip({ chunkSize: chunkBytes });
  // Ties their ends together; whoever reads the decoder is told of errors there.
  pipeline(Readable.from(wire), decoder, () => {});
  try {
    for await (const chunk of decoder) yield chunk;
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    if (code === 'Z_BUF_ERROR') throw makeRefusal('rows.incomplete', 'the gzip ends too early', { cause: thrown });
    if (code.startsWith('Z_')) throw makeRefusal('rows.gzip', 'the gzip is damaged', { cause: thrown });
    throw thrown;
  }
}

/** The first bytes of a stream, fewer when it has no more, and all of it: these and what follows them. */
async function peek(chunks: AsyncGenerator<Buffer>): Promise<{ head: Buffer; rest: AsyncGenerator<Buffer> }> {
  const first: Buffer[] = [];
  let bytes = 0;
  while (bytes < markBytesMax) {
    const next = await chunks.next();
    if (next.done === true) break;
    first.push(next.value);
    bytes += next.value.length;
  }
  const joined = Buffer.concat(first);
  return { head: joined.subarray(0, markBytesMax), rest: follow(joined, chunks) };
}

async function* follow(first: Buffer, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (first.length > 0) yield first;
    yield* chunks;
  } finally {
    await chunks.return(undefined);
  }
}
