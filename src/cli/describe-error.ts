/** An error's own words, for the operator at this terminal; nothing here handles a person's data. */
export const describeError = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
