import { createServer, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import type { Order } from '../../src/domain/order.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { effectDeadlineMs, intentLeaseMs, performEffect, type Effect } from '../../src/queues/perform-effect.ts';
import { changeOrder, type OrderChange } from '../../src/store/change-order.ts';
import { commit, type CommitPlan } from '../../src/store/commit.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { readTimeline, requireOrder, type StoredOrder } from '../../src/store/orders.ts';
import { acceptSample } from '../store/accept-sample.ts';
import { everythingIn } from '../store/everything-in-redis.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { openHttp } from '../support/http-exchange.ts';
import { listen } from '../support/listen.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { makeJobContext } from './job-context.ts';

const { client } = await testRedis();
const clock = createFakeClock();
const connectionId = newId('connection', clock);
let store: StoreDeps;
let orderId: string;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
  orderId = (await acceptSample(store)).id;
});

const read = async (): Promise<Order> => (await requireOrder(store, orderId)).order;
const noted = ({ order }: Pick<StoredOrder, 'order'>, code: string): OrderChange => {
  const problem = { code, detail: code, source: 'nash', raisedAt: order.createdAt };
  return { order: { ...order, problems: [...order.problems, problem] } };
};
const codes = async (): Promise<string[]> => (await read()).problems.map(({ code }) => code);
/** Somebody else changes the order. */
/** As another process would: within one, changes of an order take turns. */
const changeBeside = (code: string) => {
  const options = { commit: (plan: CommitPlan) => commit(store, plan), work: deliveryWork };
  return changeOrder({ ...store }, orderId, options, (stored) => noted(stored, code));
};

interface Run {
  runId: string;
  unsure?: boolean;
}
/** A run of a job that does the effect as `act` says, and notes the answer on the order. */
async function run(runId: string, act: () => Promise<string>, changes: Partial<Effect<string>> = {}): Promise<Run> {
  const seen: Run = { runId };
  await performEffect<string>(makeJobContext(store, {}, { runId }), {
    orderId,
    connectionId,
    name: 'order.dispatch',
    act: (_stored, unsure) => {
      seen.unsure = unsure;
      return act();
    },
    record: (stored, answer) => noted(stored, answer),
    ...changes,
  });
  return seen;
}
const neverAct = (): Promise<string> => Promise.reject(new Error('this effect must not happen'));

describe('an effect', () => {
  it('is written down before it happens, and is over in the commit that records its answer', async () => {
    const intents: unknown[] = [];
    const act = async () => {
      intents.push((await read()).intents);
      return 'answer';
    };
    expect(await run('run-1', act)).toEqual({ runId: 'run-1', unsure: false });
    const until = new Date(clock.now() + intentLeaseMs).toISOString();
    expect(intents).toEqual([{ [connectionId]: { effect: 'order.dispatch', runId: 'run-1', until } }]);
    expect(await read()).toMatchObject({ intents: {}, problems: [{ code: 'answer' }], version: 3 });
  });

  it('is a hop of the order’s story, with its time and its attempt; one that was put off is none', async () => {
    const slow = async (answer: () => Promise<string>) => {
      clock.advance(120);
      return answer();
    };
    const fails = (kind: 'transient' | 'throttled') => () =>
      slow(() => Promise.reject(new Failure(kind, `nash.${kind}`, 'no')));
    await run('run-1', fails('throttled')).catch(() => undefined);
    await run('run-2', fails('transient')).catch(() => undefined);
    await run('run-3', () => slow(() => Promise.resolve('answer')));
    const hop = { effect: 'order.dispatch', connectionId, attempt: 1, tookMs: 120, repeated: true };
    const hops = (await readTimeline(store, orderId)).filter(({ what }) => what.startsWith('call.'));
    expect(hops.map(({ what, detail }) => ({ what, detail }))).toEqual([
      { what: 'call.failed', detail: { ...hop, code: 'nash.transient' } },
      { what: 'call.answered', detail: hop },
    ]);
  });

  it('that was recorded is over: the next one has nothing to be unsure of', async () => {
    await run('run-1', () => Promise.resolve('one'));
    expect(await run('run-2', () => Promise.resolve('two'))).toMatchObject({ unsure: false });
  });

  it('does not happen, and leaves no trace, where there is a reason against it', async () => {
    const before = await everythingIn(client);
    const context = makeJobContext(store, {});
    const effect = { orderId, connectionId, name: 'order.dispatch', act: neverAct, record: () => null };
    expect(await performEffect(context, { ...effect, unless: () => true })).toBeNull();
    expect(await everythingIn(client)).toEqual(before);
  });

  it('waits its turn while another one of this order and connection is under way, using up no attempt', async () => {
    await run('run-1', async () => {
      await expect(run('run-2', neverAct)).rejects.toMatchObject({
        kind: 'throttled',
        code: 'effect.in_flight',
        retryAfterMs: expect.toSatisfy((ms: number) => ms > 0 && ms <= 1_000),
      });
      return 'answer';
    });
    expect(await codes()).toEqual(['answer']);
  });

  it('does not wait for one at another connection', async () => {
    const other = { connectionId: newId('connection', clock) };
    await run('run-1', async () => {
      await run('run-2', () => Promise.resolve('other'), other);
      return 'answer';
    });
    expect(await codes()).toEqual(['other', 'answer']);
  });

  it('of a run that died in it is looked for by the next run, once nobody can be calling any more', async () => {
    const acting = Promise.withResolvers<void>();
    const died = new Promise<string>(() => undefined);
    void run('run-1', () => {
      acting.resolve();
      return died;
    });
    await acting.promise;
    clock.advance(intentLeaseMs - 1);
    await expect(run('run-2', neverAct)).rejects.toMatchObject({ code: 'effect.in_flight' });
    clock.advance(1);
    expect(await run('run-3', () => Promise.resolve('found'))).toMatchObject({ unsure: true });
    expect(await codes()).toEqual(['found']);
  });

  it('that failed need not be waited for: the next run goes on at once, and looks first', async () => {
    const reset = new Failure('transient', 'http.reset', 'the line broke');
    await expect(run('run-1', () => Promise.reject(reset))).rejects.toBe(reset);
    expect(await run('run-2', () => Promise.resolve('found'))).toMatchObject({ unsure: true });
    expect(await read()).toMatchObject({ intents: {}, problems: [{ code: 'found' }] });
  });

  it('whose answer comes after its lease is not recorded: another run has looked meanwhile', async () => {
    const acting = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<string>();
    const late = run('run-1', () => {
      acting.resolve();
      return answer.promise;
    });
    await acting.promise;
    clock.advance(intentLeaseMs);
    await run('run-2', () => Promise.resolve('second'));
    const before = await everythingIn(client);
    answer.resolve('first');
    await expect(late).rejects.toMatchObject({ kind: 'aborted', code: 'effect.lease_lost' });
    expect(await everythingIn(client)).toEqual(before);
  });

  it("that fails after its lease leaves the other run's intent alone", async () => {
    const acting = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<string>();
    const late = run('run-1', () => {
      acting.resolve();
      return answer.promise;
    });
    await acting.promise;
    clock.advance(intentLeaseMs);
    await run('run-2', async () => {
      answer.reject(new Failure('transient', 'http.timeout', 'too late'));
      await expect(late).rejects.toMatchObject({ code: 'http.timeout' });
      expect((await read()).intents[connectionId]).toMatchObject({
        runId: 'run-2',
        until: new Date(clock.now() + intentLeaseMs).toISOString(),
      });
      return 'second';
    });
  });

  it('is recorded on the order as it is by then, whatever else happened to it', async () => {
    let records = 0;
    const act = async () => {
      await changeBeside('while-acting');
      return 'answer';
    };
    await run('run-1', act, {
      record: async (stored, answer) => {
        records += 1;
        if (records === 1) await changeBeside('while-recording');
        return noted(stored, answer);
      },
    });
    expect(records).toBe(2);
    expect(await codes()).toEqual(['while-acting', 'while-recording', 'answer']);
  });

  it("can end its job's work in the commit that records it", async () => {
    const [entry] = (await leaseEntries(store, { room: 1, leaseMs: 1_000 })).entries;
    if (entry === undefined) throw new Error('there is no work');
    const { finish } = makeJobContext(store, {}, { entry });
    await run('run-1', () => Promise.resolve('answer'), { commit: finish });
    expect(await client.hlen(store.keys.entries)).toBe(0);
  });

  it('hears of the end of its job', async () => {
    const shutdown = new AbortController();
    const act = (_stored: StoredOrder, _unsure: boolean, signal: AbortSignal): Promise<string> => {
      shutdown.abort(new Failure('aborted', 'job.shutdown', 'the process is ending'));
      return signal.aborted ? Promise.reject(signal.reason as Error) : neverAct();
    };
    const context = makeJobContext(store, {}, { signal: shutdown.signal });
    const ended = performEffect(context, { orderId, connectionId, name: 'order.dispatch', act, record: () => null });
    await expect(ended).rejects.toMatchObject({ code: 'job.shutdown' });
  });
});

describe('one call of a partner', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("ends by itself before the effect's time is over, even where the reply never does", async () => {
    const asked = Promise.withResolvers<ServerResponse>();
    const server = createServer((_request, response) => {
      response.writeHead(200);
      response.write('{');
      asked.resolve(response);
    });
    const url = `http://127.0.0.1:${await listen(server)}/`;
    const http = openHttp();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const call = http.request({ method: 'GET', url });
    const verdict = expect(call).rejects.toMatchObject({ code: expect.stringMatching(/^http\.timeout/) });
    const response = await asked.promise;
    vi.advanceTimersByTime(effectDeadlineMs - 1);
    await verdict;
    response.destroy();
  });
});
