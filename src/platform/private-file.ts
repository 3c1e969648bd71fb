import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The content of `path`, made once by `makeContent` and readable by its owner only (0600, folder 0700). When several
 * processes start at once they all get the content of the one that was first.
 */
export async function readOrCreatePrivateFile(path: string, makeContent: () => string): Promise<string> {
  const present = await readIfPresent(path);
  if (present !== undefined) return present;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, makeContent(), { mode: 0o600, flag: 'wx', flush: true });
  try {
    // A link appears whole and never replaces: a rename would let the second process overwrite the first one's secret.
    await link(draft, path);
  } catch (thrown) {
    if (!hasCode(thrown, 'EEXIST')) throw thrown;
  } finally {
    await unlink(draft);
  }
  return await readFile(path, 'utf8');
}

/** Written beside and renamed: who reads it meanwhile finds the old content or the new, never half. Mode 0600. */
export async function writePrivateFile(path: string, content: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
  await rename(draft, path);
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}

const hasCode = (thrown: unknown, code: string): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === code;
