/** A number in [0, 1). */
export type Random = () => number;

/** Mulberry32: the same seed gives the same sequence, so that a run with faults can be repeated. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A generator owned by a text: one order line is picked the same way in every run, whatever else happens. FNV-1a of the text joins the seed. */
export function createRandomFor(seed: number, text: string): Random {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return createRandom((hash ^ Math.imul(seed, 0x9e3779b1)) >>> 0);
}

/** The list in another order (Fisher-Yates). */
export function shuffle<Item>(items: readonly Item[], random: Random): Item[] {
  const left = [...items];
  const shuffled: Item[] = [];
  while (left.length > 0) shuffled.push(...left.splice(Math.floor(random() * left.length), 1));
  return shuffled;
}
