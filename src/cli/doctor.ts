import { existsSync } from 'node:fs';
import { access, constants, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { styleText } from 'node:util';
import { generationPath, highWaterPath } from '../compose.ts';
import { loadConfig, summarizeConfig, toCallableUrl, type Config, type Environment } from '../platform/config.ts';
import { assertPortFree } from '../platform/free-port.ts';
import { createLog } from '../platform/log.ts';
import { inspectDurability } from '../platform/redis-durability.ts';
import { lookAtServers } from '../platform/redis-servers.ts';
import { closeRedis, createRedis, untilRedisReady, type RedisClient } from '../platform/redis.ts';
import { generationHolds } from '../store/generation.ts';
import { createHighWater } from '../store/high-water.ts';
import { createKeys } from '../store/keys.ts';
import { checkApi } from './check-api.ts';
import { checkClock } from './check-clock.ts';
import { checkDisk } from './check-disk.ts';
import { checkSealed, checkSecretKey, hasSandboxKey } from './check-keys.ts';
import { checkSettings } from './check-settings.ts';
import type { Check } from './check.ts';
import { describeError } from './describe-error.ts';

export interface Diagnosis {
  /** No check is wrong. */
  ok: boolean;
  checks: Check[];
  /** The settings in force, secrets only as "configured"; empty when they cannot be read. */
  settings: Record<string, string>;
}

const wantedNodeMajor = 24;

/** Looks at this installation without changing it. */
export async function diagnose(env?: Environment): Promise<Diagnosis> {
  const node = checkNode();
  let config: Config;
  try {
    const set = loadConfig(env);
    // Beside a sandbox that `packline up` started nothing has to be set.
    config = { ...set, sandbox: set.sandbox || (set.secretKey === undefined && hasSandboxKey(set.home)) };
  } catch (thrown) {
    const checks: Check[] = [node, { name: 'settings', status: 'wrong', message: describeError(thrown) }];
    return { ok: false, checks, settings: {} };
  }
  const checks = [
    node,
    { name: 'settings', status: 'ok', message: 'valid' } satisfies Check,
    ...checkSettings(config),
    await checkHome(config),
    await checkDisk(config),
    checkSecretKey(config),
    ...(await checkRedis(config)),
    await checkPort('PORT', config.host, config.port),
    ...(await checkApi(config)),
    ...(config.sandbox ? [await checkPort('PACKLINE_SANDBOX_PORT', '127.0.0.1', config.sandboxPort)] : []),
  ];
  return { ok: checks.every(({ status }) => status !== 'wrong'), checks, settings: summarizeConfig(config) };
}

/** One line for each check, what to do below it; or all of it as JSON. */
export function printDiagnosis(diagnosis: Diagnosis, { json }: { json: boolean }): void {
  const { stdout } = process;
  if (json) {
    stdout.write(`${JSON.stringify(diagnosis, null, 2)}\n`);
    return;
  }
  const marks = { ok: ['green', 'ok    '], advice: ['yellow', 'advice'], wrong: ['red', 'wrong '] } as const;
  for (const { name, status, message, fix } of diagnosis.checks) {
    const [color, mark] = marks[status];
    stdout.write(`${styleText(color, mark, { stream: stdout })}  ${name}: ${message}\n`);
    if (fix !== undefined) stdout.write(`        ${fix}\n`);
  }
  stdout.write('\n');
  for (const [name, value] of Object.entries(diagnosis.settings)) stdout.write(`${name}=${value}\n`);
}

function checkNode(): Check {
  const { node } = process.versions;
  if (Number(node.split('.')[0]) >= wantedNodeMajor) return { name: 'node', status: 'ok', message: node };
  return {
    name: 'node',
    status: 'wrong',
    message: `${node} is too old`,
    fix: `install Node ${wantedNodeMajor} or newer`,
  };
}

async function checkHome({ home }: Config): Promise<Check> {
  const path = resolve(home);
  let existing = path;
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    // The slash refuses a file in the place of a folder.
    await access(`${existing}/`, constants.W_OK);
    return { name: 'home', status: 'ok', message: `${path} can be written` };
  } catch {
    const fix = 'make it writable for this user, or set PACKLINE_HOME to a folder that is';
    return { name: 'home', status: 'wrong', message: `${path} cannot be written`, fix };
  }
}

async function checkRedis(config: Config): Promise<Check[]> {
  const { redisUrl, redisTrusted, allowLossyRedis } = config;
  const name = 'redis';
  if (redisUrl === undefined) {
    return [
      { name, status: 'ok', message: 'REDIS_URL is not set: `packline up` starts its own; api and worker need it' },
    ];
  }
  const redis = createRedis(redisUrl, 'producer', createLog({ level: 'silent', name: 'doctor' }));
  try {
    await untilRedisReady(redis, 3_000);
    const findings = await inspectDurability(redis);
    const { versions, clocks } = await lookAtRedis(redis);
    const data = [...clocks, ...(await checkData(redis, config)), ...(await checkSealed(redis, config))];
    if (findings.length === 0) {
      return [{ name, status: 'ok', message: `${versions} answers, and keeps what it acknowledged` }, ...data];
    }
    const durability = findings.map(({ risk, node, problem, fix }): Check => {
      const isAccepted = allowLossyRedis ? risk !== 'unsupported' : redisTrusted && risk === 'unknown';
      return {
        name: node === undefined ? name : `${name} ${node}`,
        status: risk === 'advice' || isAccepted ? 'advice' : 'wrong',
        message: problem,
        fix,
      };
    });
    return [...durability, ...data];
  } catch (thrown) {
    const fix = 'start it, or correct REDIS_URL (host, port, user and password)';
    return [{ name, status: 'wrong', message: `cannot be used: ${describeError(thrown)}`, fix }];
  } finally {
    await closeRedis(redis, 500);
  }
}

/** Which version each server is, and what its clock says; a replica that does not answer is told of elsewhere. */
async function lookAtRedis(redis: RedisClient): Promise<{ versions: string; clocks: Check[] }> {
  const seen = await lookAtServers(redis, async ({ client, node, isReplica }) => {
    try {
      const info = await client.info('server');
      const [, valkey] = /^valkey_version:(\S+)/m.exec(info) ?? [];
      const version =
        valkey === undefined ? `Redis ${/^redis_version:(\S+)/m.exec(info)?.[1] ?? ''}` : `Valkey ${valkey}`;
      const askedMs = Date.now();
      const [seconds, micros] = await client.time();
      const theirMs = Number(seconds) * 1_000 + Number(micros) / 1_000;
      const whose = node === undefined ? 'redis' : `redis ${node}`;
      return [{ version, clock: checkClock(whose, { theirMs, askedMs, gotMs: Date.now() }) }];
    } catch (thrown) {
      if (isReplica) return [];
      throw thrown;
    }
  });
  const versions = [...new Set(seen.flat().map(({ version }) => version))].join(', ');
  return { versions, clocks: seen.flat().map(({ clock }) => clock) };
}

/** Whether it holds what it held when Packline last ran here; nothing to say where it never did. */
async function checkData(redis: RedisClient, { home, shards: count, failoverSeconds }: Config): Promise<Check[]> {
  const name = 'redis data';
  const generation = await readFile(generationPath(home), 'utf8').catch(() => '');
  if (generation === '') return [];
  if (!(await generationHolds(redis, generation.trim()))) {
    const fix = 'restore its backup, or start once with --accept-empty';
    return [{ name, status: 'wrong', message: 'empty, or another Redis than the one Packline last ran on', fix }];
  }
  const shards = Array.from({ length: count }, (_, shard) => createKeys(shard));
  const path = highWaterPath(home);
  const { gap, isFailover } = await createHighWater(
    { redis },
    { shards, generation: generation.trim(), path, failoverMaxMs: failoverSeconds * 1_000 },
  ).look();
  if (gap === null) return [{ name, status: 'ok', message: 'as Packline last left it' }];
  const message = `older than what Packline last saw: nothing is known after ${gap.from ?? 'an unknown time'}, seen at ${gap.to}`;
  if (isFailover) return [{ name, status: 'advice', message }];
  const fix = 'if it was restored from a backup on purpose, start once with --accept-restored';
  return [{ name, status: 'wrong', message, fix }];
}

/** A busy machine takes its time; a port that nobody answers on costs this once. */
const answerMs = 5_000;

async function checkPort(setting: string, host: string, port: number): Promise<Check> {
  const name = `port ${port}`;
  try {
    await assertPortFree(setting, host, port);
    return { name, status: 'ok', message: 'free' };
  } catch (thrown) {
    if (await isPackline(host, port)) return { name, status: 'ok', message: 'Packline answers on it' };
    return { name, status: 'wrong', message: describeError(thrown) };
  }
}

async function isPackline(host: string, port: number): Promise<boolean> {
  try {
    return (await fetch(`${toCallableUrl(host, port)}/livez`, { signal: AbortSignal.timeout(answerMs) })).ok;
  } catch {
    return false;
  }
}
