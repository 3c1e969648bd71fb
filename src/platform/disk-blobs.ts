import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { checkBlobFolder, checkBlobName, type Blobs } from './blobs.ts';
import { syncFolder } from './sync-folder.ts';

/** No name of a blob begins with a dot, so that what is being written is none. */
const draftMark = '.';

/**
 * Blobs as files below `root`, readable by their owner only (0600, folders 0700).
 * @throws Failure `transient` `blobs.unavailable` when the disk is full
 */
export function createDiskBlobs(root: string): Blobs {
  const pathOf = (name: string): string => join(root, name);
  return {
    async put(name, bytes) {
      const path = pathOf(checkBlobName(name));
      await makeFolder(dirname(path));
      const draft = join(dirname(path), `${draftMark}${randomUUID()}`);
      try {
        await writeSynced(draft, bytes);
        await rename(draft, path);
      } catch (thrown) {
        await rm(draft, { force: true });
        throw fullCodes.has(codeOf(thrown)) ? full(thrown) : thrown;
      }
      await syncFolder(dirname(path));
    },
    async get(name) {
      return await ifPresent(readFile(pathOf(checkBlobName(name))));
    },
    async list(folder) {
      const options = { recursive: true, withFileTypes: true } as const;
      const entries = (await ifPresent(readdir(pathOf(checkBlobFolder(folder)), options))) ?? [];
      return entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith(draftMark))
        .map((entry) => join(entry.parentPath, entry.name).slice(join(root, '/').length))
        .sort();
    },
    async delete(folder) {
      await rm(pathOf(checkBlobFolder(folder)), { recursive: true, force: true });
    },
  };
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** With all folders above it. A new one is only there after a power cut when the folder it lies in is on disk, too. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function ifPresent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}

const codeOf = (thrown: unknown): unknown => (thrown instanceof Error && 'code' in thrown ? thrown.code : undefined);

/** Out of space, or of what a quota allows. */
const fullCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

const full = (cause: unknown): Failure =>
  new Failure('transient', 'blobs.unavailable', 'the disk that holds spooled uploads is full', { cause });
