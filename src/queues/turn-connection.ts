import type { FailureKind } from '../domain/failure.ts';
import { toInstant } from '../platform/clock.ts';
import { readCircuit } from '../store/circuits.ts';
import { commit } from '../store/commit.ts';
import { connectionIssue, connectionTold, readTold, type ConnectionFault } from '../store/connection-faults.ts';
import { readHealth, type Connection } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';
import { listSubscribers } from '../store/endpoints.ts';
import { announceWrites } from '../store/events.ts';
import { issueId, issueWrites, resolveWrites } from '../store/issues.ts';
import { deliveryWork } from './delivery-attempt.ts';

/**
 * Tells of a connection that works no more, or works again, once for each turn: what was told last lies beside its health, and
 * the commit that tells holds only while that is so. What is gets compared with what was told, so that nothing is lost with
 * whoever saw it first; what turned and turned back in between is not told.
 */
export async function tellConnection(store: StoreDeps, connection: Connection): Promise<void> {
  const { id: connectionId, merchantId, connector } = connection;
  const told = await readTold(store, connectionId);
  const fault = await findFault(store, connection);
  if ((told === null) === (fault === null)) return;
  const ofConnection = { connectionId, connector };
  const happening =
    fault === null
      ? ({ type: 'connection.recovered', data: ofConnection } as const)
      : ({ type: 'connection.unhealthy', data: { ...ofConnection, ...fault } } as const);
  const endpoints = await listSubscribers(store, merchantId);
  const announced = announceWrites(store, merchantId, happening, endpoints, deliveryWork);
  const turned = connectionTold(store, connectionId, { before: told, after: fault });
  const issue =
    fault === null ? resolveWrites(issueId(connectionIssue(connection))) : faultWrites(store, connection, fault);
  await commit(store, {
    guards: [turned.guard],
    writes: [turned.write, ...announced.writes, ...issue],
    entries: announced.entries,
  });
}

/** Null: it works, as far as anybody knows. */
async function findFault(store: StoreDeps, { id, connector }: Connection): Promise<ConnectionFault | null> {
  const { unhealthySince, lastFailureCode, lastFailureAt } = await readHealth(store, id);
  const code = lastFailureCode ?? 'packline.unexpected';
  if (unhealthySince !== null) return { code, source: 'you', since: unhealthySince };
  // A carrier that fails time after time is left alone for a while: nothing that its merchant could mend.
  const circuit = await readCircuit(store, id);
  if (circuit.state === 'closed') return null;
  return { code, source: connector, since: lastFailureAt ?? toInstant(store.clock.now()) };
}

function faultWrites(store: StoreDeps, connection: Connection, { source, ...detail }: ConnectionFault): string[][] {
  const isYours = source === 'you';
  const kind: FailureKind = isYours ? 'misconfigured' : 'transient';
  const title = isYours ? 'a key is refused or a setting is wrong' : 'the partner does not answer as it should';
  return issueWrites(store, { ...connectionIssue(connection), kind, source, title, detail, orderId: null, entryId: null }); // prettier-ignore
}
