import { beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { bury } from '../../src/queues/bury.ts';
import { makeEntry } from '../../src/queues/define-job.ts';
import { fulfilmentRead } from '../../src/queues/fulfilment-read.ts';
import { commit } from '../../src/store/commit.ts';
import { createConnection, updateConnection, type Connection } from '../../src/store/connections.ts';
import { freeLane } from '../../src/store/entries.ts';
import { acceptMessage } from '../../src/store/inbox.ts';
import { reviveEntries } from '../../src/store/revive.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { present } from '../store/present.ts';
import { testRedis } from '../support/redis.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const { client } = await testRedis();
let bench: Workbench;
let connection: Connection;
beforeEach(async () => {
  bench = await openWorkbench(client);
  const settings = { baseUrl: 'http://127.0.0.1:1', apiKey: 'nash_demo_key' };
  const facts = { connector: 'nash', kind: 'fulfilment', name: 'Nash', routing: [], settings } as const;
  connection = await createConnection(bench.store, merchantId, facts);
});

let inboxKey = '';
/** Takes a hook in, and the work that it is. */
async function receive(body: unknown) {
  await acceptMessage(bench.store, {
    merchantId,
    connectionId: connection.id,
    messageId: 'msg_1',
    body: Buffer.from(JSON.stringify(body)),
    work: (inboxId) => {
      inboxKey = bench.store.keys.inbox(inboxId);
      return makeEntry(fulfilmentRead, { merchantId, connectionId: connection.id, inboxId }, { lane: freeLane });
    },
  });
  return present((await bench.take())[0]);
}
const aboutNoOrder = { type: 'courier_location', event: 'updated', data: {} };

describe('a hook', () => {
  it('about no order is done when it was read', async () => {
    await bench.run(await receive(aboutNoOrder));
    expect(await client.hlen(bench.store.keys.entries)).toBe(0);
  });

  it('is heard though its connection is paused: nobody is called for it', async () => {
    await updateConnection(bench.store, connection, { paused: true });
    await bench.run(await receive(aboutNoOrder));
    expect(await client.hlen(bench.store.keys.entries)).toBe(0);
  });

  it('that nobody can read is a failure of its own', async () => {
    const entry = await receive({ type: 'delivery', event: 'created', data: 'no job' });
    await expect(bench.run(entry)).rejects.toMatchObject({ kind: 'malformed' });
  });

  it('whose bytes are past their time is not passed over in silence', async () => {
    const entry = await receive(aboutNoOrder);
    await client.del(inboxKey);
    await expect(bench.run(entry)).rejects.toMatchObject({ kind: 'rejected', code: 'hook.expired' });
  });

  it('keeps its bytes while it is an issue, and no longer than any other once that is over', async () => {
    const entry = await receive(aboutNoOrder);
    const failure = new Failure('malformed', 'nash.hook_malformed', 'nobody can read this');
    const { issue = '', writes = [] } = await bury(bench.store, { entryId: entry.id, job: entry.job, payload: entry.payload, failure }); // prettier-ignore
    const settle = { id: entry.id, attempt: entry.attempt, how: 'bury', reason: failure.code, issue } as const;
    await commit(bench.store, { writes, settle });
    expect(await client.ttl(inboxKey)).toBe(bench.store.retention.orderSeconds);
    await reviveEntries(bench.store, [entry.id], issue);
    await bench.runDue();
    expect(await client.hlen(bench.store.keys.entries)).toBe(0);
    expect(await client.ttl(inboxKey)).toBeLessThanOrEqual(bench.store.retention.inboxSeconds);
  });
});
