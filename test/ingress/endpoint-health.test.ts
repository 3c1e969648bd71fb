import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { turnFailing } from '../../src/queues/turn-endpoint.ts';
import { commit } from '../../src/store/commit.ts';
import { failedAttemptWrites } from '../../src/store/endpoint-health.ts';
import { readEndpoint, type Endpoint } from '../../src/store/endpoints.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { missedWrites } from '../../src/store/missed-counts.ts';
import { present } from '../store/present.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request, store, clock } = ingress;
const MadeSchema = z.looseObject({ id: z.string() });
const at = (ms: number): string => new Date(ms).toISOString();
const hourMs = 3_600_000;

async function subscribe(asked: object = {}) {
  const { key, merchantId } = await ingress.tenant();
  const json = { url: 'https://hooks.acme.com/packline', ...asked };
  const { id } = MadeSchema.parse((await request('POST', '/v1/endpoints', { key, json })).body);
  const read = async (): Promise<Endpoint> => present(await readEndpoint(store, merchantId, id));
  const path = `/v1/endpoints/${id}`;
  const health = async () => (await request('GET', `${path}/health`, { key })).body;
  const fail = async (times: number) => {
    for (let time = 0; time < times; time += 1) {
      await commit(store, { writes: failedAttemptWrites(store, await read(), 'http_503') });
    }
  };
  return { key, id, path, read, health, fail };
}

describe('GET /v1/endpoints/{endpointId}/health', () => {
  it('says of one that is well that nothing is going to happen', async () => {
    const { health } = await subscribe();
    expect(await health()).toEqual({
      state: 'healthy',
      autoDisable: true,
      failures: 0,
      failingSince: null,
      lastFailureAt: null,
      lastFailureCode: null,
      progressPercent: 0,
      warnedPercent: null,
      warnedAt: null,
      wouldBeDisabledAt: null,
      next: [],
      disabledReason: null,
      disabledAt: null,
      probe: null,
      missed: null,
    });
  });

  it('says of one that fails what would happen next, and when, and does nothing about it', async () => {
    const { health, fail, read } = await subscribe();
    const startMs = clock.now();
    await fail(6);
    const before = await read();
    expect(await health()).toMatchObject({
      state: 'failing',
      failures: 6,
      failingSince: at(startMs),
      lastFailureCode: 'http_503',
      progressPercent: 0,
      wouldBeDisabledAt: at(startMs + 120 * hourMs),
      next: [
        { step: 'warn', percent: 50, at: at(startMs + 60 * hourMs), failuresLeft: 1 },
        { step: 'warn', percent: 70, at: at(startMs + 84 * hourMs), failuresLeft: 3 },
        { step: 'warn', percent: 90, at: at(startMs + 108 * hourMs), failuresLeft: 5 },
        { step: 'disable', percent: 100, at: at(startMs + 120 * hourMs), failuresLeft: 6 },
      ],
    });
    expect(await read()).toEqual(before);
  });

  it('names no end where nothing disables it', async () => {
    const { health, fail } = await subscribe({ autoDisable: false });
    await fail(3);
    expect(await health()).toMatchObject({ wouldBeDisabledAt: null, next: [{ percent: 50 }, { percent: 70 }, { percent: 90 }] }); // prettier-ignore
  });

  it('says of one that was disabled when it is asked next, and what it has missed', async () => {
    const { health, fail, read, id, path, key } = await subscribe();
    await fail(20);
    const [fromMs, untilMs] = [clock.now() - 60_000, clock.now() - 1_000];
    const writes = [untilMs, fromMs].flatMap((ms) =>
      missedWrites(store, id, { type: 'order.canceled', createdAt: at(ms) }),
    );
    await commit(store, { writes });
    await turnFailing(store, await read(), { turn: 'disable' }, { failures: 20, sinceMs: fromMs, code: 'http_503' });
    const missed = { from: at(fromMs), until: at(untilMs), events: 2 };
    const disabledAt = (await read()).disabledAt;
    expect(await health()).toMatchObject({
      state: 'disabled',
      disabledReason: 'failing',
      disabledAt,
      next: [],
      wouldBeDisabledAt: null,
      probe: { count: 0, lastAt: null, nextAt: at(Date.parse(String(disabledAt)) + 15 * 60_000) },
      missed,
    });
    const shown = { missedFrom: at(fromMs), missedUntil: at(untilMs), missedEvents: 2 };
    expect((await request('GET', path, { key })).body).toMatchObject(shown);
    expect((await request('POST', `${path}/enable`, { key, json: {} })).body).toMatchObject({ status: 'enabled', ...shown }); // prettier-ignore
    expect(await health()).toMatchObject({ state: 'healthy', failures: 0, missed });
  });

  it('is of one’s own endpoints only', async () => {
    const { path } = await subscribe();
    const { key } = await ingress.tenant();
    expect((await request('GET', `${path}/health`, { key })).status).toBe(404);
  });
});

it('an endpoint that was disabled because it took nothing is asked at once when its URL is another one', async () => {
  const { fail, read, path, key } = await subscribe();
  await fail(20);
  await turnFailing(store, await read(), { turn: 'disable' }, { failures: 20, sinceMs: clock.now(), code: 'http_503' });
  const probes = async () =>
    (await leaseEntries(store, { room: 100, leaseMs: 60_000 })).entries.filter(({ job }) => job === 'endpoint-probe');
  expect(await probes()).toEqual([]);
  await request('PATCH', path, { key, json: { description: 'the same URL' } });
  expect(await probes()).toEqual([]);
  const moved = await request('PATCH', path, { key, json: { url: 'https://hooks.acme.com/elsewhere' } });
  expect(moved.body).toMatchObject({ status: 'disabled', disabledReason: 'failing' });
  expect(await probes()).toMatchObject([{ payload: { once: true } }]);
  await request('POST', `${path}/enable`, { key, json: {} });
});
