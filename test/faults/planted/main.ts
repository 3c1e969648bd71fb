import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defects, shortenedPatience, type Defect, type Edit } from './defects.ts';
import { copyProject, plant } from './plant.ts';
import { runChild } from './run-child.ts';
import { runTests } from './run-tests.ts';
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
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(new Error('stopped')));

const work = await realpath(await mkdtemp(join(tmpdir(), 'packline-planted-')));
const startedMs = Date.now();
const secondsSince = (fromMs: number): number => Math.round((Date.now() - fromMs) / 1000);

/** A copy of the project with these changes. */
async function makeCopy(name: string, edits: readonly Edit[]): Promise<string> {
  const folder = join(work, name);
  await copyProject(folder);
  await plant(folder, [shortenedPatience, ...edits]);
  return folder;
}

async function tryDefect(defect: Defect): Promise<Verdict> {
  const { edits, reddens, onlyNamed } = defect;
  try {
    const folder = await makeCopy(String(defects.indexOf(defect)), edits);
    const results = await runTests(folder, { named: reddens, onlyNamed: onlyNamed !== undefined }, signal);
    return judgeDefect(defect, results);
  } catch (error) {
    return { noticed: [], alsoRed: 0, others: 0, amiss: [String(error)] };
  }
}

/** What does not compile would never have got as far as a test: all defects together must. */
async function findTypeErrors(): Promise<string[]> {
  const folder = await makeCopy(
    'all',
    chosen.flatMap(({ edits }) => edits),
  );
  const { code, printed } = await runChild(folder, ['node_modules/typescript/bin/tsc', '--noEmit'], signal);
  return code === 0 ? [] : [`what is planted does not compile:\n${printed}`];
}

async function prove(): Promise<boolean> {
  const named = chosen.flatMap(({ reddens }) => reddens);
  const unsound = findUnsound(named, await runTests(await makeCopy('sound', []), { named, onlyNamed: true }, signal));
  if (unsound.length > 0) {
    say(`With nothing planted:\n${unsound.join('\n')}`);
    return false;
  }
  say(`With nothing planted the ${named.length} named tests are green (${secondsSince(startedMs)} s).\n`);

  let caught = 0;
  const tryAll = async (some: readonly Defect[]): Promise<void> => {
    for (const defect of some) {
      const fromMs = Date.now();
      const verdict = await tryDefect(defect);
      if (signal.aborted) return;
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
  signal.throwIfAborted();
  for (const why of typeErrors) say(why);
  say(`${caught} of ${chosen.length} defects caught (${secondsSince(startedMs)} s).`);
  return caught === chosen.length && typeErrors.length === 0;
}

function tell({ name, what, onlyNamed }: Defect, verdict: Verdict, seconds: number): void {
  const { noticed, amiss, alsoRed, others } = verdict;
  say(`${amiss.length === 0 ? 'caught' : 'MISSED'}: ${name} (${seconds} s)`);
  say(`  ${what}`);
  for (const { file, test, failure } of noticed) say(`  red: ${file} > ${test}\n       ${failure}`);
  for (const why of amiss) say(`  ${why}`);
  if (onlyNamed !== undefined) say(`  others not run: ${onlyNamed}`);
  else if (others > 0) say(`  also red: ${alsoRed} of ${others} others in these files`);
  say('');
}

let isProven = false;
try {
  isProven = await prove();
} catch (error) {
  say(String(error));
} finally {
  await rm(work, { recursive: true, force: true });
}
process.exit(isProven ? 0 : 1);
