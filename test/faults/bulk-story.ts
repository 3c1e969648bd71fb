import { rowVerdicts, type RunKind } from '../../src/domain/bulk-run.ts';
import type { RunCounts } from '../../src/domain/run.ts';
import type { Random } from '../../src/sandbox/random.ts';

/** What can become of a row: refused by us, refused by the partner whatever happens, or taken. */
export type Fate = 'invalid' | 'refused' | 'good';

export interface StoryRow {
  /** Product, or store and product. */
  key: string;
  /** By which the books tell which row they have. */
  value: number;
  fate: Fate;
  row: object;
}

/** A product that the partner refuses, one that it stores and does not show at first, and what it has never heard of. */
export const oddProducts = { refused: 'p-3', silent: 'p-6', unknown: 'p-nobody' } as const;
export const storeIds = Array.from({ length: 20 }, (_, at) => `store-${at + 1}`);

/** Rows with a value of their own each, among them some that cannot be taken and keys that come twice. */
export function createStory(random: Random, productCount: number) {
  // A weight may be 100,000 at most: each kind counts for itself.
  const counted = { products: 0, inventory: 0 };
  const next = (kind: RunKind): number => (counted[kind] += 1);
  const anyOf = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const anyProduct = (): string => {
    const product = `p-${Math.floor(random() * productCount)}`;
    return product === oddProducts.refused ? 'p-0' : product;
  };
  const isRefused = (product: string): boolean => product === oddProducts.refused || product === oddProducts.unknown;

  const item = (product: string, store: string, quantity = next('inventory')): StoryRow => ({
    key: `${store}/${product}`,
    value: quantity,
    fate: quantity < 0 ? 'invalid' : isRefused(product) || store === 'nowhere' ? 'refused' : 'good',
    row: { externalProductId: product, externalStoreLocationId: store, available: true, quantity },
  });
  const product = (id: string, weight = next('products')): StoryRow => ({
    key: id,
    value: weight,
    fate: weight < 0 ? 'invalid' : id === oddProducts.refused ? 'refused' : 'good',
    row: {
      externalIdentifier: id,
      name: `Product ${id}`,
      categories: ['all'],
      weight,
      dimensions: {},
      identifiers: [],
    },
  });

  return {
    /** Every product once. */
    catalogue: (): StoryRow[] => Array.from({ length: productCount }, (_, n) => product(`p-${n}`)),
    /** Some rows about some things, in any order, in part about the same ones. */
    some: (kind: RunKind, count: number): StoryRow[] =>
      Array.from({ length: count }, () => {
        const odd = random();
        if (kind === 'products') return product(anyProduct(), odd < 0.01 ? -1 : next('products'));
        // Each costs a request of its own.
        if (odd < 0.0002) return item(oddProducts.refused, anyOf(storeIds));
        if (odd < 0.003) return item(oddProducts.unknown, anyOf(storeIds));
        if (odd < 0.006) return item(anyProduct(), 'nowhere');
        return item(anyProduct(), anyOf(storeIds), odd < 0.01 ? -1 : next('inventory'));
      }),
  };
}

/** A run that was accepted, with what became of its rows. */
export interface ToldRun {
  id: string;
  kind: RunKind;
  /** Its turn in its line: values of later ones win. */
  sequence: number;
  rows: readonly StoryRow[];
  status: string;
  counts: RunCounts;
  verdicts: readonly (string | undefined)[];
}

/** Everything in which runs of one merchant and kind, and the books of its partner, are not as they must be. */
export function findWrongRuns(runs: readonly ToldRun[], books: ReadonlyMap<string, number>): string[] {
  const inOrder = runs.toSorted((a, b) => a.sequence - b.sequence);
  const latest = new Map<string, { value: number; place: string }>();
  for (const { id, rows } of inOrder) {
    for (const [at, { key, value, fate }] of rows.entries()) {
      if (fate === 'good') latest.set(key, { value, place: `${id} ${at}` });
    }
  }
  const wrong = inOrder.flatMap((run) => findWrongVerdicts(run, (key) => latest.get(key)?.place));
  for (const [key, { value }] of latest) {
    const has = books.get(key);
    if (has !== value) wrong.push(`${key}: the partner has ${has}, and the latest is ${value}`);
  }
  for (const key of books.keys()) if (!latest.has(key)) wrong.push(`${key}: the partner has it, and nobody sent it`);
  return wrong;
}

function findWrongVerdicts(
  { id, rows, status, counts, verdicts }: ToldRun,
  latestOf: (key: string) => string | undefined,
): string[] {
  const wrong: string[] = [];
  if (status !== 'completed' && status !== 'completedWithRejects') wrong.push(`${id} is ${status}`);
  if (verdicts.length !== rows.length) wrong.push(`${id} has ${verdicts.length} verdicts for ${rows.length} rows`);
  for (const verdict of rowVerdicts) {
    const found = verdicts.filter((one) => one === verdict).length;
    if (counts[verdict] !== found) wrong.push(`${id} counts ${counts[verdict]} ${verdict}, and has ${found}`);
  }
  for (const [at, { key, fate }] of rows.entries()) {
    const verdict = verdicts[at] ?? 'none';
    const allowed = allowedVerdicts(fate, latestOf(key) === `${id} ${at}`);
    if (!allowed.includes(verdict)) wrong.push(`${id}, row ${at + 1} (${key}, ${fate}) is ${verdict}`);
  }
  return wrong;
}

function allowedVerdicts(fate: Fate, isLatest: boolean): readonly string[] {
  if (fate === 'invalid') return ['rejected'];
  if (fate === 'refused') return ['rejected', 'superseded'];
  return isLatest ? ['accepted', 'unchanged'] : ['accepted', 'unchanged', 'superseded'];
}
