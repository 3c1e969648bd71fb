/** So many sealed texts are remembered; then all are forgotten, and opened again as they come. */
const openedMax = 5_000;

/**
 * What is in sealed texts that are read again and again: opening and parsing one costs more than reading it. The text itself
 * is the key, so whatever is sealed anew is opened anew, and what cannot be opened is never remembered.
 */
export function rememberOpened<T>(): (sealed: string, open: () => T) => T {
  const opened = new Map<string, T>();
  return (sealed, open) => {
    const known = opened.get(sealed);
    if (known !== undefined) return known;
    const value = open();
    if (opened.size >= openedMax) opened.clear();
    opened.set(sealed, value);
    return value;
  };
}
