import { hash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import pRetry from 'p-retry';
import { Failure } from '../domain/failure.ts';
import { blobBytesMax, checkBlobFolder, checkBlobName, type Blobs } from './blobs.ts';
import type { Clock } from './clock.ts';
import type { Http, HttpReply } from './http.ts';

export interface S3Bucket {
  /** Of the bucket itself, without a slash at the end: `https://host/bucket` or `https://bucket.host`. */
  url: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

interface S3Deps {
  http: Http;
  clock: Clock;
}

interface S3Request {
  method: 'GET' | 'PUT' | 'DELETE';
  /** Behind the bucket's URL. */
  path: string;
  body?: Uint8Array;
}

/** A blob has to be up or down within a minute. */
const timeouts = { headersMs: 30_000, totalMs: 60_000 };
const retries = { retries: 4, minTimeout: 200, factor: 3, randomize: true };
const deletesAtOnce = 8;

/**
 * Blobs as objects of an S3-compatible store (AWS, MinIO, Ceph, R2 …), through the same guarded way out as every other call:
 * a store in a private network has to be opened in PACKLINE_EGRESS_ALLOW. All requests can be repeated, and are while the
 * store says that it is overloaded.
 * @throws Failure `misconfigured` `blobs.refused`, `transient` `blobs.unavailable`, and those of `Http`
 */
export function createS3Blobs(bucket: S3Bucket, deps: S3Deps): Blobs {
  const send = (request: S3Request): Promise<HttpReply> =>
    pRetry(() => sendOnce(bucket, deps, request), {
      ...retries,
      shouldRetry: ({ error }) => error instanceof Failure && error.kind === 'transient',
    });
  const list = async (folder: string): Promise<string[]> => {
    const names: string[] = [];
    let after: string | undefined;
    do {
      const query = new URLSearchParams({ 'list-type': '2', prefix: checkBlobFolder(folder) });
      if (after !== undefined) query.set('continuation-token', after);
      const page = (await send({ method: 'GET', path: `?${query.toString()}` })).text();
      names.push(...page.matchAll(/<Key>([^<]*)<\/Key>/g).map(([, key = '']) => key));
      after = readToken(page);
    } while (after !== undefined);
    return names.sort();
  };
  return {
    async put(name, bytes) {
      await send({ method: 'PUT', path: `/${checkBlobName(name)}`, body: bytes });
    },
    async get(name) {
      const reply = await send({ method: 'GET', path: `/${checkBlobName(name)}` });
      return reply.status === 404
        ? undefined
        : Buffer.from(reply.body.buffer, reply.body.byteOffset, reply.body.length);
    },
    list,
    async delete(folder) {
      const names = await list(folder);
      for (let at = 0; at < names.length; at += deletesAtOnce) {
        const some = names.slice(at, at + deletesAtOnce);
        await Promise.all(some.map((name) => send({ method: 'DELETE', path: `/${name}` })));
      }
    },
  };
}

/** An answer of 2xx, or of 404 where it is the object that is missing; all else is a Failure. */
async function sendOnce(bucket: S3Bucket, { http, clock }: S3Deps, request: S3Request): Promise<HttpReply> {
  const { method, path, body } = request;
  const signed = await new AwsV4Signer({
    method,
    url: `${bucket.url}${path}`,
    service: 's3',
    region: bucket.region,
    accessKeyId: bucket.accessKeyId,
    secretAccessKey: bucket.secretAccessKey,
    datetime: new Date(clock.now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
    headers: { 'x-amz-content-sha256': hash('sha256', body ?? '', 'hex') },
  }).sign();
  const reply = await http.request({
    method,
    url: signed.url.toString(),
    headers: Object.fromEntries(signed.headers),
    ...(body === undefined ? {} : { body }),
    timeouts,
    replyBytesMax: blobBytesMax,
  });
  if (reply.status >= 200 && reply.status < 300) return reply;
  const code = /<Code>(\w{1,60})<\/Code>/.exec(reply.text())?.[1] ?? '';
  if (reply.status === 404 && method === 'GET' && code === 'NoSuchKey') return reply;
  const isPassing = reply.status >= 500 || reply.status === 429 || code === 'RequestTimeout';
  throw new Failure(
    isPassing ? 'transient' : 'misconfigured',
    isPassing ? 'blobs.unavailable' : 'blobs.refused',
    `The blob store answered ${reply.status} ${code}`.trim(),
    { detail: { status: reply.status, error: code } },
  );
}

/** Where the next page of a list begins. Keys are ours and need no unescaping; tokens are the store's. */
function readToken(page: string): string | undefined {
  const token = /<NextContinuationToken>([^<]+)<\/NextContinuationToken>/.exec(page)?.[1];
  return token?.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
