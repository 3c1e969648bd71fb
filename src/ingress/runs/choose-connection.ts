import { listConnections, readConnection, type Connection } from '../../store/connections.ts';
import type { StoreDeps } from '../../store/deps.ts';
import type { IngressDeps } from '../deps.ts';
import { makeRefusal } from '../problem.ts';

/**
 * The connection that products and stock go to: the one that is named, or the only one there is.
 * @throws Failure `connection.not_found`, `run.no_catalog`, `run.connection_unnamed`
 */
export async function chooseConnection(
  deps: Pick<IngressDeps, 'takesCatalog'>,
  store: StoreDeps,
  merchantId: string,
  connectionId: string | undefined,
): Promise<Connection> {
  if (connectionId !== undefined) {
    const named = await readConnection(store, merchantId, connectionId);
    if (named === null) throw makeRefusal('connection.not_found', 'no such connection');
    if (!deps.takesCatalog(named)) throw makeRefusal('run.no_catalog', 'nobody puts products and stock there');
    return named;
  }
  const able = (await listConnections(store, merchantId)).filter((connection) => deps.takesCatalog(connection));
  const [only, another] = able;
  if (only === undefined)
    throw makeRefusal('run.no_catalog', 'no connection of this merchant takes products and stock');
  if (another !== undefined) throw makeRefusal('run.connection_unnamed', `${able.length} connections could be meant`);
  return only;
}
