import { Option, type Command } from 'commander';
import { loadConfig } from '../platform/config.ts';
import { roles } from '../store/users.ts';
import { callJson } from './demo-api.ts';
import { findApi } from './find-api.ts';
import { Failure } from '../domain/failure.ts';

interface Shown {
  id: string;
  name: string;
  role: string;
  state: string;
  inviteUrl?: string;
}

/** `packline users …`: over HTTP, with the operator's key. */
export function addUserCommands(program: Command): void {
  const users = program.command('users').description('who may use the console');
  const withJson = (command: Command): Command => command.option('--json', 'as JSON', false);
  const print = (shown: unknown, json: boolean, words: string): void =>
    void process.stdout.write(`${json ? JSON.stringify(shown, null, 2) : words}\n`);
  const describe = ({ name, role, state, inviteUrl }: Shown): string =>
    [`${name}  ${role}  ${state}`, ...(inviteUrl === undefined ? [] : [`  set a password, once, within 3 days: ${inviteUrl}`])].join('\n'); // prettier-ignore

  withJson(users.command('add'))
    .description('invite somebody, and print the link by which they set a password')
    .argument('<name>', 'what is typed at login')
    .addOption(new Option('--role <role>', 'what they may do').choices(roles).default('viewer'))
    .action(async (name: string, { role, json }: { role: string; json: boolean }) => {
      const made = await ask<Shown>('', { method: 'POST', body: { name, role } });
      print(made, json, describe(made));
    });

  withJson(users.command('list'))
    .description('everybody who may use it')
    .action(async ({ json }: { json: boolean }) => {
      const { data } = await ask<{ data: Shown[] }>('');
      print(
        data,
        json,
        data.length === 0 ? 'nobody yet: packline users add NAME --role admin' : data.map(describe).join('\n'),
      );
    });

  withJson(users.command('reset'))
    .description('end a user’s password and sessions, and print a link for a new one')
    .argument('<name>')
    .action(async (name: string, { json }: { json: boolean }) => {
      const reset = await ask<Shown>(`/${await idOf(name)}/reset`, { method: 'POST', body: {} });
      print(reset, json, describe(reset));
    });

  withJson(users.command('remove'))
    .description('remove a user, and end all sessions')
    .argument('<name>')
    .action(async (name: string, { json }: { json: boolean }) => {
      const id = await idOf(name);
      await ask(`/${id}`, { method: 'DELETE' });
      print({ id, removed: true }, json, `${name} was removed`);
    });
}

async function ask<T>(path: string, request: { method?: string; body?: unknown } = {}): Promise<T> {
  const { baseUrl, adminKey: key } = await findApi(loadConfig());
  return callJson<T>(`${baseUrl}/v1/users${path}`, { ...request, key });
}

async function idOf(name: string): Promise<string> {
  const { data } = await ask<{ data: Shown[] }>('');
  const user = data.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (user === undefined)
    throw new Failure('rejected', 'user.not_found', `nobody is called ${name}: see packline users list`);
  return user.id;
}
