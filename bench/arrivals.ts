import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
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

const lookEveryMs = 2;

/**
 * Every request to the simulated partners from now on. Who counts arrivals must not take its own delays for those of the
 * caller: a process that was kept from running sees what came meanwhile at once.
 */
export function watchArrivals(books: Books): { arrivals: readonly Arrival[]; stop: () => void } {
  const arrivals: Arrival[] = [];
  // The tick that ends a delay runs before what came meanwhile is seen: the one before it is the last sure one.
  let [tickMs, tickBeforeMs] = [Date.now(), Date.now()];
  let ticks = 0;
  const ticking = setInterval(() => {
    tickBeforeMs = tickMs;
    tickMs = Date.now();
    ticks += 1;
  }, lookEveryMs);
  // Of the connections that wait, one is taken in each turn of the event loop, and read in a later one: its first request may
  // have been there since the first of those turns.
  const takenAfterMs = new WeakMap<Socket, number>();
  let taking = { tick: -2, sinceMs: 0 };
  const onSocket = (event: unknown): void => {
    const sinceMs = ticks - taking.tick > 1 ? tickBeforeMs : taking.sinceMs;
    taking = { tick: ticks, sinceMs };
    takenAfterMs.set((event as { socket: Socket }).socket, sinceMs);
  };
  let afterMs = tickBeforeMs;
  const onRequest = (event: unknown): void => {
    const { socket } = event as { socket: Socket };
    afterMs = takenAfterMs.get(socket) ?? tickBeforeMs;
    takenAfterMs.delete(socket);
  };
  subscribe('net.server.socket', onSocket);
  subscribe('http.server.request.start', onRequest);
  const addRequest = books.addRequest.bind(books);
  books.addRequest = (entry) => {
    addRequest(entry);
    arrivals.push({
      org: () => entry.org,
      call: `${entry.method} ${entry.path}`,
      seenMs: entry.arrivedAt,
      afterMs,
    });
  };
  const stop = (): void => {
    clearInterval(ticking);
    unsubscribe('net.server.socket', onSocket);
    unsubscribe('http.server.request.start', onRequest);
  };
  return { arrivals, stop };
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
