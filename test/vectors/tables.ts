import { egress, signatures } from './vectors.ts';

/** One vector, or one thing that a server does, as a line of a table. */
interface Line {
  id: string;
  what: string;
  wanted: { verdict: string; code?: string | undefined; url?: string | undefined };
  /** What else a reader wants to see of it. */
  more?: string;
}

const code = (text: string): string => {
  if (text === '') return '(empty)';
  // Control characters as JSON writes them: a table's line is one line, and what is invisible should not be.
  const shown = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll('\\\\', '\\');
  const visible = shown.replaceAll(/[\u007f\u00ad]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
  return `\`${visible.replaceAll('|', '\\|')}\``;
};

const urlMax = 90;
const short = (text: string): string => (text.length <= urlMax ? text : `${text.slice(0, urlMax)}…`);

function toText({ verdict, code: failure, url }: Line['wanted']): string {
  const said = failure ?? url;
  return said === undefined ? verdict : `${verdict}: ${code(said)}`;
}

function table(title: string, lines: readonly Line[], more?: string): string {
  const head = ['id', 'what', ...(more === undefined ? [] : [more]), 'wanted'];
  const rows = lines.map(({ id, what, wanted, more: extra }) => [
    id,
    what,
    ...(more === undefined ? [] : [extra ?? '']),
    toText(wanted),
  ]);
  const print = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [`### ${title}`, '', print(head), print(head.map(() => '---')), ...rows.map(print)].join('\n');
}

/** The part of docs/vectors/README.md that is made of the JSON files beside it. */
export function printTables(): string {
  return [
    table(
      'URLs, when they are written',
      egress.urls.map(({ input, ...row }) => ({
        ...row,
        more: code(short(input.url)) + (input.paddedTo === undefined ? '' : `, padded to ${input.paddedTo}`),
      })),
      'URL',
    ),
    table(
      'Names, when they are dialled',
      egress.dials.map(({ input: { resolver }, ...row }) => ({
        ...row,
        more: 'error' in resolver ? code(resolver.error) : resolver.answers.map(code).join(', ') || 'nothing',
      })),
      'the resolver says',
    ),
    table(
      'Servers',
      egress.servers.map((row) => ({ ...row, more: `[${row.shownBy}](../../${row.shownBy})` })),
      'shown by',
    ),
    table('Standard Webhooks signatures', signatures.standardWebhooks),
    table('Standard Webhooks signatures, Ed25519', signatures.standardWebhooksEd25519),
    table('Signing secrets', signatures.secrets),
    table('Hooks of Nash', signatures.nash),
    table('Hooks of VTEX’s OMS', signatures.vtex),
    table('Hooks of VTEX Pick and Pack', signatures.vtexPickAndPack),
  ].join('\n\n');
}
