import { expect, test } from 'vitest';
import { runDisturbances } from './disturbance.ts';
import { namedKills } from './scenarios/named-kills.ts';
import { randomKills } from './scenarios/random-kills.ts';
import { redisAway } from './scenarios/redis-away.ts';

test(
  'killed at any moment, before or after a call or a commit, then Redis away and read-only: nothing is lost, doubled or out of order, and all goes on by itself',
  { timeout: 400_000 },
  async () => {
    const outages = [randomKills, namedKills, redisAway];
    const scenario = { name: 'outages', what: 'One after the other on one installation.', promises: [] };
    const { broken, figures } = await runDisturbances(scenario, outages, { seed: 1, kills: 4, isShort: true });
    expect(broken).toEqual([]);
    expect(figures['ofApis']).toBeGreaterThan(0);
    expect(figures['ofWorkers']).toBeGreaterThan(0);
  },
);
