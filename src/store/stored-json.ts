/**
 * What we wrote ourselves, read back: its type is known by its key. Documents carry a `schema` number, so that a later
 * shape can tell an earlier one.
 */
export const parseStored = <T>(text: string): T => JSON.parse(text);
