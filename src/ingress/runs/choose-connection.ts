import type { IncomingHttpHeaders } from 'node:http';
import { IdSchema } from '../../domain/ids.ts';
import { listConnections, readConnection, type Connection } from '../../store/connections.ts';
import type { StoreDeps } from '../../store/deps.ts';
import type { IngressDeps } from '../deps.ts';
import { makeInvalid, makeRefusal } from '../problem.ts';

const header = 'Packline-Connection';
const ConnectionIdSchema = IdSchema('connection');

/** For the document of a route whose rows go to a connection. */
export const connectionHeader = {
  [header]: ConnectionIdSchema.optional().meta({
    description: 'The connection that the rows go to; needed where several could be meant',
  }),
};
export const connectionProblems = ['connection.not_found', 'run.no_catalog', 'run.connection_unnamed'] as const;

/**
 * The connection that products and stock go to: the one that is named, or the only one there is.
 * @throws Failure `connection.not_found`, `run.no_catalog`, `run.connection_unnamed`
 */
export async function chooseConnection(
  deps: Pick<IngressDeps, 'takesCatalog'>,
  store: StoreDeps,
  merchantId: string,
  headers: IncomingHttpHeaders,
): Promise<Connection> {
  const given = headers[header.toLowerCase()];
  if (given !== undefined) {
    const { data: connectionId } = ConnectionIdSchema.safeParse(given);
    if (connectionId === undefined) {
      throw makeInvalid([{ code: 'field.format', detail: 'is no id of a connection', parameter: header }]);
    }
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
