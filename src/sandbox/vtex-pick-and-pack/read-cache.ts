export interface ReadCache {
  /** The JSON that an earlier read answered within `forMs`, however much has happened since; else what `read` answers now. */
  through(key: string, forMs: number, read: () => unknown): string;
  clear(): void;
}

/** A demo may run for weeks. */
const keptMax = 50_000;

/** "Cached for 30 seconds". */
export function createReadCache(nowMs: () => number): ReadCache {
  const kept = new Map<string, { untilMs: number; json: string }>();
  return {
    through(key, forMs, read) {
      const now = nowMs();
      const known = kept.get(key);
      if (known !== undefined && known.untilMs > now) return known.json;
      const json = JSON.stringify(read());
      if (forMs > 0) {
        if (kept.size >= keptMax) kept.clear();
        kept.set(key, { untilMs: now + forMs, json });
      }
      return json;
    },
    clear: () => kept.clear(),
  };
}
