import { expect, it } from 'vitest';
import { createConnectorIo } from '../../src/connectors/create-io.ts';
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
