import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { Failure } from '../domain/failure.ts';
import { settings, SettingsSchema } from './settings.ts';

/** Everything that can be set, read once at start. See `settings.ts` for what each field means. */
export type Config = Readonly<Omit<z.output<typeof SettingsSchema>, 'baseUrl'> & { baseUrl: string }>;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The configuration, from environment variables; each may also come as a file whose path is in `NAME_FILE` (Docker and
 * Kubernetes secrets). An empty value counts as not set. Throws `config.invalid` with every problem in one message.
 */
export function loadConfig(env: Environment = processEnvironment()): Config {
  const problems: string[] = [];
  const given = new Map<string, string>();
  for (const setting of settings) {
    const value = readSetting(setting.env, env, problems) ?? setting.fallback;
    if (value !== undefined) given.set(setting.field, value);
  }
  const parsed = SettingsSchema.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const setting = settings.find(({ field }) => field === issue.path[0]);
      problems.push(`${setting?.env ?? issue.path.join('.')}: ${issue.message}`);
    }
  }
  if (!parsed.success || problems.length > 0) {
    throw new Failure('misconfigured', 'config.invalid', ['the configuration is not valid', ...problems].join('\n  '));
  }
  const { data } = parsed;
  return { ...data, baseUrl: (data.baseUrl ?? toCallableUrl(data.host, data.port)).replace(/\/+$/, '') };
}

/** The value of a setting that this process cannot do without; throws `config.invalid` when it is not set. */
export function requireSetting<K extends keyof Config>(config: Config, field: K): NonNullable<Config[K]> {
  const value = config[field];
  if (value !== undefined && value !== null) return value;
  const setting = settings.find((candidate) => candidate.field === field);
  throw new Failure(
    'misconfigured',
    'config.invalid',
    `${setting?.env ?? field} is not set. ${setting?.about ?? ''}`.trim(),
  );
}

/** The configuration for people and logs, by variable name; of secrets only whether they are there. */
export function summarizeConfig(config: Config): Record<string, string> {
  const values = new Map<string, unknown>(Object.entries(config));
  return Object.fromEntries(
    settings.map(({ field, env, secret }) => {
      const shown = show(values.get(field));
      return [env, shown === '' ? 'not set' : secret === true ? 'configured' : shown];
    }),
  );
}

function show(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(show).join(',');
  return value === undefined ? '' : 'set';
}

/** The environment of a child process: ours, with some settings replaced in whichever form they were given. */
export function childEnvironment(
  replaced: Readonly<Record<string, string>>,
  env: Environment = processEnvironment(),
): Record<string, string> {
  const child: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const isReplaced = name.replace(/_FILE$/, '') in replaced || `${name}_FILE` in replaced;
    if (value !== undefined && !isReplaced) child[name] = value;
  }
  return { ...child, ...replaced };
}

/** Where downloads that can be had again are kept, as the XDG base directory specification says. */
export function cacheHome(env: Environment = processEnvironment()): string {
  const base = env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'packline');
}

/** Ours, with what a file `.env` in the working directory adds; what was set before wins over the file. */
function processEnvironment(): Environment {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

function readSetting(name: string, env: Environment, problems: string[]): string | undefined {
  const direct = env[name] === '' ? undefined : env[name];
  const path = env[`${name}_FILE`];
  if (path === undefined || path === '') return direct;
  if (direct !== undefined) problems.push(`${name}: is set twice, directly and as ${name}_FILE`);
  try {
    return readFileSync(path, 'utf8').trimEnd() || undefined;
  } catch (thrown) {
    problems.push(`${name}_FILE: cannot read ${path} (${thrown instanceof Error ? thrown.message : String(thrown)})`);
    return direct;
  }
}

/** The URL of a listener on `host`. A wildcard address cannot be called: the loopback of this machine stands for it. */
export function toCallableUrl(host: string, port: number): string {
  const callable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${callable.includes(':') ? `[${callable}]` : callable}:${port}`;
}
