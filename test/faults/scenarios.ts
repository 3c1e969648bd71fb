import { alone } from './disturbance.ts';
import type { Scenario } from './scenario.ts';
import { bulkTrouble } from './scenarios/bulk-trouble.ts';
import { endpointTrouble } from './scenarios/endpoint-trouble.ts';
import { clusterFailover, sentinelFailover } from './scenarios/failover.ts';
import { frozenWorkers } from './scenarios/frozen-workers.ts';
import { lostHooks } from './scenarios/lost-hooks.ts';
import { namedKills } from './scenarios/named-kills.ts';
import { partnerTrouble } from './scenarios/partner-trouble.ts';
import { randomKills } from './scenarios/random-kills.ts';
import { reconciledHooks } from './scenarios/reconciled-hooks.ts';
import { redisAway } from './scenarios/redis-away.ts';
import { redisEmpty } from './scenarios/redis-empty.ts';
import { repeatedHooks } from './scenarios/repeated-hooks.ts';
import { rollingRestarts } from './scenarios/rolling-restarts.ts';

/** Everything that is done to an installation, each on one of its own. */
export const scenarios: readonly Scenario[] = [
  alone(randomKills),
  alone(namedKills),
  alone(frozenWorkers),
  rollingRestarts,
  alone(redisAway),
  redisEmpty,
  partnerTrouble,
  bulkTrouble,
  endpointTrouble,
  repeatedHooks,
  lostHooks,
  reconciledHooks,
  clusterFailover,
  sentinelFailover,
];
