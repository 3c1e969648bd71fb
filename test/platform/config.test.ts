import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cacheHome, childEnvironment, loadConfig, requireSetting, summarizeConfig } from '../../src/platform/config.ts';
import { loadOrCreateSecretKey, secretKeyPath } from '../../src/platform/secret-key.ts';
import { settings, toEnvExample } from '../../src/platform/settings.ts';

const folder = await mkdtemp(join(tmpdir(), 'packline-config-'));
afterAll(() => rm(folder, { recursive: true }));

const idOf = (byte: number) =>
  loadConfig({ PACKLINE_SECRET_KEY: Buffer.alloc(32, byte).toString('base64') }).secretKey?.id;
const keyText = Buffer.alloc(32, 7).toString('base64');

describe('loading', () => {
  test('an empty environment gives the documented defaults', () => {
    expect(loadConfig({})).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      baseUrl: 'http://127.0.0.1:8080',
      home: '.packline',
      shards: 1,
      egressAllow: [],
      previousSecretKeys: [],
      sandbox: false,
      bodyBytesMax: 1_048_576,
      graceMs: 10_000,
    });
  });

  test('an empty value counts as not set', () => {
    expect(loadConfig({ PORT: '', REDIS_URL: '' })).toEqual(loadConfig({}));
  });

  test('every problem is listed in one failure, by the name of its variable', () => {
    const env = {
      PORT: '80800',
      PACKLINE_SHARDS: '1.5',
      PACKLINE_SANDBOX: 'maybe',
      PACKLINE_SECRET_KEY: 'c2hvcnQ=',
      PACKLINE_EGRESS_ALLOW: '10.0.0.0/8, not a rule',
      PACKLINE_LOG_LEVEL_FILE: join(folder, 'absent'),
      REDIS_URL: 'http://localhost',
    };
    expect(() => loadConfig(env)).toThrow(
      expect.objectContaining({
        kind: 'misconfigured',
        code: 'config.invalid',
        message: expect.stringMatching(
          /PACKLINE_LOG_LEVEL_FILE: cannot read[^]*PORT: must be at most 65535[^]*REDIS_URL: must be redis:[^]*PACKLINE_SHARDS: must be a whole number[^]*PACKLINE_SECRET_KEY: must be 32 bytes[^]*PACKLINE_EGRESS_ALLOW: "not a rule" is neither[^]*PACKLINE_SANDBOX: must be true or false/,
        ),
      }),
    );
  });

  test('a failure never repeats the value of a secret', () => {
    const secret = 'tooShortToBeAKey';
    const env = { PACKLINE_SECRET_KEY: secret, PACKLINE_ADMIN_KEY: secret, REDIS_URL: `nope://user:${secret}@host` };
    expect(() => loadConfig(env)).toThrow(expect.not.objectContaining({ message: expect.stringContaining(secret) }));
  });

  test('a setting may come as a file, whose last line break does not belong to it', async () => {
    const path = join(folder, 'port');
    await writeFile(path, '9000\n');
    expect(loadConfig({ PORT_FILE: path }).port).toBe(9000);
  });

  test('a setting that comes twice is refused', async () => {
    const path = join(folder, 'twice');
    await writeFile(path, '9000');
    expect(() => loadConfig({ PORT: '9000', PORT_FILE: path })).toThrow(/PORT: is set twice/);
  });

  test.each([
    ['0.0.0.0', 'http://127.0.0.1:8080'],
    ['::', 'http://[::1]:8080'],
    ['packline.internal', 'http://packline.internal:8080'],
  ])('HOST %s gives the base URL %s', (HOST, baseUrl) => {
    expect(loadConfig({ HOST }).baseUrl).toBe(baseUrl);
  });

  test('a base URL loses its trailing slash, so that paths can be appended', () => {
    expect(loadConfig({ PACKLINE_BASE_URL: 'https://hooks.example/packline/' }).baseUrl).toBe(
      'https://hooks.example/packline',
    );
  });
});

describe('master keys', () => {
  test('a key keeps the id before the colon', () => {
    expect(loadConfig({ PACKLINE_SECRET_KEY: `k2026:${keyText}` }).secretKey).toEqual({
      id: 'k2026',
      key: Buffer.alloc(32, 7),
    });
  });

  test('a key without an id is always called the same, and no two keys are called alike', () => {
    expect(idOf(1)).toMatch(/^[\da-f]{8}$/);
    expect(idOf(1)).toBe(idOf(1));
    expect(idOf(1)).not.toBe(idOf(2));
  });

  test('earlier keys are a comma-separated list', () => {
    const { previousSecretKeys } = loadConfig({ PACKLINE_SECRET_KEYS_PREVIOUS: `a:${keyText}, b:${keyText}` });
    expect(previousSecretKeys.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test('the sandbox makes its key once, for its owner only, also when several processes start at once', async () => {
    const home = join(folder, 'sandbox-home');
    const config = loadConfig({ PACKLINE_SANDBOX: 'true', PACKLINE_HOME: home });
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateSecretKey(config)));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    expect((await loadOrCreateSecretKey(config)).id).toBe(keys[0]?.id);
    expect((await stat(secretKeyPath(home))).mode & 0o777).toBe(0o600);
  });

  test('outside the sandbox no key is made', async () => {
    await expect(loadOrCreateSecretKey(loadConfig({ PACKLINE_HOME: folder }))).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('PACKLINE_SECRET_KEY is not set'),
    });
  });
});

describe('Redis URLs', () => {
  test.each([
    'redis://localhost',
    'redis://:p%40ss@127.0.0.1:6380/3',
    'rediss://user:secret@cache.example:6379',
    'redis://[::1]:6379',
    'redis+sentinel://s1:26379,s2:26379/main',
    'redis+sentinel://user:secret@s1,s2/main/2?sentinelPassword=other',
    'rediss+cluster://n1:7000,n2:7001',
  ])('%s is accepted', (REDIS_URL) => {
    expect(loadConfig({ REDIS_URL }).redisUrl).toBe(REDIS_URL);
  });

  test.each([
    'localhost:6379',
    'redis://',
    'redis://a:1,b:2',
    'redis://host/x',
    'redis://:%@host',
    'redis+sentinel://s1:26379',
    'redis+cluster://n1:7000/1',
  ])('%s is refused', (REDIS_URL) => {
    expect(() => loadConfig({ REDIS_URL })).toThrow(/REDIS_URL: must be/);
  });
});

describe('around the configuration', () => {
  test('a setting that is needed and missing is named, with what it is for', () => {
    expect(() => requireSetting(loadConfig({}), 'redisUrl')).toThrow(/REDIS_URL is not set\. redis:\/\//);
  });

  test('the summary shows secrets only as configured', () => {
    const secret = 'a-secret-of-more-than-thirty-two-characters';
    const summary = summarizeConfig(
      loadConfig({
        PACKLINE_ADMIN_KEY: secret,
        PACKLINE_SECRET_KEY: keyText,
        REDIS_URL: `redis://:${secret}@localhost`,
        PACKLINE_EGRESS_ALLOW: '10.0.0.0/8,wms.internal:8443',
      }),
    );
    expect(summary).toMatchObject({
      PORT: '8080',
      PACKLINE_ADMIN_KEY: 'configured',
      PACKLINE_SECRET_KEY: 'configured',
      PACKLINE_SECRET_KEYS_PREVIOUS: 'not set',
      REDIS_URL: 'configured',
      PACKLINE_EGRESS_ALLOW: '10.0.0.0/8,wms.internal:8443',
    });
    expect(JSON.stringify(summary)).not.toContain(secret);
    expect(JSON.stringify(summary)).not.toContain(keyText);
  });

  test('a child gets our environment with what is replaced, in whichever form it was given', () => {
    const env = { PATH: '/bin', PORT_FILE: '/run/port', PACKLINE_SECRET_KEY: 'x', HOME: undefined };
    expect(childEnvironment({ PORT: '1', PACKLINE_SECRET_KEY_FILE: '/k' }, env)).toEqual({
      PATH: '/bin',
      PORT: '1',
      PACKLINE_SECRET_KEY_FILE: '/k',
    });
  });

  test('the cache folder follows XDG', () => {
    expect(cacheHome({ XDG_CACHE_HOME: '/var/cache/me' })).toBe('/var/cache/me/packline');
    expect(cacheHome({})).toMatch(/\/\.cache\/packline$/);
  });

  test('.env.example names exactly the settings, with their defaults', async () => {
    const example = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');
    expect(example).toBe(toEnvExample());
    const names = [...example.matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(names).toEqual(settings.map(({ env }) => env));
    expect(new Set(names).size).toBe(names.length);
  });
});
