import { makeListedPacker } from '../src/bulk/listed-row.ts';
import type { FulfilmentCatalog, ListedPage } from '../src/connectors/fulfilment/catalog.ts';
import { Failure } from '../src/domain/failure.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { catalogRead } from '../src/queues/catalog-read.ts';
import { withinDeadline } from '../src/queues/perform-effect.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { successWrites } from '../src/store/connections.ts';
import { judgeListed, listedBytes } from '../src/store/delta-listed.ts';
import { keptPageWrites, triedPageWrites, type KeptPage, type PageRef } from '../src/store/listed-pages.ts';

type Context = JobContext<WorkerDeps>;
type Payload = PageRef & { merchantId: string };

export default defineWorker<WorkerDeps, Payload & Record<string, unknown>>(catalogRead, async (payload, context) => {
  const { store, finish, log } = context;
  const { connectionId } = payload;
  try {
    const page = await read(payload, context);
    await finish({ writes: [...(await keptPageWrites(store, payload, page)), ...successWrites(store, connectionId)] });
  } catch (error) {
    if (!isAnswer(error)) throw error;
    log.info({ code: error.code, connectionId }, 'catalog.notRead');
    await finish({ writes: triedPageWrites(store, payload, error) });
  }
});

/** Nobody waits for this: it is asked for again when somebody looks. Only our own end, and a stated delay, are sat out. */
const isAnswer = (error: unknown): error is Failure =>
  error instanceof Failure &&
  error.kind !== 'aborted' &&
  (error.kind !== 'throttled' || error.code === 'connection.paused');

async function read(payload: Payload, context: Context): Promise<KeptPage> {
  const { store, deps, signal } = context;
  const { merchantId, connectionId, kind, query } = payload;
  return withinDeadline(signal, async (within) => {
    const { connection } = await deps.openFulfilment(store, merchantId, connectionId, within, { class: 'reads' });
    const { catalog } = connection;
    if (catalog === undefined) {
      throw new Failure('rejected', 'run.no_catalog', 'this fulfilment system has its products and stock elsewhere');
    }
    const page = await list(catalog, kind, query);
    return mark(page, payload, catalog, context);
  });
}

function list(catalog: FulfilmentCatalog, kind: PageRef['kind'], query: PageRef['query']): Promise<ListedPage> {
  const { pageIndex, numResultsPerPage, ...filters } = query;
  const page = { pageIndex: Number(pageIndex), numResultsPerPage: Number(numResultsPerPage) };
  return kind === 'products'
    ? catalog.listProducts({ ...filters, ...page })
    : catalog.listInventory({ ...filters, ...page });
}

/** Says of each row what it is to what was sent last. */
async function mark(
  { rows, total }: ListedPage,
  { connectionId, kind }: PageRef,
  catalog: FulfilmentCatalog,
  { store }: Context,
): Promise<KeptPage> {
  const pack = makeListedPacker(kind, catalog);
  const packed = rows.map(({ row }) => pack(row) ?? Buffer.alloc(listedBytes));
  const judged = await judgeListed(store, { connectionId, kind }, Buffer.concat(packed));
  return { rows: rows.map((listed, at) => ({ ...listed, lastSent: judged[at] ?? 'unknown' })), total };
}
