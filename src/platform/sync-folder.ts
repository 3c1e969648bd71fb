import { open } from 'node:fs/promises';

/** A new or renamed file is only there after a power cut when the folder it lies in is on disk, too. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
