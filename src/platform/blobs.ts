/**
 * A store of small files (at most `blobBytesMax`) by name, which api and workers share. Names are `folder/…/file` of
 * letters, digits, `.`, `_` and `-`; a folder's name ends in `/`.
 */
export interface Blobs {
  /** Resolves when the bytes are durable under this name, whole: who reads it before finds what was there before. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Undefined when there is none. */
  get(name: string): Promise<Buffer | undefined>;
  /** The names of all files in the folder and below it, sorted. */
  list(folder: string): Promise<string[]>;
  /** Deletes all files in the folder and below it; none may be there. */
  delete(folder: string): Promise<void>;
}

/** A segment of the spool that nothing could compress, and room. */
export const blobBytesMax = 16 * 1_048_576;
