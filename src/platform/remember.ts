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
