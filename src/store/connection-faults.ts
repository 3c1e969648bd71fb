import { commit } from './commit.ts';
import type { Connection } from './connections.ts';
import type { StoreDeps } from './deps.ts';
import { issueId, resolveWrites } from './issues.ts';
import { parseStored } from './stored-json.ts';

/** Why a connection does not work, as it is told. */
export interface ConnectionFault {
  code: string;
  /** Who can do something about it: `you`, or the partner. */
  source: string;
  since: string;
}
const toldField = 'told';

/** What of a connection its merchant was told last; null: nothing, or that it works again. */
export async function readTold(deps: StoreDeps, connectionId: string): Promise<ConnectionFault | null> {
  const told = await deps.redis.hget(deps.keys.health(connectionId), toldField);
  return told === null ? null : parseStored<ConnectionFault>(told);
}

/** For the commit that tells the one after the other: it holds only if nobody else has. */
export function connectionTold(
  { keys }: StoreDeps,
  connectionId: string,
  { before, after }: { before: ConnectionFault | null; after: ConnectionFault | null },
): { guard: { key: string; field: string; expected: string | null }; write: string[] } {
  const key = keys.health(connectionId);
  const expected = before && JSON.stringify(before);
  return {
    guard: { key, field: toldField, expected },
    write: after === null ? ['HDEL', key, toldField] : ['HSET', key, toldField, JSON.stringify(after)],
  };
}

/** The one issue that a connection has while it does not work, beside those of the work that it holds up. */
export const connectionIssue = ({ merchantId, id }: Pick<Connection, 'id' | 'merchantId'>) =>
  ({ merchantId, target: id, job: 'connection-check', code: 'connection.unhealthy' }) as const;

/** For one that is deleted: nobody has to look at it any more. */
export async function resolveFault(deps: StoreDeps, connection: Connection): Promise<void> {
  if ((await readTold(deps, connection.id)) === null) return;
  await commit(deps, { writes: resolveWrites(issueId(connectionIssue(connection))) });
}
