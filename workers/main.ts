import { parseArgs } from 'node:util';
import closeWithGrace from 'close-with-grace';
import { composeBase, composeWorkerDeps } from '../src/compose.ts';
import { observe } from '../src/compose-observation.ts';
import { Failure } from '../src/domain/failure.ts';
import { loadConfig } from '../src/platform/config.ts';
import { sayWhyNotStarted } from '../src/platform/start-failure.ts';
import { isJobName, jobNames, type JobName } from '../src/queues/jobs.ts';
import { startWorkers } from '../src/compose-workers.ts';

const hasStarted = sayWhyNotStarted('worker');
const { values } = parseArgs({ options: { only: { type: 'string' } } });
const config = loadConfig();
const base = await composeBase(config, { name: 'worker', profile: 'worker' });
const only = values.only === undefined ? jobNames : values.only.split(',').map(toJobName);
const workers = await startWorkers(base, composeWorkerDeps(base), { only });
base.log.info({ jobs: only, shards: base.stores.length }, 'worker.started');
const observation = await observe(base, { isWorker: true });
const highWater = base.watchHighWater();
hasStarted();
// Whoever started us and wants to know when we take work.
process.send?.('ready');

closeWithGrace({ delay: config.graceMs + 5_000 }, async ({ err, signal }) => {
  base.log[err === undefined ? 'info' : 'fatal']({ err, signal }, 'worker.stopping');
  await highWater.stop();
  await observation.stop();
  await workers.stop(config.graceMs);
  await base.close(1_000);
  base.log.info('worker.stopped');
});

function toJobName(name: string): JobName {
  if (isJobName(name)) return name;
  throw new Failure('misconfigured', 'worker.unknown_job', `no such job: ${name} (there are ${jobNames.join(', ')})`);
}
