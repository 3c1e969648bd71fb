import { parseArgs } from 'node:util';
import { killWorkers } from './worker-kills.ts';

/** `npm run faults -- [--kills 20] [--orders 200] [--seed 1]`: prints its report as JSON; exit code 1 when a promise broke. */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    orders: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
});
const report = await killWorkers({
  kills: Number(values.kills),
  orders: Number(values.orders),
  seed: Number(values.seed),
});
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
const broken = report.lost.length + report.doubled.length + report.disordered.length;
process.exit(broken === 0 ? 0 : 1);
