import type { Clock } from './clock.ts';

/** The moment at which a call is to go out, and who has to know when it did. */
export interface Departure {
  /** By our clock. Absent: now. */
  dueMs?: number;
  /** If it has not gone out so much later, it may not go out. Absent: it always may. */
  lapsesMs?: number;
  /** It goes out, or has still not gone out, so much later than it should have. */
  late(byMs: number): Promise<void>;
  /** It is over; or it was never made, and its place is free for another. Absent where nobody counts. */
  end?(wentOut: boolean): Promise<void>;
}

/** What its caller has to tell. Nothing of it is waited for, and no call fails by it. */
export interface Departing {
  onSent: () => void;
  end: (wentOut: boolean) => void;
}

/** A call that has not gone out yet, because its connection is being made, is told of so often. */
const unsentTellMs = 400;

/** Waits until the call may go out. Null: it came too late for that. */
export async function awaitDeparture(
  clock: Clock,
  departure: Departure,
  signal: AbortSignal | undefined,
): Promise<Departing | null> {
  const dueMs = departure.dueMs ?? clock.now();
  const end = (wentOut: boolean): void => void departure.end?.(wentOut).catch(() => undefined);
  const late = (byMs: number): void => void departure.late(byMs).catch(() => undefined);
  const untilDueMs = dueMs - clock.now();
  if (untilDueMs > 0) {
    await clock.sleep(untilDueMs, signal).catch((error: unknown) => {
      end(false);
      throw error;
    });
  }
  if (departure.lapsesMs !== undefined && clock.now() - dueMs > departure.lapsesMs) {
    end(false);
    return null;
  }
  const unsent = setInterval(() => late(clock.now() - dueMs + unsentTellMs), unsentTellMs);
  return {
    onSent: () => {
      clearInterval(unsent);
      // Its first bytes are written before anything else runs here, so that a process that the machine keeps from running
      // meanwhile counts it later and never earlier than it went out.
      queueMicrotask(() => late(clock.now() - dueMs));
    },
    end: (wentOut: boolean) => {
      clearInterval(unsent);
      end(wentOut);
    },
  };
}
