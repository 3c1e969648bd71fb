import nock from 'nock';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createConnectorIo } from '../../../src/connectors/create-io.ts';
import { vtex } from '../../../src/connectors/oms/vtex/index.ts';
import { toOmsOrder } from '../../../src/connectors/oms/vtex/mapper.ts';
import { VtexSettingsSchema, type VtexSettings } from '../../../src/connectors/oms/vtex/settings.ts';
import { WireOrderSchema } from '../../../src/connectors/oms/vtex/wire.ts';
import type { OmsOrder } from '../../../src/connectors/oms/port.ts';
import { createEgress } from '../../../src/platform/egress.ts';
import { createHttp } from '../../../src/platform/http.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { orderBody, orderId } from '../../fixtures/vtex/order.ts';

export const host = 'https://luxstore.vtexcommercestable.com.br';
export const appKey = 'vtexappkey-luxstore-ABCDEF';
export const orderPath = `/api/oms/pvt/orders/${orderId}`;

export const settingsOf = (changes: Record<string, unknown> = {}): VtexSettings =>
  VtexSettingsSchema.parse({ account: 'luxstore', appKey, appToken: 'canary-token', ...changes });

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

/** The connector over the real HTTP client. `spent` are the budgets of its calls, `pauses` those it was told to rest. */
export function connect(changes: Record<string, unknown> = {}) {
  const spent: string[] = [];
  const pauses: { budget: string; pauseMs: number }[] = [];
  const budget = {
    take: (lane: string) => Promise.resolve({ taken: spent.push(lane) > 0, waitMs: 0, late: () => Promise.resolve() }),
    throttle: (lane: string, pauseMs: number) => Promise.resolve(void pauses.push({ budget: lane, pauseMs })),
  };
  const io = createConnectorIo(
    { http, budget, clock: createFakeClock(), report: () => undefined },
    { connector: 'vtex', laneOf: (name) => name, signal: new AbortController().signal },
  );
  return { oms: vtex.connect(settingsOf(changes), io), spent, pauses };
}

/** The account's API, as it must be called. */
export const api = (base = host): nock.Scope =>
  nock(base, {
    reqheaders: {
      'x-vtex-api-appkey': appKey,
      'x-vtex-api-apptoken': 'canary-token',
      accept: 'application/json',
      'content-type': 'application/json',
    },
  });

/** An order as VTEX sends it, in Packline's shape. */
export const mapped = (body: unknown, settings: Record<string, unknown> = {}): OmsOrder =>
  toOmsOrder(WireOrderSchema.parse(JSON.parse(JSON.stringify(body))), orderId, settingsOf(settings));

export const mappedWith = (changes: Record<string, unknown>, settings: Record<string, unknown> = {}): OmsOrder =>
  mapped(orderBody(changes), settings);

export const codesOf = ({ remarks }: OmsOrder): string[] => remarks.map(({ code }) => code);
