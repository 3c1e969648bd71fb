import { writeAudit, type AuditLine } from '../store/audit.ts';
import type { Log } from '../platform/log.ts';
import { reasonOf } from '../platform/redis-away.ts';
import type { GlobalStore } from '../store/users.ts';
import type { Answer } from './answer.ts';
import type { Route } from './define-route.ts';

/** What the pipeline knows of a request when it has its answer. */
export interface ActFacts {
  requestId: string;
  /** Absent where nobody had to say who they are, or nobody knew them. */
  keyId?: string;
  merchantId?: string;
  code?: string;
  /** Values of the path's parameters. */
  params: Readonly<Record<string, string>>;
  through: AuditLine['through'];
}

const idPattern = /^[a-z]{2,4}_[0-9a-z]{26}$/;
const isId = (value: unknown): value is string => typeof value === 'string' && idPattern.test(value);
/** Those of them that are ids of ours: what else may stand in a path is not written down. */
export const idsAmong = (values: readonly unknown[]): string[] => [...new Set(values.filter(isId))];

/** It did not reach anything: it would fill the log, or write to a Redis that nobody knows. */
const heldOff: ReadonlySet<string> = new Set(['rate.limited', 'redis.generation']);

/** Whether what is asked of this route is an act of somebody's: it may change something, and is no partner's traffic. */
export const isAct = (route: Route): boolean =>
  route.method !== 'get' && route.scope !== 'none' && route.dialect === undefined && route.isOwnRecord !== true;

/** The command line says so of itself (cli/demo-api.ts). */
export const doorOf = (userAgent: string | undefined): AuditLine['through'] =>
  userAgent === 'packline-cli' ? 'cli' : 'api';

/**
 * Writes an act into the audit log, right after it and before its answer. A crash between the two loses the line of an act
 * that was done; a store that cannot take it leaves it to the process's log, and the answer stays what it was.
 */
export async function recordAct(
  { redis, clock, log }: GlobalStore & { log: Log },
  route: Route,
  answer: Answer,
  { requestId, keyId, merchantId, code, params, through }: ActFacts,
): Promise<void> {
  if (keyId === undefined || (code !== undefined && heldOff.has(code))) return;
  const made = answer.status < 300 && isObject(answer.json) ? answer.json['id'] : undefined;
  const line = {
    actor: keyId,
    through,
    operation: `${route.method.toUpperCase()} ${route.path}`,
    on: [...idsAmong([...Object.values(params), made]), ...(answer.about === undefined ? [] : [answer.about])],
    merchantId: merchantId ?? null,
    status: answer.status,
    code: code ?? null,
    requestId,
  };
  try {
    await writeAudit({ redis, clock }, line);
  } catch (error) {
    log.error({ ...line, reason: reasonOf(error) }, 'audit.notWritten');
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
