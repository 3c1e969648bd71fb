import type { Blobs } from '../../src/platform/blobs.ts';

/** Blobs that are gone with the test. */
export function createMemoryBlobs(): Blobs & { readonly names: () => string[] } {
  const blobs = new Map<string, Buffer>();
  const below = (folder: string): string[] => [...blobs.keys()].filter((name) => name.startsWith(folder)).sort();
  return {
    put: (name, bytes) => {
      blobs.set(name, Buffer.from(bytes));
      return Promise.resolve();
    },
    get: (name) => Promise.resolve(blobs.get(name)),
    list: (folder) => Promise.resolve(below(folder)),
    delete: (folder) => {
      for (const name of below(folder)) blobs.delete(name);
      return Promise.resolve();
    },
    names: () => below(''),
  };
}
