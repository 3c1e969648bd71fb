import type { Books } from '../src/sandbox/books.ts';

/** A request as its headers arrived. */
export interface Arrival {
  /** Null until the partner knows who calls. */
  readonly org: () => string | null;
  /** Method and path. */
  readonly call: string;
  /** When this process saw it, milliseconds since the epoch. */
  seenMs: number;
  /** It arrived after this: then, this process still looked. On a busy machine that may be long before it was seen. */
  afterMs: number;
}

/** Every request to the simulated partners from now on. */
export function watchArrivals(books: Books): { arrivals: readonly Arrival[]; stop: () => void } {
  const arrivals: Arrival[] = [];
  const addRequest = books.addRequest.bind(books);
  books.addRequest = (entry) => {
    addRequest(entry);
    const { method, path, arrivedAt: seenMs, heldMs = 0 } = entry;
    arrivals.push({ org: () => entry.org, call: `${method} ${path}`, seenMs, afterMs: seenMs - heldMs });
  };
  return { arrivals, stop: () => void (books.addRequest = addRequest) };
}

/** The most of them that certainly came within one window, open at its new end. They are in the order in which they were seen. */
export function mostInWindow(arrivals: readonly Pick<Arrival, 'seenMs' | 'afterMs'>[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (const fromMs of arrivals.map(({ afterMs }) => afterMs).toSorted((a, b) => a - b)) {
    while ((arrivals[first]?.seenMs ?? Infinity) < fromMs) first += 1;
    let count = 0;
    for (let at = first; (arrivals[at]?.seenMs ?? Infinity) < fromMs + windowMs; at += 1) {
      if ((arrivals[at]?.afterMs ?? 0) >= fromMs) count += 1;
    }
    most = Math.max(most, count);
  }
  return most;
}
