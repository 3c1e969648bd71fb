/** `{name}` in what is sent to a carrier stands for a value. Other braces stand for themselves. */
export type Values = Readonly<Record<string, string | number | null | readonly string[]>>;

const placeholder = /\{([A-Za-z][A-Za-z0-9.]{0,60})\}/g;
const onePlaceholder = /^\{([A-Za-z][A-Za-z0-9.]{0,60})\}$/;

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

export const namesIn = (text: string): string[] => [...text.matchAll(placeholder)].flatMap((match) => match[1] ?? []);

/** Every placeholder of a template, with the place where it stands. */
export function namesWithin(
  template: Json,
  path: readonly PropertyKey[] = [],
): { name: string; path: PropertyKey[] }[] {
  if (typeof template === 'string') return namesIn(template).map((name) => ({ name, path: [...path] }));
  if (typeof template !== 'object' || template === null) return [];
  return Object.entries(template).flatMap(([key, value]) =>
    namesWithin(value, [...path, Array.isArray(template) ? Number(key) : key]),
  );
}

/** The text with its values, each as `write` writes it. */
export const fillText = (text: string, values: Values, write: (value: string) => string = (value) => value): string =>
  text.replace(placeholder, (_whole, name: string) => {
    const value = values[name] ?? null;
    return value === null ? '' : write(Array.isArray(value) ? value.join(', ') : String(value));
  });

/**
 * The document with its values. A text that is one placeholder alone becomes the value as it is, a number, a list or null;
 * an item of a list that names a `{parcel.…}`, and not in a list of its own, is repeated for each of the parcels.
 */
export function fillJson(template: Json, values: Values, parcels: readonly Values[]): Json {
  if (typeof template === 'string') return fillWhole(template, values);
  if (Array.isArray(template)) {
    return template.flatMap((item) =>
      isRepeated(item)
        ? parcels.map((parcel) => fillJson(item, { ...values, ...parcel }, []))
        : [fillJson(item, values, parcels)],
    );
  }
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, fillJson(value, values, parcels)]));
}

function isRepeated(item: Json): boolean {
  if (typeof item === 'string') return namesIn(item).some(isOfParcel);
  return typeof item === 'object' && item !== null && !Array.isArray(item) && Object.values(item).some(isRepeated);
}

export const isOfParcel = (name: string): boolean => name.startsWith('parcel.');

function fillWhole(text: string, values: Values): Json {
  const name = onePlaceholder.exec(text)?.[1];
  if (name === undefined) return fillText(text, values);
  const value = values[name] ?? null;
  return typeof value === 'object' && value !== null ? [...value] : value;
}
