import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Config } from '../platform/config.ts';
import type { Check } from './check.ts';
import { describeError } from './describe-error.ts';

const gibi = 1_073_741_824;
/** Some millions of rows of an upload, several times. */
const advisedBytes = 5 * gibi;
/** Less than this, and one upload fills it. */
const neededBytes = gibi / 2;

type Look = (path: string) => Promise<{ bavail: number; bsize: number }>;

/** Whether the disk under PACKLINE_HOME has room for spooled uploads, or at least for the log of erasures. */
export async function checkDisk({ home, blobsUrl }: Config, look: Look = statfs): Promise<Check> {
  const name = 'disk';
  let path = resolve(home);
  while (!existsSync(path)) path = dirname(path);
  try {
    const { bavail, bsize } = await look(path);
    const freeBytes = bavail * bsize;
    const message = `${(freeBytes / gibi).toFixed(1)} GiB are free at ${path}${blobsUrl === undefined ? ', where uploads are spooled' : ''}`;
    if (freeBytes >= (blobsUrl === undefined ? advisedBytes : neededBytes)) return { name, status: 'ok', message };
    const fix = 'make room, or spool uploads elsewhere: PACKLINE_BLOBS_URL';
    return { name, status: freeBytes < neededBytes ? 'wrong' : 'advice', message, fix };
  } catch (thrown) {
    return { name, status: 'advice', message: `what is free cannot be seen: ${describeError(thrown)}` };
  }
}
