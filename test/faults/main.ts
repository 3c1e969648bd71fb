import { parseArgs } from 'node:util';
import { randomKills } from './scenarios/random-kills.ts';
import { redisAway } from './scenarios/redis-away.ts';
import { frozenWorkers } from './scenarios/frozen-workers.ts';
import { namedKills } from './scenarios/named-kills.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const scenarios = [randomKills, namedKills, frozenWorkers, redisAway].filter((s) => s.name.includes(values.only));
for (const s of scenarios) {
  const finding = await s.run({ seed: Number(values.seed), kills: Number(values.kills), isShort: false });
  process.stdout.write(`${JSON.stringify(finding, null, 2)}\n`);
}
