/** A place in a document: `items.*.price`. Every element of a list is the same place. */
export const placeOf = (path: readonly string[]): string =>
  path.map((part) => (/^\d+$/.test(part) ? '*' : part)).join('.');

/** `items.0.price must be integer` is one and the same finding for every element. */
export const withoutIndexes = (message: string): string => message.replace(/(?<=property |\.)\d+(?=[. ]|$)/g, '*');
