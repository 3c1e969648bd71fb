export type WithoutNulls<T> = T extends null
  ? never
  : T extends readonly (infer Item)[]
    ? WithoutNulls<Item>[]
    : T extends object
      ? { [Key in keyof T]: WithoutNulls<T[Key]> }
      : T;

/**
 * A copy in which members that are null are left out, which says the same; or the value itself, when the caller knows that
 * there are none.
 */
export function withoutNulls<T>(value: T, mayHave: boolean): WithoutNulls<T>;
export function withoutNulls(value: unknown, mayHave: boolean): unknown {
  return mayHave ? copy(value) : value;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => copy(item));
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]: [string, unknown]) => (member === null ? [] : [[key, copy(member)]])),
  );
}
