import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { runSendWork } from '../../src/queues/run-send.ts';
import { bury } from '../../src/queues/bury.ts';
import { Failure } from '../../src/domain/failure.ts';
import { etaSeconds } from '../../src/domain/run.ts';
import { commit } from '../../src/store/commit.ts';
import { fingerprintBytes, growDelta } from '../../src/store/delta.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { beginEntries, leaseEntries } from '../../src/store/entries.ts';
import { claimLine, startRun, wakeLine, type LineRef } from '../../src/store/run-line.ts';
import { beginRequest, commitRows, readSentThrough, settleSent, type OwnedRun } from '../../src/store/run-progress.ts';
import { sweepRuns } from '../../src/store/run-retention.ts';
import { addSegment, createRun, interruptRun, listRuns, listSegments, readRun } from '../../src/store/runs.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { createMemoryBlobs } from '../support/memory-blobs.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';

const { client } = await testRedis();
const line: LineRef = { merchantId: `mer_${'0'.repeat(26)}`, connectionId: `con_${'0'.repeat(26)}`, kind: 'inventory' };
let clock: FakeClock;
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  clock = createFakeClock();
  store = await createTestStore(client, clock);
});

const create = async (rows = 0): Promise<string> => {
  const { id } = await createRun(store, { ...line, mode: 'upsert', dryRun: false });
  if (rows > 0) await addSegment(store, id, { number: 1, firstRow: 1, rows, bytes: 10 });
  clock.advance(1);
  return id;
};
const start = (runId: string) => startRun(store, line, runId, runSendWork(line));
const begin = async () => {
  const { entries } = await leaseEntries(store, { room: 10, leaseMs: 8_000 });
  return beginEntries(store, entries);
};
const claim = async (owner: string): Promise<OwnedRun> => {
  const [entry] = await begin();
  const claimed = await claimLine(store, line, { entryId: entry?.id ?? '', attempt: entry?.attempt ?? 0, owner });
  return { ...line, runId: claimed?.runId ?? '', owner };
};
const nothing = { accepted: new Uint8Array(), overtaking: { older: [], keys: new Uint8Array() }, reasons: [] };
const counts = { accepted: 2, unchanged: 0, rejected: 0, superseded: 0 };
const decided = (number: number) => ({
  ...nothing,
  counts,
  requests: 1,
  number,
  verdicts: [{ segment: 1, offset: 0, bytes: Buffer.of(1, 1) }],
});

describe('runs', () => {
  it('are listed newest first, page by page', async () => {
    const ids = [await create(), await create(), await create()];
    const first = await listRuns(store, line.merchantId, { limit: 2 });
    expect(first.runs.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    const second = await listRuns(store, line.merchantId, { limit: 2, cursor: first.nextCursor ?? '' });
    expect(second).toMatchObject({ runs: [{ id: ids[0] }], nextCursor: null });
  });

  it('take segments in their order, each once, while they are spooling', async () => {
    const id = await create(3);
    await expect(addSegment(store, id, { number: 1, firstRow: 1, rows: 3, bytes: 1 })).rejects.toMatchObject({ code: 'run.not_spooling' }); // prettier-ignore
    await addSegment(store, id, { number: 2, firstRow: 4, rows: 2, bytes: 7 });
    await start(id);
    await expect(addSegment(store, id, { number: 3, firstRow: 6, rows: 1, bytes: 1 })).rejects.toMatchObject({ code: 'run.not_spooling' }); // prettier-ignore
    expect(await listSegments(store, id)).toMatchObject([
      { number: 1, firstRow: 1, rows: 3, done: false },
      { number: 2, firstRow: 4, rows: 2, bytes: 7 },
    ]);
    expect(await readRun(store, id)).toMatchObject({ status: 'running', segments: 2, counts: { received: 5 } });
  });

  it('whose upload breaks off are interrupted, and never started', async () => {
    const id = await create(3);
    await interruptRun(store, id, { code: 'request.aborted', detail: 'cut' });
    await start(id);
    expect(await readRun(store, id)).toMatchObject({ status: 'interrupted', failure: { code: 'request.aborted' } });
    expect(await begin()).toEqual([]);
  });

  it('whose upload nobody goes on with are interrupted after an hour', async () => {
    const id = await create(3);
    clock.advance(3_600_001);
    await sweepRuns(store, createMemoryBlobs());
    expect(await readRun(store, id)).toMatchObject({ status: 'interrupted', failure: { code: 'run.abandoned' } });
  });

  it('lose their rows when these are past their time, and keep their summary', async () => {
    const id = await create(3);
    const blobs = createMemoryBlobs();
    await blobs.put(`runs/${id}/rows-1`, Buffer.of(1));
    await interruptRun(store, id, { code: 'request.aborted', detail: 'cut' });
    await sweepRuns(store, blobs);
    expect(blobs.names()).toHaveLength(1);
    clock.advance(7 * 86_400_000 + 1);
    await sweepRuns(store, blobs);
    expect(blobs.names()).toEqual([]);
    expect(await readRun(store, id)).not.toBeNull();
    expect(await client.ttl(store.keys.run(id))).toBeGreaterThan(29 * 86_400);
  });

  it('are started once, however often that is asked for', async () => {
    const id = await create(1);
    await Promise.all([start(id), start(id), start(id)]);
    expect(await client.zcard(store.keys.lineRuns(line.connectionId, line.kind))).toBe(1);
    expect(await begin()).toHaveLength(1);
  });

  it('tell how long they will take, at their rate of lately', () => {
    const rows = { received: 1_000, accepted: 300, unchanged: 100, rejected: 0, superseded: 0 };
    expect(etaSeconds({ status: 'running', counts: rows, ratePerSecond: 7 })).toBe(86);
    expect(etaSeconds({ status: 'running', counts: rows, ratePerSecond: null })).toBeNull();
    expect(etaSeconds({ status: 'canceled', counts: rows, ratePerSecond: 7 })).toBeNull();
  });
});

describe('the work on a line', () => {
  it('counts a commit once, even if it is sent again', async () => {
    await start(await create(5));
    const run = await claim('me');
    await commitRows(store, run, decided(1));
    await commitRows(store, run, decided(1));
    expect(await readRun(store, run.runId)).toMatchObject({ counts: { accepted: 2 }, requestsUsed: 1 });
    await commitRows(store, run, { ...decided(2), verdicts: [{ segment: 1, offset: 3, bytes: Buffer.of(1, 1) }] });
    expect(await readRun(store, run.runId)).toMatchObject({ counts: { accepted: 4 }, requestsUsed: 2 });
    expect(await client.getBuffer(store.keys.runVerdicts(run.runId, 1))).toEqual(Buffer.of(1, 1, 0, 1, 1));
  });

  it('says when what the partner has accepted needs more room, and no longer when it has it', async () => {
    await start(await create(5));
    const run = await claim('me');
    const accept = (rows: number, number: number) =>
      commitRows(store, run, { ...decided(number), accepted: randomBytes(rows * fingerprintBytes) });
    // Buckets for 45 rows each, 256 of them.
    expect(await accept(11_000, 1)).toMatchObject({ isFull: false });
    expect(await accept(1_000, 2)).toMatchObject({ isFull: true });
    await growDelta(store, run);
    expect(await accept(1, 3)).toMatchObject({ isFull: false });
  });

  it('is refused to whoever had the line before', async () => {
    await start(await create(5));
    const before = await claim('before');
    clock.advance(8_001);
    const now = await claim('now');
    await expect(commitRows(store, before, decided(1))).rejects.toMatchObject({ code: 'entry.gone' });
    await expect(beginRequest(store, before, 5)).rejects.toMatchObject({ code: 'entry.gone' });
    expect(await beginRequest(store, now, 5)).toEqual({ cancelAsked: false, isOvertaken: false, isFull: false });
  });

  it('remembers up to where the partner may have rows, until that is settled', async () => {
    await start(await create(5));
    const run = await claim('me');
    await beginRequest(store, run, 4);
    await beginRequest(store, run, 2);
    expect(await readSentThrough(store, run)).toBe(4);
    await settleSent(store, run);
    expect(await readSentThrough(store, run)).toBe(0);
  });

  it('tells its rate after some seconds of work', async () => {
    await start(await create(5));
    const run = await claim('me');
    await commitRows(store, run, decided(1));
    expect((await readRun(store, run.runId))?.ratePerSecond).toBeNull();
    clock.advance(5_000);
    await commitRows(store, run, { ...decided(2), counts: { ...counts, unchanged: 998 } });
    expect((await readRun(store, run.runId))?.ratePerSecond).toBe(200);
  });

  it('that is set aside shows on its run, and goes on when the line is woken', async () => {
    await start(await create(5));
    const [entry] = await begin();
    const failure = new Failure('misconfigured', 'nash.key_refused', 'the key is refused');
    const { id = '', attempt = 0, payload } = entry ?? {};
    const { issue = '', ...plan } = await bury(store, { entryId: id, job: 'run-send', payload, failure });
    await commit(store, { ...plan, settle: { id, attempt, how: 'bury', reason: failure.code, issue } });
    const [run] = (await listRuns(store, line.merchantId, { limit: 1 })).runs;
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'nash.key_refused' } });
    expect(await begin()).toEqual([]);

    await wakeLine(store, line, runSendWork(line));
    const owned = await claim('me');
    expect(owned.runId).toBe(run?.id);
    expect(await readRun(store, owned.runId)).toMatchObject({ status: 'running', failure: null });
  });
});
