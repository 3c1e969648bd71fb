import { setImmediate } from 'node:timers/promises';
import { fingerprintKeyBytes } from '../store/delta.ts';

/**
 * Which 48-bit keys there are, of packed ones, 8 bytes for each. Two rows that share a key (25 million have one such pair)
 * count as one: what is looked up may be found by mistake, and is never missed. Empties `parts`, so that they are not held
 * twice; sorted in pieces, between which others have their turn.
 */
export async function makeKeySet(parts: Buffer[]): Promise<(key: number) => boolean> {
  // By their first byte, then sorted among those that share it.
  const starts = new Uint32Array(257);
  for (const part of parts) {
    for (let at = 0; at < part.length; at += fingerprintKeyBytes) increment(starts, part.readUInt8(at) + 1);
    await setImmediate();
  }
  for (let first = 1; first < starts.length; first += 1) {
    starts[first] = (starts[first] ?? 0) + (starts[first - 1] ?? 0);
  }
  const keys = new Float64Array(starts[256] ?? 0);
  const free = starts.slice();
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    for (let at = 0; at < part.length; at += fingerprintKeyBytes) {
      const first = part.readUInt8(at);
      keys[free[first] ?? 0] = part.readUIntBE(at, fingerprintKeyBytes);
      increment(free, first);
    }
    await setImmediate();
  }
  for (let first = 0; first < 256; first += 1) {
    keys.subarray(starts[first], starts[first + 1]).sort();
    await setImmediate();
  }
  return (key) => {
    const first = Math.floor(key / 2 ** 40);
    let low = starts[first] ?? 0;
    let high = starts[first + 1] ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((keys[middle] ?? 0) < key) low = middle + 1;
      else high = middle;
    }
    return low < (starts[first + 1] ?? 0) && keys[low] === key;
  };
}

const increment = (counts: Uint32Array, at: number): void => {
  counts[at] = (counts[at] ?? 0) + 1;
};
