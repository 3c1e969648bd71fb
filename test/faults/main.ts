import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { cacheHome } from '../../src/platform/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { findRedisBinary } from '../../src/platform/redis-binary.ts';
import { readBenchFigures } from './bench-figures.ts';
import { promises } from './promises.ts';
import { runProofs } from './proofs.ts';
import { isBroken, keptFindings, toMarkdown, type Report } from './report.ts';
import { runScenario, type Finding } from './scenario.ts';
import { scenarios } from './scenarios.ts';

const usage = `npm run faults -- [options]
  --kills N      processes to kill, at random and at named points (40)
  --minutes M    goes on with the next seeds until so many minutes are over (0: each scenario once)
  --seed S       what is random follows from it (printed, so that a run can be repeated)
  --only TEXT    scenarios whose name holds this
  --list         names the scenarios
  --short        as in npm test
  --proofs       also runs the test files that show a promise
  --bench FILE   takes figures from a report of npm run bench; of several, a later one counts for what it measured again
  --with FILE    shows what this run leaves out as an earlier one found it, and says so
  --report FILE  runs nothing: takes what an earlier run found (docs/reliability.json)
  --write        writes docs/reliability.md and docs/reliability.json
Prints the table of promises; exit code 1 when one did not hold.
`;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '40' },
    minutes: { type: 'string', default: '0' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    proofs: { type: 'boolean', default: false },
    bench: { type: 'string', multiple: true, default: [] },
    with: { type: 'string' },
    report: { type: 'string' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const numberOf = (name: 'kills' | 'minutes' | 'seed'): number => {
  const number = Number(values[name]);
  if (Number.isFinite(number) && number >= 0) return number;
  process.stderr.write(`--${name} must be a number, not "${values[name]}"\n\n${usage}`);
  process.exit(2);
};
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const chosen = scenarios.filter(({ name }) => name.includes(values.only));
if (values.help || values.list) {
  process.stdout.write(values.help ? usage : chosen.map(({ name, what }) => `${name}: ${what}\n`).join(''));
  process.exit(0);
}
if (chosen.length === 0) {
  say(`no scenario's name holds "${values.only}"; --list names them`);
  process.exit(2);
}

// First of all: a file that cannot be read must not end a run of half an hour.
const benchmarks = await readBenchFigures(values.bench);
const readReport = async (path: string | undefined): Promise<Report | null> =>
  path === undefined ? null : (JSON.parse(await readFile(path, 'utf8')) as Report);
const earlier = await readReport(values.report);
const beside = await readReport(values.with);
const started = new Date();
const scale = { kills: numberOf('kills'), isShort: values.short };
const endsMs = started.getTime() + numberOf('minutes') * 60_000;
const findings: Finding[] = [];
let seed = numberOf('seed');
for (let isOver = earlier !== null; !isOver; isOver = Date.now() >= endsMs) {
  for (const scenario of chosen) {
    say(`${scenario.name}, seed ${seed} …`);
    const finding = await runScenario(scenario, { ...scale, seed });
    findings.push(finding);
    say(
      [...finding.broken, ...finding.slow].length === 0
        ? `  holds, ${finding.seconds} s`
        : [...finding.broken, ...finding.slow].map((text) => `  ${text}`).join('\n'),
    );
  }
  seed += 1;
}

const redis = await findRedisBinary(cacheHome(), createLog({ level: 'silent', name: 'faults' }));
const options = process.argv.slice(2).filter((option) => option !== '--write');
const report: Report =
  earlier !== null
    ? { ...earlier, benchmarks }
    : {
        startedAt: started.toISOString(),
        seconds: Math.round((Date.now() - started.getTime()) / 1000),
        command: ['npm run faults --', ...options, '--write'].join(' '),
        machine: {
          cpu: cpus()[0]?.model.trim() ?? '?',
          cores: cpus().length,
          memoryGib: Math.round(totalmem() / 1024 ** 3),
        },
        versions: { node: process.versions.node, redis: redis.version, packline: packageJson.version },
        findings: [...findings, ...keptFindings(beside, findings)],
        proofs: values.proofs ? await runProofs(promises.flatMap(({ proofs }) => proofs)) : (beside?.proofs ?? []),
        benchmarks,
      };
const markdown = toMarkdown(report);
process.stdout.write(markdown);
if (values.write) {
  const docs = new URL('../../docs/', import.meta.url);
  await writeFile(new URL('reliability.md', docs), markdown);
  await writeFile(new URL('reliability.json', docs), `${JSON.stringify(report, null, 2)}\n`);
}
process.exit(isBroken(report) ? 1 : 0);
