import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blobBytesMax, type Blobs } from '../../src/platform/blobs.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { createDiskBlobs } from '../../src/platform/disk-blobs.ts';
import { openBlobs } from '../../src/platform/open-blobs.ts';
import { createS3Blobs, type S3Bucket } from '../../src/platform/s3-blobs.ts';
import { openHttp } from '../support/http-exchange.ts';
import { listen } from '../support/listen.ts';

let folder = '';
let server: S3rver | undefined;
let bucket: S3Bucket = { url: '', region: 'us-east-1', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packline-blobs-'));
  const options = { port: 0, address: '127.0.0.1', silent: true, directory: join(folder, 's3') };
  server = new S3rver({ ...options, configureBuckets: [{ name: 'packline', configs: [] }] });
  const { port } = await server.run();
  bucket = { ...bucket, url: `http://127.0.0.1:${port}/packline` };
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
});

const openS3 = (changed: Partial<S3Bucket> = {}): Blobs =>
  createS3Blobs({ ...bucket, ...changed }, { http: openHttp(), clock: systemClock });
const stores: [string, () => Blobs][] = [
  ['disk', () => createDiskBlobs(join(folder, 'disk', 'blobs'))],
  ['S3', () => openS3()],
];

describe.each(stores)('blobs on %s', (_, open) => {
  test('are got as they were put, the last one put', async () => {
    const blobs = open();
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_unused, at) => at % 251));
    await blobs.put('runs/run_1/rows-1', Buffer.from('earlier'));
    await blobs.put('runs/run_1/rows-1', bytes);
    expect((await blobs.get('runs/run_1/rows-1'))?.equals(bytes)).toBe(true);
    await blobs.put('runs/run_1/rows-2', Buffer.alloc(0));
    expect(await blobs.get('runs/run_1/rows-2')).toHaveLength(0);
  });

  test('that are not there are undefined, and no list and no deletion minds', async () => {
    const blobs = open();
    expect(await blobs.get('runs/run_none/rows-1')).toBeUndefined();
    expect(await blobs.list('runs/run_none/')).toEqual([]);
    await blobs.delete('runs/run_none/');
  });

  test('are listed and deleted by their folder, and only those', async () => {
    const blobs = open();
    const names = ['runs/run_2/rows-1', 'runs/run_2/rows-10', 'runs/run_2/rows-2', 'runs/run_2/verdicts/1'];
    for (const name of [...names, 'runs/run_22/rows-1']) await blobs.put(name, Buffer.from(name));
    expect(await blobs.list('runs/run_2/')).toEqual([...names].sort());
    await blobs.delete('runs/run_2/');
    expect(await blobs.list('runs/run_2/')).toEqual([]);
    expect(await blobs.get('runs/run_2/rows-1')).toBeUndefined();
    expect(await blobs.list('runs/run_22/')).toEqual(['runs/run_22/rows-1']);
  });

  test('may be as large as they may be', async () => {
    const blobs = open();
    await blobs.put('large/one', Buffer.alloc(blobBytesMax, 7));
    expect(await blobs.get('large/one')).toHaveLength(blobBytesMax);
  });

  test.each(['../a', 'a/../b', '/a', 'a//b', 'a/', '', '.a', 'a/.b', 'a b', 'a?b', 'a%2fb', 'a\\b', 'a\n'])(
    'have no name like %j',
    async (name) => {
      const blobs = open();
      await expect(blobs.put(name, Buffer.of(1))).rejects.toMatchObject({ code: 'blobs.name' });
      await expect(blobs.get(name)).rejects.toMatchObject({ code: 'blobs.name' });
    },
  );

  test.each(['', '/', 'a', '../', 'a/../'])('have no folder like %j', async (name) => {
    await expect(open().delete(name)).rejects.toMatchObject({ code: 'blobs.name' });
    await expect(open().list(name)).rejects.toMatchObject({ code: 'blobs.name' });
  });
});

describe('on disk', () => {
  test('a blob is private, and what is being written is none', async () => {
    const root = join(folder, 'private');
    const blobs = createDiskBlobs(root);
    await blobs.put('a/b', Buffer.of(1));
    expect((await stat(join(root, 'a', 'b'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(root, 'a'))).mode & 0o777).toBe(0o700);
    await writeFile(join(root, 'a', '.draft'), 'half');
    expect(await blobs.list('a/')).toEqual(['a/b']);
  });

  test('a blob that cannot be written leaves nothing behind', async () => {
    const root = join(folder, 'full');
    const blobs = createDiskBlobs(root);
    await blobs.put('a/b/c', Buffer.of(1));
    await expect(blobs.put('a/b', Buffer.of(1))).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(await readdir(join(root, 'a'))).toEqual(['b']);
  });
});

describe('in a bucket', () => {
  test('keys that are refused are a matter of configuration', async () => {
    const wrong = openS3({ secretAccessKey: 'other' });
    await expect(wrong.put('a/b', Buffer.of(1))).rejects.toMatchObject({
      kind: 'misconfigured',
      code: 'blobs.refused',
      detail: { status: 403, error: 'SignatureDoesNotMatch' },
    });
  });

  test('a bucket that is not there is no blob that is not there', async () => {
    const wrong = openS3({ url: `${bucket.url}-other` });
    await expect(wrong.get('a/b')).rejects.toMatchObject({ code: 'blobs.refused', detail: { error: 'NoSuchBucket' } });
  });

  /** A store that answers as told, one after the other. */
  async function openScripted(...answers: [status: number, body: string][]) {
    const asked: string[] = [];
    const scripted = createServer((incoming, response) => {
      asked.push(`${incoming.method} ${incoming.url}`);
      const [status, body] = answers.shift() ?? [500, ''];
      incoming.resume().on('end', () => response.writeHead(status).end(body));
    });
    const url = `http://127.0.0.1:${await listen(scripted)}/b`;
    return { blobs: openS3({ url }), asked };
  }

  test('a store that is overloaded is asked again', async () => {
    const { blobs, asked } = await openScripted([503, '<Code>SlowDown</Code>'], [500, ''], [200, '']);
    await blobs.put('a/b', Buffer.of(1));
    expect(asked).toEqual(['PUT /b/a/b', 'PUT /b/a/b', 'PUT /b/a/b']);
  });

  test('a list goes on to its last page', async () => {
    const { blobs, asked } = await openScripted(
      [200, '<Contents><Key>a/2</Key></Contents><NextContinuationToken>x&amp;y+/=</NextContinuationToken>'],
      [200, '<Contents><Key>a/1</Key></Contents>'],
    );
    expect(await blobs.list('a/')).toEqual(['a/1', 'a/2']);
    expect(asked.at(-1)).toBe('GET /b?list-type=2&prefix=a%2F&continuation-token=x%26y%2B%2F%3D');
  });
});

describe('the configuration', () => {
  const deps = () => ({ http: openHttp(), clock: systemClock });

  test('names a bucket, or blobs lie in PACKLINE_HOME', async () => {
    const home = join(folder, 'home');
    const env = {
      PACKLINE_BLOBS_URL: `${bucket.url}/`,
      PACKLINE_BLOBS_KEY_ID: 'S3RVER',
      PACKLINE_BLOBS_SECRET: 'S3RVER',
    };
    await openBlobs(loadConfig(env), deps()).put('config/one', Buffer.of(1));
    expect(await openS3().list('config/')).toEqual(['config/one']);
    await openBlobs(loadConfig({ PACKLINE_HOME: home }), deps()).put('config/two', Buffer.of(2));
    expect(await readdir(join(home, 'blobs', 'config'))).toEqual(['two']);
  });

  test('of a bucket is not complete without its keys', () => {
    const config = loadConfig({ PACKLINE_BLOBS_URL: bucket.url });
    expect(() => openBlobs(config, deps())).toThrow(/PACKLINE_BLOBS_KEY_ID is not set/);
  });
});
