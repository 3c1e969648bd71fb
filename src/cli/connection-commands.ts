import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import type { Command } from 'commander';
import { asMerchant, callAsMerchant, pathOf, print, type MerchantOptions } from './as-merchant.ts';
import { collect, toJson } from './option-values.ts';
import { describeHealth, type HealthView } from './show-health.ts';

interface ConnectionView {
  id: string;
  connector: string;
  kind: string;
  name: string;
  paused: boolean;
  webhookUrl: string | null;
}
export interface TestedView {
  ok: boolean;
  account?: string;
  code?: string;
  detail?: string;
  source?: string;
}
interface AddOptions extends MerchantOptions {
  name: string;
  settings?: string;
  set: string[];
  route?: unknown;
}

const acts = {
  pause: 'hold back all calls to the partner; its webhooks are still taken',
  resume: 'go on calling the partner',
  'register-webhooks': 'make the partner’s hook, or its queue of events, for this connection',
};
const describe = ({ id, connector, kind, name, paused }: ConnectionView): string =>
  `${id}  ${kind}  ${connector}  ${name}${paused ? '  paused' : ''}`;
const sayTested = (id: string, { ok, account, source, code, detail }: TestedView): string =>
  ok
    ? `${id}  ok: ${account ?? ''}`
    : `${id}  failed, for ${source ?? 'packline'} to mend: ${code ?? ''}: ${detail ?? ''}`;

/** `packline connections …` and `connectors list`: over HTTP, as a merchant. */
export function addConnectionCommands(program: Command, endWith: (exitCode: number) => void): void {
  const list = (options: MerchantOptions) => callAsMerchant<{ data: ConnectionView[] }>(options, '/connections');

  asMerchant(program.command('connectors').description('what can be connected').command('list'))
    .description('all of them; with --json, the settings of each as JSON Schema')
    .action(async (options: MerchantOptions) => {
      const { data } = await callAsMerchant<{ data: { id: string; kind: string; title: string }[] }>(
        options,
        '/connectors',
      );
      print(
        data,
        options,
        data.map(({ id, kind, title }) => `${id}  ${kind}  ${title}`),
      );
    });

  const connections = program.command('connections').description('a merchant’s accounts at other systems');
  asMerchant(connections.command('list'))
    .description('all of them, in the order in which routing asks them')
    .action(async (options: MerchantOptions) => {
      const { data } = await list(options);
      print(
        data,
        options,
        data.length === 0 ? ['none yet: packline connectors list says what there is'] : data.map(describe),
      );
    });
  asMerchant(connections.command('add'))
    .description('connect an account')
    .argument('<connector>', 'its id, see packline connectors list')
    .requiredOption('--name <name>', 'what people call it; of a carrier, the carrier’s name')
    .option('--settings <file>', 'its settings, a JSON object; - is standard input')
    .option(
      '--set <name=value>',
      'one setting, over the file; may be given again; shells remember what is written here',
      collect,
      [],
    )
    .option('--route <json>', 'for fulfilment: which orders it takes, a list of rules', toJson)
    .action(async (connector: string, options: AddOptions, command: Command) => {
      const settings = await readSettings(options, command);
      const { name, route: routing } = options;
      const body = { connector, name, settings, ...(routing !== undefined && { routing }) };
      const made = await callAsMerchant<ConnectionView>(options, '/connections', { method: 'POST', body });
      print(made, options, [
        describe(made),
        ...(made.webhookUrl === null ? [] : [`its webhooks go to ${made.webhookUrl}`]),
      ]);
    });
  asMerchant(connections.command('test'))
    .description('check credentials now')
    .argument('[ids...]', 'all connections when not given')
    .action(async (given: string[], options: MerchantOptions) => {
      const ids = given.length > 0 ? given : (await list(options)).data.map(({ id }) => id);
      const tested: ({ id: string } & TestedView)[] = [];
      for (const id of ids) {
        const path = pathOf('connections', id, 'test');
        tested.push({ id, ...(await callAsMerchant<TestedView>(options, path, { method: 'POST' })) });
      }
      print(
        tested,
        options,
        tested.map((one) => sayTested(one.id, one)),
      );
      const failed = tested.filter(({ ok }) => !ok).length;
      if (failed > 0) endWith(failed === tested.length ? 1 : 3);
    });
  asMerchant(connections.command('health'))
    .description('how a connection is doing: credentials, errors, its limits and what waits for them')
    .argument('<id>')
    .action(async (id: string, options: MerchantOptions) => {
      const health = await callAsMerchant<HealthView>(options, pathOf('connections', id, 'health'));
      print(health, options, describeHealth(health));
      if (health.state === 'unhealthy') endWith(1);
    });
  for (const [act, description] of Object.entries(acts)) {
    asMerchant(connections.command(act))
      .description(description)
      .argument('<id>')
      .action(async (id: string, options: MerchantOptions) => {
        const changed = await callAsMerchant<ConnectionView>(options, pathOf('connections', id, act), {
          method: 'POST',
        });
        print(changed, options, [act === 'register-webhooks' ? `${id}  registered` : describe(changed)]);
      });
  }
}

async function readSettings({ settings: path, set }: AddOptions, command: Command): Promise<Record<string, unknown>> {
  const text = path === undefined ? '{}' : path === '-' ? await textOf(process.stdin) : await readFile(path, 'utf8');
  const settings: Record<string, unknown> = { ...asObject(text, command) };
  for (const given of set) {
    const at = given.indexOf('=');
    if (at < 1) command.error('error: write --set as name=value');
    settings[given.slice(0, at)] = parseOrText(given.slice(at + 1));
  }
  return settings;
}

/** Its words are not repeated: it holds secrets. */
function asObject(text: string, command: Command): object {
  const value = parseOrText(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  return command.error('error: the settings are no JSON object');
}

/** `20` and `true` are what they look like; what is no JSON is text. */
function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
