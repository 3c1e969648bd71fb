import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { listCommands, type ListedCommand } from '../../src/cli/command-tree.ts';
import { defineProgram } from '../../src/cli/main.ts';
import { optionNames } from '../../src/cli/option-words.ts';
import { packline } from '../support/run-cli.ts';

const commands = listCommands(
  defineProgram(
    () => undefined,
    () => undefined,
  ),
);
const leaves = commands.filter(({ children }) => children.length === 0);
const wordsOf = ({ children, options }: ListedCommand): string[] => [
  ...children.map(({ name }) => name),
  ...options.flatMap(optionNames),
];

/** They run until they are stopped, and log JSON lines; or print a shell's own language. */
const withoutJson = ['up', 'api', 'worker', 'sandbox', 'completion'];

test('every command that answers can answer in JSON', () => {
  const silent = leaves.filter(({ options }) => !options.some(({ long }) => long === '--json'));
  expect(silent.map(({ path }) => path)).toEqual(withoutJson);
});

test('every command, argument-free option and group says what it is for', () => {
  expect(commands.filter(({ description }) => description === '').map(({ path }) => path)).toEqual([]);
  const mute = commands.flatMap(({ path, options }) => options.filter(({ description }) => description === '').map(({ flags }) => `${path} ${flags}`)); // prettier-ignore
  expect(mute).toEqual([]);
});

test('bash completes every command and every option, and the choices of those that have some', async () => {
  const { stdout } = await packline('completion', 'bash');
  const ask = (words: readonly string[]): string =>
    `COMP_WORDS=(packline ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _packline; echo "\${COMPREPLY[*]}"`;
  const questions = commands.map(({ path }) => ask([...path.split(' ').filter(Boolean), '']));
  const said = execFileSync('bash', ['-c', [stdout, ...questions, ask(['merchants', 'add-key', 'mer_1', '--scope', '']), ask(['orders', 'list', '--st'])].join('\n')], { encoding: 'utf8' }).split('\n'); // prettier-ignore
  for (const [index, command] of commands.entries()) {
    expect(said[index]?.split(' '), command.path).toEqual(expect.arrayContaining(wordsOf(command)));
  }
  expect(said.slice(commands.length)).toEqual(['read operate carrier admin', '--status --store', '']);
});

test.each(['zsh', 'fish'])('the script for %s names every command and every option', async (shell) => {
  const { stdout } = await packline('completion', shell);
  const spelt = (name: string): string =>
    shell === 'zsh' ? `'${name}:` : name.startsWith('--') ? ` -l ${name.slice(2)} ` : name.startsWith('-') ? ` -s ${name.slice(1)} ` : ` -a ${name} `; // prettier-ignore
  for (const command of commands) {
    const lines = stdout.split('\n').filter((line) => line.includes(shell === 'zsh' ? `    '${command.path}')` : `__packline_at "${command.path}"'`)); // prettier-ignore
    for (const word of wordsOf(command)) expect(lines.join('\n'), `${command.path} ${word}`).toContain(spelt(word));
  }
});

test('a shell that nobody has heard of is wrong usage: 2', async () => {
  expect((await packline('completion', 'tcsh')).code).toBe(2);
});
