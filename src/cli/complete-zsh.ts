import type { ListedCommand } from './command-tree.ts';
import { optionNames, takesValue } from './option-words.ts';

/** The script that completes in zsh, of every command and option, with what each does. */
export function completeZsh(commands: readonly ListedCommand[]): string {
  const named = commands.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  const values = commands.flatMap(({ path, options }) =>
    options.filter(takesValue).map((option) => {
      const names = optionNames(option).map((name) => `'${path} ${name}'`);
      const offer = option.argChoices === undefined ? '_files' : `compadd -- ${option.argChoices.map(quote).join(' ')}`;
      return `    ${names.join(' | ')}) ${offer}; return ;;`;
    }),
  );
  const words = commands.map(({ path, children, options, arguments: given }) => {
    const all = [
      ...children.map(({ name, description }) => quote(`${name}:${description}`)),
      ...given.flatMap(({ argChoices, description }) =>
        (argChoices ?? []).map((one) => quote(`${one}:${description}`)),
      ),
      ...options.flatMap((option) => optionNames(option).map((name) => quote(`${name}:${option.description}`))),
    ];
    return `    '${path}') offered=(${all.join(' ')}) ;;`;
  });
  return `#compdef packline
# packline completion for zsh: source <(packline completion zsh)
_packline() {
  local at='' next i
  local -a offered
  for ((i = 2; i < CURRENT; i++)); do
    next="\${at:+$at }\${words[i]}"
    case "$next" in
      ${named.join(' | ')}) at=$next ;;
    esac
  done
  case "$at \${words[CURRENT - 1]}" in
${values.join('\n')}
  esac
  case "$at" in
${words.join('\n')}
  esac
  _describe packline offered || _files
}
if [ "\${funcstack[1]}" = _packline ]; then _packline "$@"; else compdef _packline packline; fi
`;
}

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
