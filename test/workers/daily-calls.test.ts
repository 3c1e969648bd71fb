import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { shipmentBody } from '../fixtures/carriers/dhl-unified.ts';
import { createConnection } from '../../src/store/connections.ts';
import { readDailyCalls } from '../../src/store/daily-calls.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { present } from '../store/present.ts';
import { listen } from '../support/listen.ts';
import { testRedis } from '../support/redis.ts';
import { openWorkbench } from './workbench.ts';

const { client } = await testRedis();

it('every call of an account is counted on its day, whoever makes it; what is kept back is for who waits', async () => {
  const bench = await openWorkbench(client);
  let requests = 0;
  const port = await listen(
    createServer((_, response) => {
      requests += 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ shipments: [shipmentBody()] }));
    }),
  );
  const settings = { baseUrl: `http://127.0.0.1:${port}`, apiKey: 'key', secondsPerRequest: 0.01, requestsPerDay: 20 };
  const facts = { connector: 'dhl-unified', kind: 'carrier', name: 'DHL', routing: [], settings } as const;
  const first = await createConnection(bench.store, merchantId, facts);
  const second = await createConnection(bench.store, merchantId, facts);
  const ask = async (connectionId: string, options = {}): Promise<string> => {
    const { signal } = new AbortController();
    const { connection } = await bench.deps.openCarrier(bench.store, merchantId, connectionId, signal, options);
    bench.clock.advance(1_000);
    const asked = connection.track?.([{ number: '7777777770' }]) ?? expect.unreachable();
    const [result] = await asked.catch((error: { code: string }) => [error.code]);
    return typeof result === 'string' ? result : (result?.outcome ?? '');
  };

  const outcomes: string[] = [];
  for (let turn = 0; turn < 30; turn += 1) outcomes.push(await ask(turn % 2 === 0 ? first.id : second.id));
  expect(outcomes.filter((outcome) => outcome === 'found')).toHaveLength(19);
  expect(outcomes.at(-1)).toBe('budget.day_spent');
  expect(await ask(first.id, { spendsReserve: true })).toBe('found');
  expect(await ask(first.id, { spendsReserve: true })).toBe('budget.day_spent');
  expect(requests).toBe(20);

  const opened = await bench.deps.openCarrier(bench.store, merchantId, first.id, new AbortController().signal);
  const { left, resetMs } = await readDailyCalls(bench.store, present(opened.dailyLimit));
  expect(left).toBe(0);
  bench.clock.advance(resetMs - bench.clock.now());
  expect(await ask(second.id)).toBe('found');
});
