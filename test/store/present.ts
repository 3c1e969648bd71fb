/** A value that is there; fails the test where it is not. */
export function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('what should be there is not');
  return value;
}
