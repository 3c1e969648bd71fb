import type { FulfilmentCatalog } from '../connectors/fulfilment/catalog.ts';
import { nameOfRow, pageAfter, type Sample } from '../domain/stock-reconciliation.ts';
import { entryGone } from '../store/change-order.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { StockReconciliation } from '../store/stock-reconciliations.ts';
import {
  addExamples,
  comparePage,
  countWait,
  readQuietLine,
  readStockPlace,
  searchMissing,
  type StockPlace,
} from '../store/stock-pages.ts';
import { makeListedPacker } from './listed-row.ts';

/** Nash documents no most; one that gives fewer is asked for as many as it gave. */
const pageRowsAsked = 1_000;
/** Uploads go first for so long, then a page is compared beside them. */
const waitMs = 15_000;
const waitsMax = 40;

interface ReconcileStockDeps {
  store: StoreDeps;
  catalog: FulfilmentCatalog;
  /** It is time to go back and let others have their turn. */
  isTimeUp: () => boolean;
}

/**
 * Brings a comparison as far as it may: undefined when it is through, or after how many milliseconds it goes on. Each step is
 * committed with its place, so that whoever dies takes nothing back and does nothing twice.
 * @throws Failure `aborted` `entry.gone` when somebody else goes on with it
 */
export async function reconcileStock(
  report: StockReconciliation,
  sample: Sample,
  deps: ReconcileStockDeps,
): Promise<{ delayMs: number } | undefined> {
  const { store, isTimeUp } = deps;
  for (;;) {
    const place = await readStockPlace(store, report.id);
    if (place.page === null) {
      if (report.mode === 'sample' || !(await searchMissing(store, report, place.bucket))) return undefined;
    } else {
      const entered = await readQuietLine(store, report);
      if (entered === undefined && place.waits < waitsMax) {
        await countWait(store, report.id);
        return { delayMs: waitMs };
      }
      await takePage(report, sample, { ...place, page: place.page, entered }, deps);
    }
    if (isTimeUp()) return { delayMs: 0 };
  }
}

async function takePage(
  report: StockReconciliation,
  sample: Sample,
  { page, entered, pageRows: known }: StockPlace & { page: number; entered: string | undefined },
  { store, catalog }: ReconcileStockDeps,
): Promise<void> {
  const { id, kind, mode } = report;
  const asked = { pageIndex: page, numResultsPerPage: known === 0 ? pageRowsAsked : known };
  const { rows, total } = await (kind === 'products' ? catalog.listProducts(asked) : catalog.listInventory(asked));
  // The first page tells how many the partner gives; what it gives less of later is the end of the list.
  const pageRows = known === 0 ? Math.max(1, rows.length) : known;
  const next = pageAfter(page, sample);
  const isLast = rows.length < pageRows || next * pageRows >= total;
  const pack = makeListedPacker(kind, catalog);
  const ours = rows.flatMap(({ row }) => {
    const packed = pack(row);
    return packed === undefined ? [] : [{ row, packed }];
  });
  const compared = await comparePage(
    store,
    report,
    { page, next: isLast ? null : next, pageRows, total, entered, isFull: mode === 'full', listed: rows.length },
    Buffer.concat(ours.map(({ packed }) => packed)),
  );
  if (compared === null) throw entryGone();
  if (!compared.isQuiet) return;
  const different = ours.filter((_, at) => compared.rows[at] === 'different');
  await addExamples(store, id, different.map(({ row }) => nameOfRow(kind, row))); // prettier-ignore
}
