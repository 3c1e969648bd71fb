import type { Clock } from './clock.ts';

/**
 * What is made of texts that come again and again: opening a sealed one, or making a key of it, costs more than looking it up.
 * The text itself is the key, so whatever is written anew is made anew, and what cannot be made is never remembered. With
 * `max` texts all are forgotten, and made again as they come.
 */
export function rememberByText<T>(max = 5_000): (text: string, make: () => T) => T {
  const made = new Map<string, T>();
  return (text, make) => {
    const known = made.get(text);
    if (known !== undefined) return known;
    const value = make();
    if (made.size >= max) made.clear();
    made.set(text, value);
    return value;
  };
}

export interface ShortMemory<T> {
  get(name: string): T | undefined;
  set(name: string, value: T): T;
  forget(name: string): void;
}

/** What was looked up, believed for so long. With `max` of them all are forgotten, and looked up again as they come. */
export function rememberFor<T>(clock: Clock, believedMs: number, max = 10_000): ShortMemory<T> {
  const entries = new Map<string, { value: T; untilMs: number }>();
  return {
    get(name) {
      const entry = entries.get(name);
      return entry !== undefined && entry.untilMs > clock.now() ? entry.value : undefined;
    },
    set(name, value) {
      if (entries.size >= max) entries.clear();
      entries.set(name, { value, untilMs: clock.now() + believedMs });
      return value;
    },
    forget(name) {
      entries.delete(name);
    },
  };
}
