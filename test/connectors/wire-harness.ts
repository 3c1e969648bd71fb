import nock from 'nock';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createConnectorIo } from '../../src/connectors/create-io.ts';
import { createEgress } from '../../src/platform/egress.ts';
import { createHttp } from '../../src/platform/http.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const egress = createEgress({ allow: [], resolve: () => Promise.resolve([{ address: '203.0.113.1', family: 4 }]) });
const http = createHttp({ egress, userAgent: 'Packline/test' });

/** nock for a whole test file: nothing leaves the machine, and every expected request must have come. */
export function useNock(): void {
  beforeAll(() => {
    // A file before this one, in the same process, has ended it.
    if (!nock.isActive()) nock.activate();
    nock.disableNetConnect();
  });
  afterEach(() => {
    const missing = nock.pendingMocks();
    nock.cleanAll();
    if (missing.length > 0) throw new Error(`expected and never called: ${missing.join(', ')}`);
  });
  afterAll(() => nock.restore());
}

/**
 * A connector's way out, over the real HTTP client. `spent` are the budgets of its calls, `pauses` those it was told to rest
 * and for how long.
 */
export function openWire(connector: string, clock = createFakeClock(), signal = new AbortController().signal) {
  const spent: string[] = [];
  const pauses: { budget: string; pauseMs: number }[] = [];
  const operations: string[] = [];
  const budget = {
    take: (lane: string) => Promise.resolve({ taken: spent.push(lane) > 0, waitMs: 0, late: () => Promise.resolve() }),
    throttle: (lane: string, pauseMs: number) => Promise.resolve(void pauses.push({ budget: lane, pauseMs })),
  };
  const io = createConnectorIo(
    { http, budget, clock, report: ({ operation }) => operations.push(operation) },
    { connector, laneOf: (name) => name, signal },
  );
  return { io, clock, spent, pauses, operations };
}
