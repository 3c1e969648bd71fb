import type { FulfilmentCatalog, ListedRow } from '../connectors/fulfilment/catalog.ts';
import { Failure, toFailure } from '../domain/failure.ts';
import { readInventoryRow } from '../domain/inventory-row.ts';
import type { RetireState } from '../domain/retire.ts';
import type { Run } from '../domain/run.ts';
import type { Blobs } from '../platform/blobs.ts';
import { compareWithDelta } from '../store/delta.ts';
import type { StoreDeps } from '../store/deps.ts';
import { beginRequest, saveRetire, type OwnedRun } from '../store/run-progress.ts';
import { listSegments, type RunSegment } from '../store/runs.ts';
import { putSegment } from '../store/spool.ts';
import { readListedKey } from './listed-key.ts';
import { createPatience } from './patience.ts';
import type { PresentKeys } from './present-keys.ts';
import { packFingerprints } from './run-row.ts';
import type { Stop } from './send-batches.ts';
import { restOf, stopOf } from './send-run.ts';

export interface ListAbsentDeps {
  store: StoreDeps;
  blobs: Blobs;
  catalog: Pick<FulfilmentCatalog, 'listInventory'>;
  random: () => number;
  signal: AbortSignal;
  isTimeUp: () => boolean;
}

/** Nash documents no most. */
const pageRows = 1_000;
/** What is found is durable after so many pages, or so many bytes: a second page may come to one more MiB or two. */
const pagesMax = 50;
const chunkBytesMax = 4 * 1_048_576;
/** Longer rows go with their key and their end alone. */
const rowCharactersMax = 2_000;
/** A list of 100 million rows has no end. */
const listPagesMax = 100_000;

/**
 * Reads the partner's stock page by page, from where it was left, and spools a row for each that a snapshot does not have.
 * Undefined at the end of the list. Lists move while they are read: a row that comes twice is retired twice, which is the
 * same; one that slips past is retired by the next snapshot.
 */
export async function listAbsent(
  run: Run,
  owned: OwnedRun,
  from: RetireState,
  present: PresentKeys,
  deps: ListAbsentDeps,
): Promise<{ stop: Stop | undefined; state: RetireState }> {
  const { store, blobs, catalog } = deps;
  const patience = createPatience({ ...deps, clock: store.clock });
  const overtaken = store.keys.runOvertaken(run.id);
  let state: RetireState = { ...from, phase: 'listing', unreadable: present.unreadable };
  let stop: Stop | undefined;
  let isEnd = false;

  /** The next page; undefined when there is none to be had now. */
  async function ask() {
    let requests = 0;
    while (stop === undefined) {
      stop = stopOf(await beginRequest(store, owned, 0)) ?? restOf(deps);
      if (stop !== undefined) break;
      try {
        requests += 1;
        const externalStoreLocationId = run.storeLocationId ?? undefined;
        const query = { pageIndex: state.nextPage, numResultsPerPage: pageRows, externalStoreLocationId };
        const page = await catalog.listInventory(query);
        patience.answered();
        return { page, requests };
      } catch (error) {
        const failure = toFailure(error);
        if (failure.code === 'budget.exhausted') requests -= 1;
        stop = await patience.bear(failure);
      }
    }
    return { page: undefined, requests };
  }

  while (stop === undefined && !isEnd) {
    const lines: string[] = [];
    let [bytes, pages, requests] = [0, 0, 0];
    while (stop === undefined && !isEnd && pages < pagesMax && bytes < chunkBytesMax) {
      const asked = await ask();
      requests += asked.requests;
      if (asked.page === undefined) break;
      const { rows, total } = asked.page;
      const ours = rows.flatMap(({ row }) => {
        const key = readListedKey(run.kind, row);
        return key === undefined ? [] : [{ key, row }];
      });
      const onSale = ours.filter(({ row }) => row['available'] !== false);
      const absent = onSale.filter(({ key }) => !present.has(key));
      const fingerprints = packFingerprints(absent.map(({ key }) => ({ fingerprint: { key, value: 0 } })));
      const compared = await compareWithDelta(store, owned, fingerprints, overtaken);
      const retiring = absent.filter((_, at) => compared(at) !== 'overtaken').map(({ row }) => toRetiring(row));
      for (const line of retiring) bytes += Buffer.byteLength(line) + 1;
      lines.push(...retiring);
      pages += 1;
      state = {
        ...state,
        nextPage: state.nextPage + 1,
        listed: state.listed + ours.length,
        foreign: state.foreign + rows.length - ours.length,
        unavailable: state.unavailable + ours.length - onSale.length,
        wouldRetire: state.wouldRetire + retiring.length,
      };
      // A short page may be as long as theirs are.
      isEnd = rows.length === 0 || state.listed + state.foreign >= total;
      if (!isEnd && state.nextPage >= listPagesMax) throw endless();
    }
    const segment = await spool(store, blobs, run, lines);
    stop = stopOf(await saveRetire(store, owned, state, { segment, requests })) ?? stop;
  }
  return { stop: isEnd ? undefined : stop, state };
}

const endless = (): Failure =>
  new Failure('malformed', 'run.list_endless', `the partner's list has no end after ${listPagesMax} pages`);

/** Durable behind the other rows of the run; whoever dies before it is told of writes it again. */
async function spool(store: StoreDeps, blobs: Blobs, run: Run, lines: readonly string[]) {
  if (lines.length === 0) return undefined;
  const last = (await listSegments(store, run.id)).at(-1);
  const place = { number: (last?.number ?? 0) + 1, firstRow: last === undefined ? 1 : last.firstRow + last.rows };
  const block = { lines: Buffer.from(lines.map((line) => `${line}\n`).join('')), rows: lines.length };
  const segment = await putSegment(blobs, run.id, place, block);
  return { ...segment, done: false, retire: true } satisfies RunSegment;
}

/** Its last row: what they have of it beside that stays, as far as we could have sent it. */
function toRetiring({ externalProductId, externalStoreLocationId, ...rest }: ListedRow['row']): string {
  const end = { externalProductId, externalStoreLocationId, available: false, quantity: 0 };
  const whole = JSON.stringify({ ...rest, ...end });
  const fits = whole.length <= rowCharactersMax && readInventoryRow(whole).row !== undefined;
  return fits ? whole : JSON.stringify(end);
}
