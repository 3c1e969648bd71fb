import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listFiles } from '../../architecture/source-tree.ts';
import type { Edit } from './defects.ts';

export const root = new URL('../../../', import.meta.url).pathname;

/** The project as it lies here, with changes that are not committed, in a folder of its own; packages are shared. */
export async function copyProject(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const path of listFiles()) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await copyFile(join(root, path), join(folder, path));
  }
}

/** @throws Error where the table no longer fits the file. */
export function applyEdit(text: string, { file, find, replace }: Edit): string {
  const [before, after, ...more] = text.split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    const times = text.split(find).length - 1;
    throw new Error(`the table of planted defects is stale: ${file} has ${times} times, not once: ${find}`);
  }
  return before + replace + after;
}

export async function plant(folder: string, edits: readonly Edit[]): Promise<void> {
  for (const edit of edits) {
    const path = join(folder, edit.file);
    await writeFile(path, applyEdit(await readFile(path, 'utf8'), edit));
  }
}
