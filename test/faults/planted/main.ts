import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defects, type Defect } from './defects.ts';
import { copyProject, plant } from './plant.ts';
import { runChild } from './run-child.ts';
import { runTests, type TestResult } from './run-tests.ts';
import { findUnsound, judgeDefect, type Verdict } from './verdict.ts';

const usage = `npm run planted -- [options]
  --only TEXT  defects whose name holds this
  --list       names the defects
Takes one guard after the other out of a copy of the project, and runs the tests that must notice. Exit code 1 when one did
not.
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const chosen = defects.filter(({ name }) => name.includes(values.only));
if (values.help || values.list) {
  process.stdout.write(values.help ? usage : chosen.map(({ name, what }) => `${name}: ${what}\n`).join(''));
  process.exit(0);
}
if (chosen.length === 0) {
  process.stderr.write(`no defect's name holds "${values.only}"; --list names them\n`);
  process.exit(2);
}

const stopping = new AbortController();
const { signal } = stopping;
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());

const work = await realpath(await mkdtemp(join(tmpdir(), 'packline-planted-')));
const startedMs = Date.now();
const secondsSince = (fromMs: number): number => Math.round((Date.now() - fromMs) / 1000);
const filesOf = (tests: Defect['reddens']): string[] => [...new Set(tests.map(({ file }) => file))];

/** What the tests say with these defects in a copy of the project. */
async function runPlanted(folder: string, { edits, reddens, onlyNamed }: Defect): Promise<TestResult[]> {
  await copyProject(folder);
  await plant(folder, edits);
  const only = onlyNamed === undefined ? {} : { only: reddens.map(({ test }) => test) };
  return runTests(folder, { files: filesOf(reddens), ...only }, signal);
}

/** A defect that does not compile would never have got as far as a test: the types of all of them, planted together. */
async function findTypeErrors(): Promise<string[]> {
  const folder = join(work, 'types');
  await copyProject(folder);
  await plant(
    folder,
    chosen.flatMap(({ edits }) => edits),
  );
  const printed = await runChild(folder, ['node_modules/typescript/bin/tsc', '--noEmit'], signal);
  return printed.split('\n').filter((line) => line !== '');
}

async function runAll(): Promise<boolean> {
  const named = chosen.flatMap(({ reddens }) => reddens);
  const sound = join(work, 'sound');
  await copyProject(sound);
  const untouched = await runTests(sound, { files: filesOf(named) }, signal);
  const unsound = findUnsound(named, untouched);
  for (const why of unsound) say(why);
  if (unsound.length > 0) return false;
  say(`With nothing planted the named tests are green (${secondsSince(startedMs)} s).\n`);

  let caught = 0;
  const tryAll = async (some: readonly Defect[]): Promise<void> => {
    for (const defect of some) {
      const fromMs = Date.now();
      const verdict = await runPlanted(join(work, String(defects.indexOf(defect))), defect).then(
        (planted) => judgeDefect(defect, untouched, planted),
        (error: unknown): Verdict => ({ noticed: [], alsoRed: 0, others: 0, amiss: [String(error)] }),
      );
      if (verdict.amiss.length === 0) caught += 1;
      tell(defect, verdict, secondsSince(fromMs));
    }
  };
  // The fault suite waits more than it works: the others run beside it.
  const isLong = ({ reddens }: Defect): boolean => reddens.some(({ file }) => file.startsWith('test/faults/'));
  const [typeErrors] = await Promise.all([
    findTypeErrors().catch((error: unknown) => [String(error)]),
    tryAll(chosen.filter(isLong)),
    tryAll(chosen.filter((defect) => !isLong(defect))),
  ]);
  for (const line of typeErrors) say(`does not compile: ${line}`);
  say(`${caught} of ${chosen.length} defects caught (${secondsSince(startedMs)} s).`);
  return caught === chosen.length && typeErrors.length === 0;
}

function tell({ name, what, onlyNamed }: Defect, verdict: Verdict, seconds: number): void {
  const { noticed, amiss, alsoRed, others } = verdict;
  say(`${amiss.length === 0 ? 'caught' : 'MISSED'}: ${name} (${seconds} s)`);
  say(`  ${what}`);
  for (const { file, test, failure } of noticed) say(`  red: ${file} > ${test}\n       ${failure}`);
  for (const why of amiss) say(`  ${why}`);
  say(onlyNamed === undefined ? `  also red: ${alsoRed} of ${others} others\n` : `  others not run: ${onlyNamed}\n`);
}

let isProven = false;
try {
  isProven = await runAll();
} catch (error) {
  say(String(error));
} finally {
  await rm(work, { recursive: true, force: true });
}
process.exit(isProven ? 0 : 1);
