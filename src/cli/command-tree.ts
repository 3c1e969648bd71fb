import type { Argument, Command, Option } from 'commander';

/** One command, as it is typed: `orders list`; the program itself is ''. */
export interface ListedCommand {
  path: string;
  description: string;
  arguments: readonly Argument[];
  /** With `--help`, which every command has. */
  options: readonly Option[];
  /** The commands below it, by name. */
  children: readonly { name: string; description: string }[];
}

/** Every command of the program, parents first. What is written from it cannot forget one. */
export function listCommands(command: Command, path = ''): ListedCommand[] {
  const help = command.createHelp();
  // Commander adds `help`, which says what `--help` says.
  const children = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  return [
    {
      path,
      description: command.description(),
      arguments: command.registeredArguments,
      options: help.visibleOptions(command),
      children: children.map((child) => ({ name: child.name(), description: child.description() })),
    },
    ...children.flatMap((child) => listCommands(child, `${path} ${child.name()}`.trim())),
  ];
}
