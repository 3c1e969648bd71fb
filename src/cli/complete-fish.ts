import type { ListedCommand } from './command-tree.ts';
import { takesValue } from './option-words.ts';

/** The script that completes in fish, of every command and option, with what each does. */
export function completeFish(commands: readonly ListedCommand[]): string {
  const named = commands.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  const lines = commands.flatMap(({ path, children, options, arguments: given }) => {
    const here = `complete -c packline -n '__packline_at "${path}"'`;
    return [
      ...children.map(({ name, description }) => `${here} -f -a ${name} -d ${quote(description)}`),
      ...given.flatMap(({ argChoices, description }) =>
        argChoices === undefined ? [] : [`${here} -f -a '${argChoices.join(' ')}' -d ${quote(description)}`],
      ),
      ...options.map((option) => {
        const { long, short, argChoices, description } = option;
        const names = [
          ...(long == null ? [] : [`-l ${long.slice(2)}`]),
          ...(short == null ? [] : [`-s ${short.slice(1)}`]),
        ];
        const value = !takesValue(option) ? '' : argChoices === undefined ? ' -r' : ` -x -a '${argChoices.join(' ')}'`;
        return `${here} ${names.join(' ')}${value} -d ${quote(description)}`;
      }),
    ];
  });
  return `# packline completion for fish: packline completion fish | source
function __packline_at
    set -l at ''
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$at $word")
        if contains -- "$next" ${named.join(' ')}
            set at $next
        end
    end
    test "$at" = "$argv[1]"
end
${lines.join('\n')}
`;
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
