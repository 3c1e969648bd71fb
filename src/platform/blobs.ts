import { Failure } from '../domain/failure.ts';

/**
 * A store of small files (at most `blobBytesMax`) by name, which api and workers share. A name is `folder/…/file`, of
 * letters, digits, `.`, `_` and `-`; a folder is named with its `/` at the end.
 */
export interface Blobs {
  /** Resolves when the bytes are durable under this name. Who reads meanwhile finds what was there before, or all of it. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Undefined when there is none. */
  get(name: string): Promise<Buffer | undefined>;
  /** The names of all files in the folder and below it, sorted. */
  list(folder: string): Promise<string[]>;
  /** Deletes all files in the folder and below it; there may be none. */
  delete(folder: string): Promise<void>;
}

/** A segment of the spool that cannot be compressed, and room. */
export const blobBytesMax = 16 * 1_048_576;

const namePattern = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/;
const folderPattern = /^(?:[\w-][\w.-]*\/)+$/;

/** A name that no path and no URL can understand otherwise. Throws `blobs.name` for others: they are mistakes of ours. */
export function checkBlobName(name: string): string {
  if (!namePattern.test(name)) throw new Failure('malformed', 'blobs.name', `"${name}" is no name of a blob`);
  return name;
}

export function checkBlobFolder(folder: string): string {
  if (!folderPattern.test(folder)) throw new Failure('malformed', 'blobs.name', `"${folder}" is no folder of blobs`);
  return folder;
}
