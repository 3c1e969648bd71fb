import { Argument, type Command } from 'commander';
import { listCommands } from './command-tree.ts';
import { completeBash } from './complete-bash.ts';
import { completeFish } from './complete-fish.ts';
import { completeZsh } from './complete-zsh.ts';

const shells = { bash: completeBash, zsh: completeZsh, fish: completeFish };

/** `packline completion SHELL`: the script that a shell sources. */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print the script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(shells)))
    .action((shell: keyof typeof shells) => void process.stdout.write(shells[shell](listCommands(program))));
}
