import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { BoundProcess } from '../src/platform/bound-process.ts';
import { generateWebhookSecret } from '../src/platform/signature.ts';
import { startProgram } from '../src/platform/start-program.ts';
import type { Sink } from './delivery-sink.ts';
import { cpuMicros } from './process-stats.ts';

/** Jobs in one call of BullMQ. */
const bulkMax = 1_000;

export interface Drained {
  perSecond: number;
  /** Processor time for a delivery, in microseconds, by process. */
  micros: Record<string, number>;
}

/**
 * How fast these processes bring what waits to the sink. It is made while they are stopped (SIGSTOP), so that the
 * processors are theirs alone from the first delivery to the last, and their code is as warm as it was left.
 */
export async function drainDeliveries(
  { sink, workers, redisPid }: { sink: Sink; workers: readonly BoundProcess[]; redisPid: number },
  amount: number,
  fill: () => Promise<void>,
): Promise<Drained> {
  sink.forget();
  await whileStopped(workers, fill);
  const pids = [...workers.map(({ pid }, n) => [`worker${n + 1}`, pid] as const), ['redis', redisPid] as const, ['sink', process.pid] as const]; // prettier-ignore
  const read = () => Promise.all(pids.map(([, pid]) => cpuMicros(pid)));
  const before = await read();
  const beganMs = performance.now();
  const perSecond = Math.round((amount / ((await sink.until(amount)) - beganMs)) * 1_000);
  const after = await read();
  const micros = pids.map(([name], n) => [name, Math.round(((after[n] ?? 0) - (before[n] ?? 0)) / amount)] as const);
  return { perSecond, micros: Object.fromEntries(micros) };
}

/** Nothing of what comes to be meanwhile is worked on before it is over. */
export async function whileStopped(workers: readonly BoundProcess[], act: () => Promise<void>): Promise<void> {
  const tell = (signal: NodeJS.Signals): void => {
    for (const { pid } of workers) process.kill(pid, signal);
  };
  tell('SIGSTOP');
  await act().finally(() => tell('SIGCONT'));
}

/** As many bare workers as are asked for, and how they are given work. */
export interface BareDeliveries {
  workers: readonly BoundProcess[];
  /** What these bodies are, is for the sink to know. */
  fill(bodies: readonly string[], url: string): Promise<void>;
  close(): Promise<void>;
}

export async function startBare(
  redisUrl: string,
  { processes, concurrency, client }: { processes: number; concurrency: number; client: 'fetch' | 'request' },
): Promise<BareDeliveries> {
  const path = fileURLToPath(new URL('bare-deliveries.ts', import.meta.url));
  const prefix = '{bare}:bull';
  const name = `bare-${client}`;
  const workers: BoundProcess[] = [];
  for (let n = 0; n < processes; n += 1) {
    const args = [redisUrl, name, prefix, generateWebhookSecret(), String(concurrency), client];
    const worker = await startProgram(path, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    workers.push(worker);
    await Promise.race([once(worker.child, 'message'), worker.ended]);
  }
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue(name, { connection, prefix, skipVersionCheck: true });
  return {
    workers,
    async fill(bodies, url) {
      for (let at = 0; at < bodies.length; at += bulkMax) {
        await queue.addBulk(
          bodies
            .slice(at, at + bulkMax)
            .map((body, n) => ({ name, data: { id: `evt_${at + n}`, url, body }, opts: { removeOnComplete: true } })), // prettier-ignore
        );
      }
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.stop(1_000)));
      await queue.close();
      connection.disconnect();
    },
  };
}
