import { expect, test, vi } from 'vitest';
import { createSupervisor, type RunningService, type Service } from '../../src/cli/supervisor.ts';
import { Failure } from '../../src/domain/failure.ts';
import type { ProcessEnd } from '../../src/platform/bound-process.ts';
import { captureLog } from '../support/captured-log.ts';

const backoff = { firstMs: 20, maxMs: 80, resetAfterMs: 300 };

interface Run extends RunningService {
  startedAt: number;
  crash(): void;
}

/** A service whose runs the test can crash; `onStop` is told when one is asked to end. */
function makeService(name: string, stage = 0, onStop: (name: string, graceMs: number) => void = () => undefined) {
  const runs: Run[] = [];
  const service: Service = {
    name,
    stage,
    start: async () => {
      const { promise: ended, resolve } = Promise.withResolvers<ProcessEnd>();
      const run: Run = {
        startedAt: performance.now(),
        ended,
        crash: () => resolve({ code: 1, signal: null }),
        stop: async (graceMs) => {
          onStop(name, graceMs);
          resolve({ code: 0, signal: null });
        },
      };
      runs.push(run);
      return run;
    },
  };
  return { service, runs };
}

test('a service that keeps crashing is started later each time, up to the longest wait', async () => {
  const supervisor = createSupervisor(captureLog().log, backoff);
  const { service, runs } = makeService('api');
  await supervisor.start(service);
  for (let count = 1; count <= 5; count += 1) {
    runs.at(-1)?.crash();
    await vi.waitFor(() => expect(runs).toHaveLength(count + 1), { interval: 1 });
  }
  await supervisor.stop(1_000);
  const waits = runs.slice(1).map(({ startedAt }, index) => startedAt - (runs[index]?.startedAt ?? 0));
  const expected = [20, 40, 80, 80, 80];
  waits.forEach((wait, index) => expect(wait).toBeGreaterThanOrEqual((expected[index] ?? 0) - 2));
  expect(waits[4]).toBeLessThan(160);
});

test('a crash after a long life is the first again', async () => {
  const supervisor = createSupervisor(captureLog().log, { ...backoff, maxMs: 5_000 });
  const { service, runs } = makeService('api');
  await supervisor.start(service);
  for (let count = 1; count <= 4; count += 1) {
    runs.at(-1)?.crash();
    await vi.waitFor(() => expect(runs).toHaveLength(count + 1), { interval: 1 });
  }
  const longLived = runs.at(-1);
  await vi.waitFor(() => expect(performance.now() - (longLived?.startedAt ?? 0)).toBeGreaterThan(300));
  const crashedAt = performance.now();
  longLived?.crash();
  await vi.waitFor(() => expect(runs).toHaveLength(6), { interval: 1 });
  expect((runs.at(-1)?.startedAt ?? 0) - crashedAt).toBeLessThan(150);
  await supervisor.stop(1_000);
});

test('a first start that trying again would not mend fails, and is not tried again', async () => {
  const supervisor = createSupervisor(captureLog().log, backoff);
  const start = vi.fn<Service['start']>().mockRejectedValue(new Failure('misconfigured', 'x.wrong', 'wrong'));
  await expect(supervisor.start({ name: 'api', stage: 0, start })).rejects.toMatchObject({ code: 'x.wrong' });
  await supervisor.stop(1_000);
  expect(start).toHaveBeenCalledTimes(1);
});

test('a first start that may pass is tried again', async () => {
  const supervisor = createSupervisor(captureLog().log, backoff);
  const { service } = makeService('api');
  const start = vi
    .fn<Service['start']>((signal) => service.start(signal))
    .mockRejectedValueOnce(new Failure('transient', 'x.killed', 'killed while it started'));
  await supervisor.start({ ...service, start });
  expect(start).toHaveBeenCalledTimes(2);
  await supervisor.stop(1_000);
});

test('stages end one after the other and share one grace period; nothing starts again', async () => {
  const supervisor = createSupervisor(captureLog().log, backoff);
  const order: string[] = [];
  const services = [
    makeService('redis', 2, (name) => order.push(name)),
    makeService('api', 0, (name) => order.push(name)),
    makeService('worker', 1, (name) => order.push(name)),
  ];
  await Promise.all(services.map(({ service }) => supervisor.start(service)));
  await supervisor.stop(1_000);
  expect(order).toEqual(['api', 'worker', 'redis']);
  expect(services.map(({ runs }) => runs.length)).toEqual([1, 1, 1]);
});

test('a service that was just starting when all ends is ended too', async () => {
  const supervisor = createSupervisor(captureLog().log, backoff);
  const { service, runs } = makeService('api');
  const { promise: mayStart, resolve: letStart } = Promise.withResolvers<void>();
  const starting = supervisor.start({
    ...service,
    start: async (signal) => {
      await mayStart;
      return await service.start(signal);
    },
  });
  const stopping = supervisor.stop(1_000);
  letStart();
  await stopping;
  await expect(starting).rejects.toMatchObject({ kind: 'aborted' });
  expect(await runs[0]?.ended).toEqual({ code: 0, signal: null });
});
