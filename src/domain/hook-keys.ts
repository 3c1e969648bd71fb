/** A public RSA key (RFC 7517), and when it was on its carrier's list last. */
export interface ListedKey {
  kid: string;
  n: string;
  e: string;
  listedAt: string;
}

/** A carrier's published keys as they were read; `readAt` null: never. */
export interface HookKeys {
  readAt: string | null;
  keys: readonly ListedKey[];
}

export const noHookKeys: HookKeys = { readAt: null, keys: [] };

/** Hooks that were signed before a key was taken off the list are under way still, and the list may be out of reach. */
const believedForMs = 24 * 3_600_000;
/** How often the list is read when nothing asks for it. */
export const readEveryMs = 6 * 3_600_000;
/** A key that a list of this age lacks is nobody's. */
const freshForMs = 60_000;

/** The keys that are believed: those on the list, and those that were on it within a day. */
export const believedKeys = ({ keys }: HookKeys, nowMs: number): readonly ListedKey[] =>
  keys.filter(({ listedAt }) => nowMs - Date.parse(listedAt) < believedForMs);

const isReadWithin = ({ readAt }: HookKeys, ms: number, nowMs: number): boolean =>
  readAt !== null && nowMs - Date.parse(readAt) < ms;

export const isDueToRead = (known: HookKeys, nowMs: number): boolean => !isReadWithin(known, readEveryMs, nowMs);
export const isFresh = (known: HookKeys, nowMs: number): boolean => isReadWithin(known, freshForMs, nowMs);

/** What is believed from now on. */
export function hearHookKeys(known: HookKeys, listed: readonly Omit<ListedKey, 'listedAt'>[], nowMs: number): HookKeys {
  const at = new Date(nowMs).toISOString();
  const still = believedKeys(known, nowMs).filter(({ kid }) => !listed.some((key) => key.kid === kid));
  return {
    readAt: at,
    keys: [...listed.map(({ kid, n, e }) => ({ kid, n, e, listedAt: at })), ...still].slice(0, keysMax),
  };
}
/** More than any list has. */
const keysMax = 50;
