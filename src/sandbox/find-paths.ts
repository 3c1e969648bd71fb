/** Where a document has a member of this name with this value, at any depth: `items.0.subItems.2.sku`. */
export function findPaths(document: unknown, name: string, value: string): string[] {
  if (typeof document !== 'object' || document === null) return [];
  return Object.entries(document).flatMap(([key, member]: [string, unknown]) =>
    key === name && member === value ? [key] : findPaths(member, name, value).map((path) => `${key}.${path}`),
  );
}
