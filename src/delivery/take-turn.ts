import { awaitDeparture, type Departing } from '../platform/departure.ts';
import type { WorkClass } from '../store/commit.ts';
import type { StoreDeps } from '../store/deps.ts';
import { endpointLane, type Endpoint } from '../store/endpoints.ts';
import { endSlot, moveSlot, takeSlot } from '../store/take-slot.ts';

/** A delivery waits no longer than this in a worker; longer waits go back to the lane, where they hold nobody's place. */
const waitMaxMs = 50;

export type Turn = { departing: Departing | null } | { waitMs: number };

/**
 * An endpoint's rate is kept by the governor, in all processes together, as a partner's is: its turn now, or after how many
 * milliseconds to ask again.
 */
export async function takeTurn(
  store: StoreDeps,
  { id, merchantId, rateLimitPerSecond }: Pick<Endpoint, 'id' | 'merchantId' | 'rateLimitPerSecond'>,
  signal: AbortSignal,
  of: WorkClass = 'orders',
): Promise<Turn> {
  if (rateLimitPerSecond === null) return { departing: null };
  const slot = await takeSlot(store, endpointLane(id), { class: of, merchantId }, { waitMaxMs, signal });
  if (!slot.taken) return slot;
  const { dueMs, lapsesMs } = slot;
  const late = (byMs: number) => moveSlot(store, slot, byMs);
  const end = (wentOut: boolean) => endSlot(store, slot, wentOut);
  const departing = await awaitDeparture(store.clock, { dueMs, lapsesMs, late, end }, signal);
  return departing === null ? { waitMs: 0 } : { departing };
}
