import { InvalidArgumentError, Option, type Command } from 'commander';
import { loadConfig } from '../platform/config.ts';
import { apiKeyScopes } from '../store/merchants.ts';
import { pathOf, print, withJson } from './as-merchant.ts';
import { callJson } from './demo-api.ts';
import { findApi } from './find-api.ts';

interface MerchantView {
  id: string;
  name: string;
  createdAt: string;
}
interface KeyOptions {
  scope: string[];
  carrier?: string;
  name: string;
  json: boolean;
}

/** `packline merchants …`: over HTTP, with the operator's key. */
export function addMerchantCommands(program: Command): void {
  const merchants = program.command('merchants').description('the tenants, and their API keys');
  const describe = ({ id, name, createdAt }: MerchantView): string => `${id}  ${name}  since ${createdAt}`;

  withJson(merchants.command('list'))
    .description('all of them')
    .action(async (options: { json: boolean }) => {
      const { data } = await ask<{ data: MerchantView[] }>('/merchants');
      print(data, options, data.length === 0 ? ['none yet: packline merchants add NAME'] : data.map(describe));
    });
  withJson(merchants.command('add'))
    .description('make a merchant')
    .argument('<name>')
    .action(async (name: string, options: { json: boolean }) => {
      const made = await ask<MerchantView>('/merchants', { name });
      print(made, options, [describe(made)]);
    });
  withJson(merchants.command('add-key'))
    .description('make an API key of a merchant; it is shown this once')
    .argument('<merchant>', 'its id')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(
      new Option('--scope <scope>', `what it may do, one of ${apiKeyScopes.join(', ')}; may be given again`)
        .choices(apiKeyScopes)
        .argParser(toScopes)
        .default([]),
    )
    .option('--carrier <carrier>', 'the one carrier that it speaks for')
    .action(async (merchant: string, options: KeyOptions, command: Command) => {
      const { scope: scopes, carrier, name } = options;
      if (scopes.length === 0) command.error('error: name what it may do with --scope');
      const body = { name, scopes, ...(carrier !== undefined && { carrier }) };
      const made = await ask<{ id: string; key: string }>(pathOf('merchants', merchant, 'api-keys'), body);
      print(made, options, [made.key]);
    });
}

/** `choices` alone would keep only the last of them. */
function toScopes(scope: string, before: readonly string[]): string[] {
  if (apiKeyScopes.some((known) => known === scope)) return [...before, scope];
  throw new InvalidArgumentError(`It is one of ${apiKeyScopes.join(', ')}.`);
}

async function ask<T>(path: string, body?: unknown): Promise<T> {
  const { baseUrl, adminKey: key } = await findApi(loadConfig());
  return callJson<T>(`${baseUrl}/v1${path}`, { key, ...(body !== undefined && { method: 'POST', body }) });
}
