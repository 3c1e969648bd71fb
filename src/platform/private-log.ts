import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from './sync-folder.ts';

/** A file that is only ever appended to, line by line, and readable by its owner only (0600, folder 0700). */
export interface PrivateLog {
  readonly path: string;
  /** Resolves when the lines are on disk. Several processes may append to one file. */
  append(lines: readonly string[]): Promise<void>;
  /** All lines so far; none where there is no file yet. The last one may be cut short: its append never resolved. */
  read(): Promise<string[]>;
}

export function openPrivateLog(path: string): PrivateLog {
  return {
    path,
    append: (lines) => appendLines(path, lines),
    read: async () => {
      try {
        return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
      } catch (thrown) {
        if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
        throw thrown;
      }
    },
  };
}

async function appendLines(path: string, lines: readonly string[]): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(path, 'a+', 0o600);
  try {
    const { size } = await file.stat();
    const text = lines.map((line) => `${line}\n`).join('');
    // A line that a crash cut short stays a line of its own.
    await file.appendFile((await endsInLine(file, size)) ? text : `\n${text}`);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(folder);
}

async function endsInLine(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return true;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() === '\n';
}
