/** "Cached for 30 seconds": a read answers what an earlier one did, however much has happened since. */
export function createReadCache(nowMs: () => number) {
  const kept = new Map<string, { untilMs: number; body: unknown }>();
  return {
    through<T>(key: string, forMs: number, read: () => T): unknown {
      const now = nowMs();
      const known = kept.get(key);
      if (known !== undefined && known.untilMs > now) return known.body;
      const body = structuredClone(read());
      if (forMs > 0) kept.set(key, { untilMs: now + forMs, body });
      if (kept.size > 50_000) kept.clear();
      return body;
    },
    clear: () => kept.clear(),
  };
}
export type ReadCache = ReturnType<typeof createReadCache>;
