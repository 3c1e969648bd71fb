import { randomUUID } from 'node:crypto';
import type {
  CarrierConnection,
  CarrierConnector,
  ParcelReport,
  TrackResult,
} from '../../../src/connectors/carriers/port.ts';
import type { CarrierEvent } from '../../../src/domain/carrier-event.ts';
import { inOrder } from '../../../src/domain/merge-tracking.ts';
import { resolveParcel } from '../../../src/domain/parcel-state.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { openWire } from '../wire-harness.ts';

export const startMs = Date.parse('2026-07-26T12:00:00Z');
export const receivedAt = new Date(startMs).toISOString();

/** Tokens are kept for the life of a process: every connection of these tests has credentials of its own. */
export const freshKey = (): string => `canary-${randomUUID()}`;

/** A connection over the real HTTP client. `pauses` are the budgets that it was told to rest, and how long. */
export function connectWith<S>(
  connector: CarrierConnector<S>,
  settings: Record<string, unknown>,
  clock = createFakeClock(startMs),
) {
  const { io, pauses, operations } = openWire(connector.id, clock);
  const parsed = connector.settings.parse(settings);
  const connection = connector.connect(parsed, io);
  const carrier = { ...connection, track: connection.track?.bind(connection) ?? neverTracks };
  return { carrier, settings: parsed, clock, pauses, operations };
}

const neverTracks: NonNullable<CarrierConnection['track']> = () => Promise.reject(new Error('it cannot be asked'));

export function reportOf(result: TrackResult | undefined): ParcelReport {
  if (result?.outcome !== 'found') throw new Error(`not found: ${JSON.stringify(result)}`);
  return result.report;
}

/** Events as `status code at-or-local`, in order. */
export const linesOf = (events: readonly CarrierEvent[]): string[] =>
  inOrder(events).map(
    ({ status, overall, code, at, local, delayed }) =>
      `${overall ? '= ' : ''}${status ?? '-'}${delayed ? '+delayed' : ''} ${code} ${at ?? `${local ?? 'undated'} local`}`,
  );

export const statusOf = (events: readonly CarrierEvent[]) => resolveParcel(events).status;
