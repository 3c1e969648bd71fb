import type { ListedCommand } from './command-tree.ts';
import { optionNames, takesValue } from './option-words.ts';

/** The script that completes in bash, of every command and option. */
export function completeBash(commands: readonly ListedCommand[]): string {
  const named = commands.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  const values = commands.flatMap(
    ({ path, options }) =>
    options
      .filter(takesValue)
      .map((option) => `    ${optionNames(option).map((name) => `'${path} ${name}'`).join(' | ')}) words='${(option.argChoices ?? []).join(' ')}' ;;`), // prettier-ignore
  );
  const words = commands.map(({ path, children, options, arguments: given }) => {
    const all = [
      ...children.map(({ name }) => name),
      ...given.flatMap(({ argChoices }) => argChoices ?? []),
      ...options.flatMap(optionNames),
    ];
    return `        '${path}') words='${all.join(' ')}' ;;`;
  });
  return `# packline completion for bash: source <(packline completion bash)
_packline() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} at='' next words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${at:+$at }\${COMP_WORDS[i]}"
    case "$next" in
      ${named.join(' | ')}) at=$next ;;
    esac
  done
  case "$at $before" in
${values.join('\n')}
    *)
      case "$at" in
${words.join('\n')}
      esac
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o bashdefault -o default -F _packline packline
`;
}
