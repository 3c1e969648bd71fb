import type { Redis } from 'ioredis';
import { Failure } from '../domain/failure.ts';
import { lookAtServers } from './redis-servers.ts';
import type { RedisClient } from './redis.ts';

/**
 * What a finding means for the promise "accepted is durable".
 * - `losesWork`: breaks it; refused unless lossy is allowed.
 * - `unknown`: cannot be judged from here; refused unless this Redis is trusted.
 * - `unsupported`: Packline cannot work with it.
 * - `advice`: works, but could be better.
 */
export type Risk = 'losesWork' | 'unknown' | 'unsupported' | 'advice';

export interface Finding {
  /** `redis.what`. */
  code: string;
  risk: Risk;
  /** What is wrong and what it leads to. */
  problem: string;
  /** What to do, as a command where one does it. */
  fix: string;
  /** `host:port` of the server, where there are several. */
  node?: string;
}

type Facts = ReadonlyMap<string, string>;

const set = (directive: string, value: string): string =>
  `redis-cli CONFIG SET ${directive} ${value} && redis-cli CONFIG REWRITE`;

/**
 * What this Redis would lose, and how to mend it; empty when it is as Packline wants it. Where there are several servers
 * each is looked at, replicas too: what they would lose as masters counts as much.
 */
export async function inspectDurability(redis: RedisClient): Promise<Finding[]> {
  const found = await lookAtServers(redis, async ({ client, isReplica, node }) => {
    const findings = await inspectServer(client).catch((error: unknown) => {
      // One that does not answer keeps nobody from starting, as long as it is no master.
      if (isReplica) return [unreachable];
      throw error;
    });
    return node === undefined ? findings : findings.map((finding) => ({ ...finding, node }));
  });
  return found.flat();
}

const unreachable: Finding = {
  code: 'redis.replica_unreachable',
  risk: 'advice',
  problem: 'This replica does not answer: whether it keeps what it gets, once it is the master, cannot be seen.',
  fix: 'start it, or take it out of the set.',
};

export interface DurabilityWaivers {
  /** PACKLINE_REDIS_TRUSTED: what cannot be read is taken to be right. */
  trusted: boolean;
  /** PACKLINE_ALLOW_LOSSY_REDIS: losing work is accepted. */
  allowLossy: boolean;
}

/** Throws `redis.not_durable` with everything that is wrong; returns the findings that are waived or only advice. */
export async function assertDurable(
  redis: RedisClient,
  { trusted, allowLossy }: DurabilityWaivers,
): Promise<Finding[]> {
  const findings = await inspectDurability(redis);
  const isWaived: Record<Risk, boolean> = {
    advice: true,
    unknown: trusted || allowLossy,
    losesWork: allowLossy,
    unsupported: false,
  };
  if (findings.every(({ risk }) => isWaived[risk])) return findings;
  const message = [
    'this Redis may lose accepted work:',
    ...findings.filter(({ risk }) => !isWaived[risk]).map(describeFinding),
    'To run on it all the same, for experiments only: PACKLINE_ALLOW_LOSSY_REDIS=true',
  ].join('\n  ');
  throw new Failure('misconfigured', 'redis.not_durable', message, { detail: { findings } });
}

/** One line for people. */
export const describeFinding = ({ node, problem, fix }: Finding): string =>
  `${node === undefined ? '' : `${node}: `}${problem} Mend it: ${fix}`;

async function inspectServer(redis: Redis): Promise<Finding[]> {
  const info = toFacts(await redis.info());
  const config = await readConfig(redis);
  return [
    inspectVersion(info),
    ...(config === undefined ? [unreadable] : inspectPersistence(config)),
    ...inspectMemory(info),
    ...(config === undefined ? [] : [inspectTick(config), inspectReplication(info, config)]),
  ].filter((finding) => finding !== undefined);
}

const unreadable: Finding = {
  code: 'redis.config_unreadable',
  risk: 'unknown',
  problem: 'Its CONFIG cannot be read, so whether it persists every write cannot be seen.',
  fix: 'allow CONFIG GET to this user (ACL +config|get), or set PACKLINE_REDIS_TRUSTED=true if you know that it does.',
};

function inspectVersion(info: Facts): Finding | undefined {
  const version = info.get('redis_version') ?? '0.0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 6 || (major === 6 && minor >= 2)) return undefined;
  return {
    code: 'redis.version_old',
    risk: 'unsupported',
    problem: `It is version ${version}; Packline needs commands of 6.2.`,
    fix: 'upgrade to Redis 6.2 or newer, or to any Valkey.',
  };
}

function inspectPersistence(config: Facts): Finding[] {
  if (config.get('appendonly') !== 'yes') {
    const snapshots = config.get('save') !== '';
    return [
      {
        code: snapshots ? 'redis.snapshots_only' : 'redis.not_persistent',
        risk: 'losesWork',
        problem: snapshots
          ? 'It only saves snapshots (appendonly no): a crash loses everything since the last one.'
          : 'It keeps nothing on disk (appendonly no, no snapshots): a restart loses everything.',
        fix: set('appendonly', 'yes'),
      },
    ];
  }
  const fsync = config.get('appendfsync');
  if (fsync === 'always') return [];
  const isEverySecond = fsync === 'everysec';
  return [
    {
      code: isEverySecond ? 'redis.fsync_every_second' : 'redis.fsync_off',
      risk: isEverySecond ? 'advice' : 'losesWork',
      problem: isEverySecond
        ? 'It writes to disk once a second (appendfsync everysec): a power cut loses up to 2 seconds of accepted work.'
        : `It leaves writing to disk to the kernel (appendfsync ${fsync ?? 'unknown'}): a power cut loses about 30 seconds of accepted work.`,
      fix: set('appendfsync', 'always'),
    },
  ];
}

function inspectMemory(info: Facts): Finding[] {
  const findings: Finding[] = [];
  const policy = info.get('maxmemory_policy');
  if (policy !== 'noeviction') {
    findings.push({
      code: 'redis.evicts',
      risk: 'losesWork',
      problem: `It throws data away when memory is short (maxmemory-policy ${policy ?? 'unknown'}).`,
      fix: set('maxmemory-policy', 'noeviction'),
    });
  }
  if (info.get('maxmemory') === '0') {
    findings.push({
      code: 'redis.memory_unbounded',
      risk: 'losesWork',
      problem:
        'It has no memory limit (maxmemory 0): it grows until the kernel kills it, and Packline cannot slow down in time.',
      fix: set('maxmemory', '1gb'),
    });
  }
  return findings;
}

function inspectTick(config: Facts): Finding | undefined {
  const hz = Number(config.get('hz'));
  if (hz >= 100) return undefined;
  return {
    code: 'redis.tick_slow',
    risk: 'advice',
    problem: `Its clock ticks ${hz} times a second (hz ${hz}): delayed jobs run up to ${Math.round(1_000 / hz)} ms late.`,
    fix: set('hz', '100'),
  };
}

/** A master that is cut off, or replaced while it lives, goes on acknowledging: this is what limits for how long. */
function inspectReplication(info: Facts, config: Facts): Finding | undefined {
  const isReplicated = info.get('role') !== 'master' || Number(info.get('connected_slaves')) > 0;
  if (!isReplicated || config.get('min-replicas-to-write') !== '0') return undefined;
  return {
    code: 'redis.replicas_not_required',
    risk: 'advice',
    problem:
      'It acknowledges what no replica has (min-replicas-to-write 0): a master that is cut off goes on taking work that the failover throws away.',
    fix: `${set('min-replicas-to-write', '1')}, with two replicas at least (with one, its loss stops all writes).`,
  };
}

/** Undefined where CONFIG is renamed, disabled or not allowed to this user, as on most managed services. */
async function readConfig(redis: Redis): Promise<Facts | undefined> {
  const facts = new Map<string, string>();
  try {
    // One directive at a time: Redis 6.2 takes no more.
    for (const directive of ['appendonly', 'appendfsync', 'save', 'hz', 'min-replicas-to-write']) {
      const reply = await redis.config('GET', directive);
      const [, value] = Array.isArray(reply) ? reply : [];
      facts.set(directive, String(value));
    }
    return facts;
  } catch (thrown) {
    // The server's own answer, in words that differ from service to service; a lost connection is something else.
    if (thrown instanceof Error && thrown.name === 'ReplyError') return undefined;
    throw thrown;
  }
}

const toFacts = (info: string): Facts =>
  new Map(
    info
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const),
  );
