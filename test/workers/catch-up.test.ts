import { createServer } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeEntry } from '../../src/queues/define-job.ts';
import { fulfilmentRead } from '../../src/queues/fulfilment-read.ts';
import { sweepEveryMs } from '../../src/queues/sweep.ts';
import { createConnection, type Connection } from '../../src/store/connections.ts';
import { freeLane, type LeasedEntry } from '../../src/store/entries.ts';
import { acceptMessage, readMessage } from '../../src/store/inbox.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { listen } from '../support/listen.ts';
import { testRedis } from '../support/redis.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

/** Nash's log of hooks (OpenAPI 1.0.0, `GET /v1/webhooks/messages`), newest first. */
interface Page {
  status?: number;
  ids?: string[];
  iterator?: string;
}

const { client } = await testRedis();
let bench: Workbench;
let connection: Connection;
let pages: Page[];
let asked: URLSearchParams[];
beforeEach(async () => {
  bench = await openWorkbench(client);
  pages = [];
  asked = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://nash.example').searchParams);
    const { status = 200, ids = [], iterator = null } = pages.shift() ?? {};
    const results = ids.map((id) => ({ id, eventType: 'delivery.created', timestamp: '2026-01-15T00:00:00Z', payload: payloadOf(id) })); // prettier-ignore
    const body = status === 200 ? { results, iterator, prevIterator: null, done: iterator === null } : {};
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const baseUrl = `http://127.0.0.1:${await listen(server)}`;
  const settings = { baseUrl, apiKey: 'nash_demo_key' };
  const facts = { connector: 'nash', kind: 'fulfilment', name: 'Nash', routing: [], settings } as const;
  connection = await createConnection(bench.store, merchantId, facts);
});

const payloadOf = (id: string) => ({ type: 'delivery', event: 'created', data: { id } });
/** Catches up, and answers what came into the inbox by it, in the order in which it came. */
async function catchUp(): Promise<unknown[]> {
  return bodies(await bench.sweep({ kind: 'catch-up', merchantId, connectionId: connection.id }));
}
const bodies = (entries: readonly LeasedEntry[]): Promise<unknown[]> =>
  Promise.all(
    entries.map(async ({ payload }) => {
      const message = await readMessage(bench.store, (payload as { inboxId: string }).inboxId);
      return JSON.parse(Buffer.from(message?.body ?? []).toString());
    }),
  );
const byId = (ids: readonly string[]) => expect.arrayContaining(ids.map(payloadOf));

describe('catching up', () => {
  it("takes every page of the partner's log, each message once", async () => {
    pages = [
      { ids: ['msg_5', 'msg_4'], iterator: 'it_1' },
      { ids: ['msg_3', 'msg_2'], iterator: 'it_2' },
      { ids: ['msg_1'] },
    ];
    const messages = await catchUp();
    expect(asked.map((query) => query.get('iterator'))).toEqual([null, 'it_1', 'it_2']);
    expect(messages).toHaveLength(5);
    expect(messages).toEqual(byId(['msg_1', 'msg_2', 'msg_3', 'msg_4', 'msg_5']));
  });

  it('leaves alone what has come by itself, though it came in other bytes', async () => {
    await acceptMessage(bench.store, {
      merchantId,
      connectionId: connection.id,
      messageId: 'msg_1',
      body: Buffer.from(JSON.stringify(payloadOf('msg_1'), null, 2)),
      work: (inboxId) =>
        makeEntry(fulfilmentRead, { merchantId, connectionId: connection.id, inboxId }, { lane: freeLane }),
    });
    expect(await bench.take()).toHaveLength(1);
    pages = [{ ids: ['msg_2', 'msg_1'] }];
    expect(await catchUp()).toEqual([payloadOf('msg_2')]);
    pages = [{ ids: ['msg_2', 'msg_1'] }];
    expect(await catchUp()).toEqual([]);
  });

  it('begins a little before where it came to the last time', async () => {
    const overlapMs = 2 * sweepEveryMs['catch-up'];
    const firstMs = bench.clock.now();
    await catchUp();
    bench.clock.advance(24 * 3_600_000);
    await catchUp();
    const expected = [firstMs - overlapMs, firstMs - overlapMs].map((ms) => new Date(ms).toISOString());
    expect(asked.map((query) => query.get('after'))).toEqual(expected);
  });

  it('that failed half-way begins again where it began, and keeps what it has', async () => {
    await catchUp();
    bench.clock.advance(3_600_000);
    pages = [{ ids: ['msg_2'], iterator: 'it_1' }, { status: 422 }];
    await expect(catchUp()).rejects.toMatchObject({ code: expect.stringMatching(/^nash\./) });
    expect(await bodies(await bench.take())).toEqual([payloadOf('msg_2')]);
    pages = [{ ids: ['msg_2'], iterator: 'it_1' }, { ids: ['msg_1'] }];
    expect(await catchUp()).toEqual([payloadOf('msg_1')]);
    const [, before, , again] = asked.map((query) => query.get('after'));
    expect(again).toBe(before);
  });
});
