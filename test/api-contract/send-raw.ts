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
            const isJson = /json/.test(answered.get('content-type') ?? '');
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

const shownMax = 2_000;

/** The request as somebody could send it again. */
export function toCurl(baseUrl: string, { method, path, headers, body, chunked }: RawRequest): string {
  const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const text = body.toString('latin1');
  const isPlain = /^[\x20-\x7e]*$/.test(text);
  const all = chunked ? [...headers, ['Transfer-Encoding', 'chunked'] as const] : headers;
  const data = text.length > shownMax ? `${text.slice(0, shownMax)}… (${body.length} bytes)` : text;
  return [
    isPlain || body.length === 0 ? '' : `printf %s ${body.toString('base64').slice(0, shownMax)} | base64 -d | `,
    `curl --path-as-is -X ${method} ${quote(`${baseUrl}${path}`)}`,
    ...all.map(([name, value]) => ` -H ${quote(`${name}: ${value}`)}`),
    body.length === 0 ? '' : ` --data-binary ${isPlain ? quote(data) : '@-'}`,
  ].join('');
}
