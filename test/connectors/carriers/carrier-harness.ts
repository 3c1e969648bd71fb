import { randomUUID } from 'node:crypto';
import nock from 'nock';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { CarrierConnector, ParcelReport, TrackResult } from '../../../src/connectors/carriers/port.ts';
import { createConnectorIo } from '../../../src/connectors/create-io.ts';
import type { CarrierEvent } from '../../../src/domain/carrier-event.ts';
import { inOrder } from '../../../src/domain/merge-tracking.ts';
import { resolveParcel } from '../../../src/domain/parcel-state.ts';
import { createEgress } from '../../../src/platform/egress.ts';
import { createHttp } from '../../../src/platform/http.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const egress = createEgress({ allow: [], resolve: () => Promise.resolve([{ address: '203.0.113.1', family: 4 }]) });
const http = createHttp({ egress, userAgent: 'Packline/test' });

/** nock for a whole test file: nothing leaves the machine, and every expected request must have come. */
export function useNock(): void {
  beforeAll(() => nock.disableNetConnect());
  afterEach(() => {
    const missing = nock.pendingMocks();
    nock.cleanAll();
    if (missing.length > 0) throw new Error(`expected and never called: ${missing.join(', ')}`);
  });
  afterAll(() => nock.restore());
}

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
  // prettier-ignore
  const pauses: { budget: string; pauseMs: number }[] = [];
  const operations: string[] = [];
  const budget = {
    take: () => Promise.resolve({ taken: true, waitMs: 0, late: () => Promise.resolve() }),
    throttle: (lane: string, pauseMs: number) => Promise.resolve(void pauses.push({ budget: lane, pauseMs })),
  };
  const io = createConnectorIo(
    { http, budget, clock, report: ({ operation }) => operations.push(operation) },
    { connector: connector.id, laneOf: (name) => name, signal: new AbortController().signal },
  );
  const parsed = connector.settings.parse(settings);
  return { carrier: connector.connect(parsed, io), settings: parsed, clock, pauses, operations };
}

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
