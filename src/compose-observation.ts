import { randomUUID } from 'node:crypto';
import type { Base } from './compose.ts';
import { serveProbes } from './platform/probe-server.ts';
import { startRecorder } from './queues/record-series.ts';
import { beat, beatEveryMs, sayGoodbye } from './store/workers-alive.ts';

export interface Observation {
  /** Of the listener for Prometheus; null where none is set. */
  port: number | null;
  stop(): Promise<void>;
}

/**
 * What lets others see how a process is: its metrics on a port of their own where that is set, its share of the series that
 * the console draws, and, of a worker, a sign of life.
 */
export async function observe(base: Base, process: { isWorker: boolean }): Promise<Observation> {
  const { config, redis, stores, clock, metrics, log } = base;
  const workerId = randomUUID();
  const isReady = async (): Promise<void> => {
    if (process.isWorker) await beat(base, workerId);
    const written = String(clock.now());
    const key = `{pl:g}:ready:${workerId}`;
    await redis.set(key, written, 'PX', 60_000);
    if ((await redis.get(key)) !== written) throw new Error('a write did not come back');
  };
  const port = config.metricsPort;
  const probes = port === undefined ? null : await serveProbes({ port, host: config.host }, { metrics: metrics.registry, isReady }); // prettier-ignore
  if (probes !== null) log.info({ host: config.host, port: probes.port }, 'metrics.listening');
  const recorder = startRecorder({ redis, stores, clock, registry: metrics.registry });
  const sayAlive = (): void => void beat(base, workerId).catch(() => undefined); // Redis away: said elsewhere.
  if (process.isWorker) sayAlive();
  const beating = process.isWorker ? setInterval(sayAlive, beatEveryMs) : undefined;
  return {
    port: probes?.port ?? null,
    async stop() {
      clearInterval(beating);
      await recorder.stop();
      await probes?.close();
      // What Redis does not take now it forgets by itself.
      if (process.isWorker) await Promise.race([sayGoodbye(base, workerId).catch(() => undefined), clock.sleep(500)]);
    },
  };
}
