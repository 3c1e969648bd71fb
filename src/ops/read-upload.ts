import type { ApiRequest } from './api.ts';

/** A form with a file, as far as it has come: the fields that stood before the file, and the file as it goes on arriving. */
export interface Upload {
  form: Record<string, string>;
  /** Null where none was chosen. */
  file: ApiRequest['file'] | null;
}

/** The form cannot be read. Its message may be shown. */
export class BrokenForm extends Error {
  override readonly name = 'BrokenForm';
}

const headBytesMax = 4_096;
const fieldBytesMax = 16_384;
const fieldsMax = 20;
const crlf = Buffer.from('\r\n');
const blankLine = Buffer.from('\r\n\r\n');

/**
 * Reads a `multipart/form-data` body (RFC 7578) up to its first file, of which no more is held than arrived at once. What
 * stands behind the file is passed over. Throws `BrokenForm`, then or while the file is read.
 */
export async function readUpload(contentType: string, body: ReadableStream<Uint8Array> | null): Promise<Upload> {
  const [, quoted, bare] =
    /^multipart\/form-data;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined || body === null) throw new BrokenForm('Only a form with a file is taken here.');
  const arriving = createReader(body);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  await arriving.take(delimiter, headBytesMax);
  const form: Record<string, string> = {};
  for (let count = 0; count < fieldsMax; count += 1) {
    // Two dashes behind a boundary are the end; a line end begins another part.
    const head = (await arriving.take(blankLine, headBytesMax)).toString();
    const name = /\bname="([^"]*)"/i.exec(head)?.[1] ?? '';
    const fileName = /\bfilename="((?:[^"\\]|\\.)*)"/i.exec(head)?.[1];
    if (fileName === '') return { form, file: null };
    if (fileName !== undefined) return { form, file: { ...toTypes(fileName, head), bytes: ReadableStream.from(arriving.until(delimiter)) } }; // prettier-ignore
    form[name] = (await arriving.take(delimiter, fieldBytesMax)).toString();
  }
  throw new BrokenForm('The form has too many fields.');
}

const types: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
};

/** By its name: what browsers say of the type depends on which programs are installed beside them. */
function toTypes(fileName: string, head: string): { type: string; encoding?: string } {
  const [, extension = '', zipped] = /\.(\w+?)(\.gz)?$/i.exec(fileName) ?? [];
  const said = /^content-type: *([\w.+/-]+)/im.exec(head)?.[1] ?? 'application/octet-stream';
  const type = types[extension.toLowerCase()] ?? said;
  return zipped === undefined ? { type } : { type, encoding: 'gzip' };
}

function createReader(body: ReadableStream<Uint8Array>) {
  const chunks = body[Symbol.asyncIterator]();
  // As if a line ended before the first boundary, like before all others.
  let held: Buffer = crlf;
  const more = async (): Promise<void> => {
    const next = await chunks.next();
    if (next.done === true) throw new BrokenForm('The form broke off.');
    held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, next.value]);
  };
  return {
    /** What stands before the mark, which is passed over. */
    async take(mark: Buffer, bytesMax: number): Promise<Buffer> {
      for (;;) {
        const at = held.indexOf(mark);
        if (at >= 0) {
          const taken = held.subarray(0, at);
          held = held.subarray(at + mark.length);
          return taken;
        }
        if (held.length > bytesMax) throw new BrokenForm('A field of the form is too long.');
        await more();
      }
    },

    /** The same in pieces, of any length; the rest of the body is read as well, so that the sender is through. */
    async *until(mark: Buffer): AsyncGenerator<Uint8Array> {
      for (;;) {
        const at = held.indexOf(mark);
        // The mark may begin at the end of what is here.
        const sure = at >= 0 ? at : Math.max(0, held.length - mark.length + 1);
        if (sure > 0) yield held.subarray(0, sure);
        held = held.subarray(sure);
        if (at >= 0) break;
        await more();
      }
      while ((await chunks.next()).done !== true);
    },
  };
}
