import type { BoundProcess, ProcessEnd } from '../../src/platform/bound-process.ts';
import type { PacklineProcesses } from '../support/packline-processes.ts';
import type { Balancer } from './balancer.ts';

/** The processes of an installation: two APIs behind a balancer, some workers. What a scenario ends, it starts again. */
export interface Fleet {
  readonly apis: readonly { port: number; process: BoundProcess }[];
  readonly workers: readonly BoundProcess[];
  /** SIGKILL, or what else; resolves when it is gone. */
  endWorker(index: number, signal?: NodeJS.Signals): Promise<ProcessEnd>;
  endApi(index: number, signal?: NodeJS.Signals): Promise<ProcessEnd>;
  /** In the place of one that ended. */
  replaceWorker(index: number, env?: Readonly<Record<string, string>>): Promise<void>;
  replaceApi(
    index: number,
    options?: { env?: Readonly<Record<string, string>>; args?: readonly string[] },
  ): Promise<void>;
}

export async function startFleet(
  packline: PacklineProcesses,
  { balancer, ports, workerCount }: { balancer: Balancer; ports: readonly number[]; workerCount: number },
): Promise<Fleet> {
  const [firstPort = 0, ...otherPorts] = ports;
  const [others, workers] = await Promise.all([
    Promise.all(otherPorts.map(async (port) => ({ port, process: await packline.startApi({ port }) }))),
    Promise.all(Array.from({ length: workerCount }, () => packline.startWorker())),
  ]);
  const apis = [{ port: firstPort, process: packline.api }, ...others];

  const end = (process: BoundProcess | undefined, signal: NodeJS.Signals): Promise<ProcessEnd> => {
    if (process === undefined) throw new Error('there is no such process');
    process.child.kill(signal);
    return process.ended;
  };
  return {
    apis,
    workers,
    endWorker: (index, signal = 'SIGKILL') => end(workers[index], signal),
    endApi: (index, signal = 'SIGKILL') => end(apis[index]?.process, signal),
    replaceWorker: async (index, env = {}) => {
      workers[index] = await packline.startWorker({ env });
    },
    replaceApi: async (index, options = {}) => {
      const port = ports[index] ?? 0;
      balancer.forget(port);
      apis[index] = { port, process: await packline.startApi({ port, ...options }) };
    },
  };
}
