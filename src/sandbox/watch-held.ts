import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { z } from 'zod';

const lookEveryMs = 2;
const EventSchema = z.object({ socket: z.instanceof(Socket) });

export interface HeldWatch {
  /** How long the request that is being taken in may have been here already. */
  heldMs(): number;
  stop(): void;
}

/**
 * Who counts arrivals must not take its own delays for those of the caller: a process that was kept from running sees what
 * came meanwhile at once. Of each HTTP request to this process this knows since when it may have waited to be seen.
 */
export function watchHeld(): HeldWatch {
  // The tick that ends a delay runs before what came meanwhile is seen: the one before it is the last sure one.
  let [tickMs, tickBeforeMs] = [Date.now(), Date.now()];
  let ticks = 0;
  const ticking = setInterval(() => {
    tickBeforeMs = tickMs;
    tickMs = Date.now();
    ticks += 1;
  }, lookEveryMs).unref();
  // Of the connections that wait, one is taken in each turn of the event loop, and read in a later one: its first request may
  // have been there since the first of those turns.
  const takenSinceMs = new WeakMap<Socket, number>();
  let taking = { tick: -2, sinceMs: 0 };
  const onSocket = (event: unknown): void => {
    const { socket } = EventSchema.parse(event);
    const sinceMs = ticks - taking.tick > 1 ? tickBeforeMs : taking.sinceMs;
    taking = { tick: ticks, sinceMs };
    takenSinceMs.set(socket, sinceMs);
  };
  let sinceMs: number | undefined;
  const onRequest = (event: unknown): void => {
    const { socket } = EventSchema.parse(event);
    sinceMs = takenSinceMs.get(socket) ?? tickBeforeMs;
    takenSinceMs.delete(socket);
    // Other servers of this process have requests as well.
    setImmediate(() => (sinceMs = undefined));
  };
  subscribe('net.server.socket', onSocket);
  subscribe('http.server.request.start', onRequest);
  return {
    heldMs: () => (sinceMs === undefined ? 0 : Math.max(0, Date.now() - sinceMs)),
    stop() {
      clearInterval(ticking);
      unsubscribe('net.server.socket', onSocket);
      unsubscribe('http.server.request.start', onRequest);
    },
  };
}
