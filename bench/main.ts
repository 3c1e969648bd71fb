import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { benchAccept, benchSteady } from './accept.ts';
import { benchFlow } from './flow.ts';
import { benchMemory } from './memory.ts';
import { benchVtexFlow } from './vtex-flow.ts';

/**
 * `npm run bench -- [accept] [steady] [memory] [flow] [vtex] [--seconds 10] [--rounds 3] [--orders 4000] [--rate 25]`: prints one JSON
 * document; every figure stands beside the ceiling that was measured in the same run.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    orders: { type: 'string', default: '4000' },
    rate: { type: 'string', default: '25' },
  },
});
const seconds = Number(values.seconds);
const scenarios = {
  accept: () => benchAccept({ rounds: Number(values.rounds), seconds }),
  steady: () => benchSteady({ seconds, ratePerSecond: 300 }),
  memory: () => benchMemory({ orders: Number(values.orders), ratePerSecond: Number(values.rate) }),
  flow: () => benchFlow({ orders: Number(values.orders), ratePerSecond: Number(values.rate) }),
  vtex: () => benchVtexFlow({ orders: Number(values.orders), ratePerSecond: Number(values.rate) }),
};
const machine = {
  node: process.version,
  cpus: cpus().length,
  cpu: cpus()[0]?.model,
  memoryGib: Math.round(totalmem() / 2 ** 30),
};
const results: Record<string, unknown> = { at: new Date().toISOString(), machine };
for (const [name, run] of Object.entries(scenarios)) {
  if (positionals.length === 0 || positionals.includes(name)) results[name] = await run();
}
process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
