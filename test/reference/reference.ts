import { listCommands, type ListedCommand } from '../../src/cli/command-tree.ts';
import { defineProgram } from '../../src/cli/main.ts';
import { settings } from '../../src/platform/settings.ts';

const again = 'Written by `node test/reference/print-reference.ts` from the source; a test says when it is not that.';

/** A cell of a table. */
const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');

/** `docs/reference/cli.md`. */
export function toCliReference(): string {
  const commands = listCommands(
    defineProgram(
      () => undefined,
      () => undefined,
    ),
  );
  const leaves = commands.filter(({ children }) => children.length === 0);
  return `# Commands

${again}
What all commands share stands in [the command line](../cli.md).

${leaves.map(describeCommand).join('\n')}`;
}

function describeCommand({ path, description, arguments: given, options }: ListedCommand): string {
  const words = given.map((one) => `${one.required ? '<' : '['}${one.name()}${one.variadic ? '...' : ''}${one.required ? '>' : ']'}`); // prettier-ignore
  const own = options.filter(({ long }) => long !== '--help' && long !== '--json' && long !== '--merchant');
  const shared = options.filter(({ long }) => long === '--json' || long === '--merchant').map(({ flags }) => `\`${flags}\``); // prettier-ignore
  const rows = [
    ...given.flatMap((one) => (one.description === '' ? [] : [[`\`${one.name()}\``, one.description] as const])),
    ...own.map(
      (option) =>
        [`\`${option.flags}\``, `${option.description}${option.mandatory ? '; required' : ''}${choicesOf(option.argChoices)}`] as const, // prettier-ignore
    ),
  ];
  return [
    `## \`packline ${[path, ...words].join(' ')}\``,
    '',
    `${description.charAt(0).toUpperCase()}${description.slice(1)}.${shared.length === 0 ? '' : ` Takes ${shared.join(' and ')}.`}`,
    '',
    ...(rows.length === 0
      ? []
      : ['| | |', '|---|---|', ...rows.map(([what, about]) => `| ${cell(what)} | ${cell(about)} |`), '']),
  ].join('\n');
}

const choicesOf = (choices: readonly string[] | undefined): string =>
  choices === undefined ? '' : `: ${choices.join(', ')}`;

/** `docs/reference/settings.md`. */
export function toSettingsReference(): string {
  const rows = settings.map(
    ({ env, about, fallback, secret }) =>
      `| \`${env}\` | ${fallback === undefined || fallback === '' ? '' : `\`${fallback}\``} | ${cell(about)}${secret === true ? ' Secret: shown by no command, and in no log.' : ''} |`,
  );
  return `# Settings

${again}

Environment variables. A file \`.env\` in the working directory adds what is not set; each may come as a file, too
(\`NAME_FILE=/run/secrets/name\`). \`packline doctor\` shows what is in force, and what does not fit together.

| setting | default | what it does |
|---|---|---|
${rows.join('\n')}
`;
}

/** Every page that is written from the source, and its path from the root. */
export const pages = {
  'docs/reference/cli.md': toCliReference,
  'docs/reference/settings.md': toSettingsReference,
};
