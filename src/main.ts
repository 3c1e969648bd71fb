import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import closeWithGrace from 'close-with-grace';
import { composeBase } from './compose.ts';
import { composeSite } from './compose-console.ts';
import { observe } from './compose-observation.ts';
import { listen } from './ingress/listen.ts';
import { offerFirstLogin } from './ops/first-login.ts';
import { loadConfig } from './platform/config.ts';
import { watchPressure } from './platform/redis-pressure.ts';
import { sayWhyNotStarted } from './platform/start-failure.ts';

const hasStarted = sayWhyNotStarted('api');
const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({ options: { 'accept-empty': flag, 'accept-restored': flag } });
const config = loadConfig();
const base = await composeBase(config, {
  name: 'api',
  profile: 'producer',
  acceptEmpty: values['accept-empty'],
  acceptRestored: values['accept-restored'],
});
const pressure = watchPressure(base.redis);
const highWater = base.watchHighWater();
let isDraining = false;

const site = composeSite(base, { draining: () => isDraining, shedding: () => pressure.shedding() });
const server = await listen(site, { port: config.port, host: config.host, bodyBytesMax: config.bodyBytesMax });
base.log.info({ host: config.host, port: server.port }, 'api.listening');
const observation = await observe(base, { isWorker: false });
const firstLogin = await offerFirstLogin(base, config.baseUrl);
if (firstLogin !== null) process.stdout.write(firstLogin);
hasStarted();

// Readiness goes false first, requests under way get their answers, and only then is Redis let go.
closeWithGrace({ delay: config.drainMs + config.graceMs + 5_000 }, async ({ err, signal }) => {
  base.log[err === undefined ? 'info' : 'fatal']({ err, signal }, 'api.stopping');
  isDraining = true;
  // Whoever is connected in the moment in which a listener closes is reset by the kernel: let balancers go elsewhere first.
  await delay(err === undefined ? config.drainMs : 0);
  await server.close(config.graceMs);
  pressure.stop();
  await observation.stop();
  await highWater.stop();
  await base.close(1_000);
  base.log.info('api.stopped');
});
