/**
 * Where two JSON values differ in shape: which fields there are, and of what types. Of a list that is empty on one side only
 * its being a list is compared. `nullable` are paths (`items[].replacedBy`) where null stands for any type.
 */
export function compareShapes(theirs: unknown, ours: unknown, nullable: readonly string[] = []): string[] {
  const [left, right] = [placesIn(theirs), placesIn(ours)];
  const lacking = (from: Places, to: Places, who: string): string[] =>
    [...from].flatMap(([path, { parent }]) =>
      !to.has(path) && to.get(parent)?.types.has(path.endsWith('[]') ? 'never' : 'object') === true
        ? [`${who} lacks ${path}`]
        : [],
    );
  const differing = [...left].flatMap(([path, { types }]) => {
    const others = right.get(path)?.types;
    if (others === undefined) return [];
    const known = (set: ReadonlySet<string>) =>
      [...set]
        .filter((type) => type !== 'null')
        .sort()
        .join('|');
    const isFree = nullable.includes(path) && (known(types) === '' || known(others) === '');
    const isSame = nullable.includes(path) ? known(types) === known(others) : [...types].sort().join('|') === [...others].sort().join('|'); // prettier-ignore
    return isFree || isSame ? [] : [`${path || 'all of it'} is ${[...types].join('|')} there and ${[...others].join('|')} here`]; // prettier-ignore
  });
  return [...lacking(left, right, 'ours'), ...lacking(right, left, 'theirs'), ...differing];
}

type Places = Map<string, { parent: string; types: Set<string> }>;

function placesIn(value: unknown, path = '', parent = '', places: Places = new Map()): Places {
  const place = places.get(path) ?? { parent, types: new Set<string>() };
  places.set(path, place.types.add(typeOf(value)) && place);
  if (Array.isArray(value)) for (const one of value) placesIn(one, `${path}[]`, path, places);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      placesIn(member, path === '' ? name : `${path}.${name}`, path, places);
    }
  }
  return places;
}

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
