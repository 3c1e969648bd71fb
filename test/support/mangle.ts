import { pathsOf, withAt } from '../fixtures/vtex-pick-and-pack/odd-values.ts';

type Path = (string | number)[];

/** A document with one thing wrong in it. */
export interface Mangled {
  how: 'missing' | 'null' | 'other case' | 'twice' | 'other type' | 'other unit';
  /** Where: `a.0.b`. */
  at: string;
  body: unknown;
}

/** Grams for kilograms, units for cents and the other way round; pounds for kilograms. */
const unitFactors = [1_000, 0.001, 100, 0.01, 1 / 0.45359237];

/**
 * Every way in which partners have been seen to send a document wrong, at every place of it: a member that is missing, null
 * or spelt in another case, an entry that stands twice, a number that is text or text that is a number, and a number in
 * another unit. The same documents in the same order each time.
 */
export function mangle(document: unknown): Mangled[] {
  return pathsOf(document)
    .slice(1)
    .flatMap((path) => [...mangleAt(document, path)]);
}

function* mangleAt(document: unknown, path: Path): Generator<Mangled> {
  const at = path.join('.');
  const value = readAt(document, path);
  const key = path.at(-1);
  const put = (how: Mangled['how'], replacement: unknown): Mangled => ({
    how,
    at,
    body: JSON.parse(JSON.stringify(withAt(document, path, replacement))),
  });
  if (typeof key === 'string') {
    yield put('missing', undefined);
    for (const name of spellingsOf(key)) yield { how: 'other case', at, body: renamed(document, path, name) };
  } else yield { how: 'twice', at, body: withTwice(document, path) };
  if (value !== null) yield put('null', null);
  if (typeof value === 'number') {
    yield put('other type', String(value));
    for (const factor of unitFactors)
      if (value !== 0) yield put('other unit', Number((value * factor).toPrecision(12)));
  }
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) yield put('other type', Number(value));
}

/** snake_case, camelCase and Capitalised, but for the one it is in. */
function spellingsOf(key: string): string[] {
  const snake = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const camel = key.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
  const capitalised = camel.charAt(0).toUpperCase() + camel.slice(1);
  return [...new Set([snake, camel, capitalised])].filter((spelling) => spelling !== key);
}

export const readAt = (document: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => entriesOf(value).get(String(key)), document);

const entriesOf = (value: unknown): Map<string, unknown> =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);

function renamed(document: unknown, path: Path, name: string): unknown {
  const parent = path.slice(0, -1);
  const members = [...entriesOf(readAt(document, parent))];
  const under = members.map(([key, member]) => [key === path.at(-1) ? name : key, member]);
  return withAt(document, parent, Object.fromEntries(under));
}

function withTwice(document: unknown, path: Path): unknown {
  const parent = path.slice(0, -1);
  const list = [...entriesOf(readAt(document, parent)).values()];
  const entry = list[Number(path.at(-1))];
  return withAt(document, parent, [...list, entry]);
}

/** For messages of tests. */
export const namesOf = (mangled: readonly Mangled[]): string[] => mangled.map(({ how, at }) => `${how} ${at}`);
