import { Agent, request as httpRequest } from 'node:http';
import type { Reply } from '../support/checked-request.ts';

/** A request as it goes out. */
export interface RawRequest {
  method: string;
  path: string;
  headers: readonly [string, string][];
  body: Buffer;
  /** Without a declared length. */
  chunked: boolean;
}

/** Sends what `fetch` would tidy up first: paths, header values and bodies go out as they are. */
export function createSender(baseUrl: string, deadlineMs: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { host, hostname, port } = new URL(baseUrl);

  const send = ({ method, path, headers, body, chunked }: RawRequest): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const named = headers.some(([name]) => name === 'Host') ? [] : ['Host', host];
      const length = body.length === 0 ? [] : chunked ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(body.length)]; // prettier-ignore
      const outgoing = httpRequest(
        { agent, hostname, port, method, path, headers: [...named, ...headers.flat(), ...length] },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            clearTimeout(deadline);
            const raw = incoming.rawHeaders;
            const answered = new Headers(raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : [])));
            const text = Buffer.concat(chunks).toString();
            const isJson = /\bjson/.test(answered.get('content-type') ?? '');
            resolve({ status: incoming.statusCode ?? 0, headers: answered, text, body: isJson ? JSON.parse(text) : text }); // prettier-ignore
          });
        },
      );
      const deadline = setTimeout(() => outgoing.destroy(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
      outgoing.on('error', (error) => {
        clearTimeout(deadline);
        reject(error);
      });
      outgoing.end(body);
    });
  return { send, close: () => agent.destroy() };
}

const shownMax = 4_000;

/** The request as somebody could send it again with bash and curl; of a large body, its beginning. */
export function toCurl(baseUrl: string, { method, path, headers, body, chunked }: RawRequest): string {
  const all = chunked ? [...headers, ['Transfer-Encoding', 'chunked'] as const] : headers;
  const shown = body.length > shownMax ? ` # and so on, ${body.length} bytes` : '';
  return [
    `curl --path-as-is -X ${method} ${quote(`${baseUrl}${path}`)}`,
    ...all.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body.length === 0 ? [] : [`--data-binary ${quote(body.subarray(0, shownMax).toString('latin1'))}${shown}`]),
  ].join(' ');
}

/** As bash quotes it; each character is one byte. */
const quote = (text: string): string =>
  /^[ -&(-~]*$/.test(text)
    ? `'${text}'`
    : `$'${text.replace(/[^ -~]|['\\]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`)}'`;
