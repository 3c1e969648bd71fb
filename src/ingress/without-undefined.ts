/** A patch as it was meant: what was left out is not there at all. */
export function withoutUndefined<T extends object>(patch: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  return Object.assign(kept, Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)));
}
