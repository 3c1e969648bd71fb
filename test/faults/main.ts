import { parseArgs } from 'node:util';
import { randomKills } from './scenarios/random-kills.ts';
import { redisAway } from './scenarios/redis-away.ts';
import { frozenWorkers } from './scenarios/frozen-workers.ts';
import { redisEmpty } from './scenarios/redis-empty.ts';
import { rollingRestarts } from './scenarios/rolling-restarts.ts';
import { repeatedHooks } from './scenarios/repeated-hooks.ts';
import { lostHooks } from './scenarios/lost-hooks.ts';
import { partnerTrouble } from './scenarios/partner-trouble.ts';
import { namedKills } from './scenarios/named-kills.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const scenarios = [
  randomKills,
  namedKills,
  frozenWorkers,
  redisAway,
  redisEmpty,
  rollingRestarts,
  repeatedHooks,
  partnerTrouble,
].filter((s) => s.name.includes(values.only));
for (const s of scenarios) {
  const finding = await s.run({
    seed: Number(values.seed),
    kills: Number(values.kills),
    isShort: process.env['SHORT'] === '1',
  });
  process.stdout.write(`${JSON.stringify(finding, null, 2)}\n`);
}
