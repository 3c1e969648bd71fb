/** Every order in which these can come, the given one first. */
export function permute<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) => permute(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

/** Each of them twice in a row, as a partner repeats what it thinks was not taken. */
export const doubled = <T>(items: readonly T[]): T[] => items.flatMap((item) => [item, item]);
