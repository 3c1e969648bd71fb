import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Transform, type Readable } from 'node:stream';
import { Agent, request } from 'undici';
import type { RunKind } from '../domain/bulk-run.ts';
import type { RunView } from '../ingress/views/run-view.ts';
import { makeApiFailure } from './api-failure.ts';
import type { MerchantApi } from './find-api.ts';

const types: Readonly<Record<string, string>> = {
  ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
  json: 'application/json',
  csv: 'text/csv',
};
export const formats = Object.keys(types);

/** The format of a file by its name, `.gz` or not; undefined when it says nothing. */
export const formatOf = (path: string): string | undefined => {
  const extension = /\.(\w+)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(types, extension) ? extension : undefined;
};

export interface Push {
  kind: RunKind;
  /** `-` is standard input. */
  path: string;
  format: string;
  dryRun: boolean;
  connection?: string | undefined;
  /** What the partner has and it has not is retired; in one store, and without a question, where so said. */
  full: boolean;
  store?: string | undefined;
  confirmRetire: boolean;
}

/** Uploads a file as it is read, however large. Resolves to its run when all rows are there. */
export async function pushFile(
  { baseUrl, key, headers }: MerchantApi,
  { kind, path, format, connection, ...push }: Push,
  onSent: (sentBytes: number, totalBytes: number | undefined) => void,
): Promise<RunView> {
  const { body, bytes } = await openFile(path);
  let sent = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      onSent(sent, bytes);
      done(null, chunk);
    },
  });
  body.on('error', (error) => counted.destroy(error));
  // It answers when it has all of it, which may take an hour.
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  try {
    const response = await request(`${baseUrl}/v1/${kind}${toQuery(push)}`, {
      method: 'POST',
      dispatcher,
      headers: {
        'user-agent': 'packline-cli',
        authorization: `Bearer ${key}`,
        'content-type': types[format] ?? '',
        ...(bytes === undefined ? {} : { 'content-length': String(bytes) }),
        ...(connection === undefined ? {} : { 'packline-connection': connection }),
        ...headers,
      },
      body: body.pipe(counted),
    });
    const text = await response.body.text();
    if (response.statusCode === 202) return JSON.parse(text);
    throw makeApiFailure('the upload', response.statusCode, text);
  } finally {
    body.destroy();
    await dispatcher.destroy();
  }
}

function toQuery({
  dryRun,
  full,
  store,
  confirmRetire,
}: Pick<Push, 'dryRun' | 'full' | 'store' | 'confirmRetire'>): string {
  const query = new URLSearchParams({
    ...(dryRun && { dryRun: 'true' }),
    ...(full && { mode: 'full' }),
    ...(store !== undefined && { storeLocationId: store }),
    ...(confirmRetire && { confirmRetire: 'true' }),
  }).toString();
  return query === '' ? '' : `?${query}`;
}

/** Standard input has no size. */
async function openFile(path: string): Promise<{ body: Readable; bytes: number | undefined }> {
  if (path === '-') return { body: process.stdin, bytes: undefined };
  const file = await open(path);
  const stats = await file.stat();
  return { body: createReadStream(path, { fd: file }), bytes: stats.isFile() ? stats.size : undefined };
}
