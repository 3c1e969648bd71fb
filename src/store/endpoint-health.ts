import type { FailureCount } from '../domain/endpoint-health.ts';
import { forgottenAfterMs } from '../domain/endpoint-health.ts';
import { toInstant } from '../platform/clock.ts';
import type { StoreDeps } from './deps.ts';

/** Of an endpoint, one era of it: what was counted before its URL was another, or before it was enabled, is of no concern. */
export interface EndpointEra {
  id: string;
  era: number;
}

/** Failures since the last success, and how asking went since it was disabled for them. */
export interface EndpointHealth extends FailureCount {
  lastAt: string;
  /** The failure's, never what was answered. */
  lastCode: string;
  probe: { count: number; at: string; code: string; nextAt: string | null } | null;
}

const healthKey = ({ keys }: StoreDeps, { id, era }: EndpointEra): string => keys.endpointHealth(id, era);

/** Null: nothing has failed since it last took something. */
export async function readEndpointHealth(deps: StoreDeps, endpoint: EndpointEra): Promise<EndpointHealth | null> {
  const fields = await deps.redis.hgetall(healthKey(deps, endpoint));
  const { failures, since, lastAt = '', lastCode = '', probes, probeAt = '', probeCode = '', nextProbeAt } = fields;
  if (failures === undefined && probes === undefined) return null;
  return {
    failures: Number(failures ?? 0),
    sinceMs: Date.parse(since ?? probeAt),
    lastAt: lastAt === '' ? probeAt : lastAt,
    lastCode: lastCode === '' ? probeCode : lastCode,
    probe:
      probes === undefined
        ? null
        : {
            count: Number(probes),
            at: probeAt,
            code: probeCode,
            nextAt: nextProbeAt === '' ? null : (nextProbeAt ?? null),
          },
  };
}

/** For the commit of an attempt that succeeded. Costs an endpoint that is well nothing but this command. */
export const succeededWrites = (deps: StoreDeps, endpoint: EndpointEra): string[][] => [
  ['DEL', healthKey(deps, endpoint)],
];

/** For the commit of an attempt that failed: each is counted once, in whatever process, or not at all with its attempt. */
export function failedAttemptWrites(deps: StoreDeps, endpoint: EndpointEra, code: string): string[][] {
  const key = healthKey(deps, endpoint);
  const at = toInstant(deps.clock.now());
  return [
    ['HSETNX', key, 'since', at],
    ['HINCRBY', key, 'failures', '1'],
    ['HSET', key, 'lastAt', at, 'lastCode', code],
    ['PEXPIRE', key, String(forgottenAfterMs)],
  ];
}

/** For the commit of a probe that was in vain. `nextAt` null: there is none after it. */
export function failedProbeWrites(
  deps: StoreDeps,
  endpoint: EndpointEra,
  { count, code, nextAt }: { count: number; code: string; nextAt: string | null },
): string[][] {
  const key = healthKey(deps, endpoint);
  const probe = ['probes', String(count), 'probeAt', toInstant(deps.clock.now()), 'probeCode', code];
  return [
    ['HSET', key, ...probe, 'nextProbeAt', nextAt ?? ''],
    ['PEXPIRE', key, String(forgottenAfterMs)],
  ];
}
