import { expect, it } from 'vitest';
import { createConnectorIo, type CallReport } from '../../src/connectors/create-io.ts';
import type { Http } from '../../src/platform/http.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const call = {
  operation: 'order.get',
  method: 'GET',
  url: 'https://partner.example/',
  headers: {},
  budget: 'default',
} as const;

it('tells the budget by how much a call went out later than its slot, the making of a connection included', async () => {
  const clock = createFakeClock();
  const latesMs: number[] = [];
  const budget = {
    take: () =>
      Promise.resolve({ taken: true, waitMs: 0, late: (byMs: number) => Promise.resolve(void latesMs.push(byMs)) }),
    throttle: () => Promise.resolve(),
  };
  const http: Http = {
    request: ({ onSent }) => {
      clock.advance(80);
      onSent?.();
      const body = new Uint8Array();
      const timings = { sentMs: 80, headersMs: 90, totalMs: 90 };
      return Promise.resolve({ status: 200, headers: {}, body, text: () => '', truncated: false, timings });
    },
    close: () => Promise.resolve(),
  };
  const io = createConnectorIo(
    { http, budget, clock, report: () => undefined },
    { connector: 'nash', laneOf: (name) => name, signal: new AbortController().signal },
  );
  await io.call(call);
  expect(latesMs).toEqual([80]);
});

it.each([
  { method: 'GET', status: 200, failed: false },
  { method: 'GET', status: 304, failed: false },
  { method: 'GET', status: 404, failed: false },
  { method: 'POST', status: 404, failed: true },
  { method: 'GET', status: 401, failed: true },
  { method: 'PUT', status: 422, failed: true },
  { method: 'GET', status: 503, failed: true },
] as const)('reports a $method that is answered $status as failed: $failed', async ({ method, status, failed }) => {
  const reports: CallReport[] = [];
  const http: Http = {
    request: () => {
      const timings = { sentMs: 1, headersMs: 2, totalMs: 2 };
      return Promise.resolve({
        status,
        headers: {},
        body: new Uint8Array(),
        text: () => '',
        truncated: false,
        timings,
      });
    },
    close: () => Promise.resolve(),
  };
  const budget = {
    take: () => Promise.resolve({ taken: true, waitMs: 0, late: () => Promise.resolve() }),
    throttle: () => Promise.resolve(),
  };
  const io = createConnectorIo(
    { http, budget, clock: createFakeClock(), report: (one) => reports.push(one) },
    { connector: 'nash', laneOf: (name) => name, signal: new AbortController().signal },
  );
  await io.call({ ...call, method });
  expect(reports).toMatchObject([{ operation: 'order.get', outcome: `${String(status)[0]}xx`, failed }]);
});
