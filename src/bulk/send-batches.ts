import type { FulfilmentCatalog, InventoryToPut, ProductToPut } from '../connectors/fulfilment/catalog.ts';
import { planBatch, type BatchAnswer, type BatchRequest } from '../domain/batch-outcome.ts';
import type { RunKind } from '../domain/bulk-run.ts';
import { toFailure } from '../domain/failure.ts';
import type { Clock } from '../platform/clock.ts';
import { createPatience, type GivenUp } from './patience.ts';
import { rowNumberOf, type Place, type RunLedger } from './run-ledger.ts';
import type { RunRow } from './run-row.ts';
import { createWaitingRows, type Watch } from './waiting-rows.ts';

export type PlacedRow = RunRow & Place;

/** Why nothing more is begun. */
export type Stop =
  /** Somebody wants it to end, or another run goes first. */
  { how: 'canceled' } | { how: 'overtaken' } | GivenUp;

export interface BatchSender {
  /** The row waits for its batch. What it takes the place of has its verdict with it. */
  add(row: PlacedRow): void;
  /** From now on: which rows there were about a thing. */
  watch(): Watch;
  /** Sends what makes a full batch, or has waited long enough. */
  pump(): void;
  /** Resolves when there is room for more rows, or nothing more is begun. */
  room(): Promise<void>;
  /** Sends the rest, and waits for the end of what is under way. */
  drain(): Promise<void>;
  stop(why: Stop | undefined): void;
  stopped(): Stop | undefined;
  /** Rows that the partner may have, and nobody knows it. */
  uncertain(): readonly PlacedRow[];
}

/** So many requests are under way: at ten a second, partners may take half a second for each. */
const requestsMax = 6;
/** Full batches that may wait. */
const batchesWaitingMax = 2;
/** What makes no full batch goes out after so long when nothing is under way. */
const ageMaxMs = 1_000;

interface BatchSenderDeps {
  catalog: FulfilmentCatalog;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
  ledger: RunLedger;
  /** Says before each request, durably, up to which row the partner may have some without a verdict. */
  begin: (sentThrough: number) => Promise<Stop | undefined>;
  /** Commits what is decided. */
  commit: () => Promise<Stop | undefined>;
}

export function createBatchSender(
  { kind, dryRun }: { kind: RunKind; dryRun: boolean },
  deps: BatchSenderDeps,
): BatchSender {
  const { catalog, clock, ledger } = deps;
  const waiting = createWaitingRows<PlacedRow>(catalog.limits[kind]);
  const underWay = new Set<Promise<void>>();
  const uncertain = new Set<PlacedRow>();
  let reason: Stop | undefined;
  const stopped = (): Stop | undefined => reason;
  const patience = createPatience(deps);
  let oldestMs = 0;

  const halt = (why: Stop | undefined): void => {
    // What failed is told even where somebody wanted it to end meanwhile.
    if (why !== undefined && (reason === undefined || why.how === 'failed')) reason = why;
  };

  function pump(anyway = false): void {
    while (stopped() === undefined && underWay.size < requestsMax) {
      const isOld = underWay.size === 0 && clock.now() - oldestMs >= ageMaxMs;
      const batch = waiting.take(anyway || isOld);
      if (batch === undefined) return;
      oldestMs = clock.now();
      const sending: Promise<void> = send(batch)
        .catch((error: unknown) => halt({ how: 'failed', error }))
        .finally(() => {
          underWay.delete(sending);
          waiting.release(batch);
          pump();
        });
      underWay.add(sending);
    }
  }

  async function send(batch: readonly PlacedRow[]): Promise<void> {
    const plan = planBatch(batch);
    for (let request = plan.next(); request !== undefined && stopped() === undefined; request = plan.next()) {
      const answer = dryRun ? taken : await ask(request);
      if (answer === undefined) return;
      const { accepted, rejected } = plan.tell(request, answer);
      for (const row of accepted) end(row, 'accepted', row.warnings);
      for (const { row, errors } of rejected) end(row, 'rejected', errors);
      if (answer.kind !== 'taken') for (const row of request.rows) uncertain.delete(row);
      halt(await deps.commit());
    }
  }

  function end(row: PlacedRow, verdict: 'accepted' | 'rejected', errors: PlacedRow['warnings']): void {
    uncertain.delete(row);
    const { fingerprint, categories } = row;
    ledger.decide(row, verdict, verdict === 'accepted' ? { errors, fingerprint, categories } : { errors });
  }

  /** The partner's answer, whatever it takes; undefined when there is none, and nothing more is to be tried. */
  async function ask({ rows }: BatchRequest<PlacedRow>): Promise<BatchAnswer | undefined> {
    const sentThrough = rows.reduce((last, row) => Math.max(last, rowNumberOf(row)), 0);
    while (stopped() === undefined) {
      halt(await deps.begin(sentThrough));
      if (stopped() !== undefined) return undefined;
      for (const row of rows) uncertain.add(row);
      try {
        const answer = await put(rows);
        ledger.countRequest();
        patience.answered();
        return answer;
      } catch (error) {
        const failure = toFailure(error);
        if (failure.code !== 'budget.exhausted') ledger.countRequest();
        halt(await patience.bear(failure));
      }
    }
    return undefined;
  }

  const put = (rows: readonly PlacedRow[]): Promise<BatchAnswer> =>
    kind === 'products' ? catalog.putProducts(productsOf(rows)) : catalog.putInventory(inventoryOf(rows));

  return {
    add(row) {
      if (waiting.isEmpty()) oldestMs = clock.now();
      const older = waiting.add(row);
      if (older !== undefined) ledger.decide(older, 'superseded');
    },
    watch: () => waiting.watch(),
    pump,
    async room() {
      while (stopped() === undefined && waiting.isFull(batchesWaitingMax)) {
        pump();
        await Promise.race(underWay);
      }
    },
    async drain() {
      for (;;) {
        pump(true);
        if (underWay.size === 0) return;
        await Promise.race(underWay);
      }
    },
    stop: halt,
    stopped,
    uncertain: () => [...uncertain],
  };
}

const taken: BatchAnswer = { kind: 'taken', rejected: new Map(), unconfirmed: [] };

const productsOf = (rows: readonly PlacedRow[]): ProductToPut[] =>
  rows.map(({ put }) => put).filter((put) => 'externalIdentifier' in put);
const inventoryOf = (rows: readonly PlacedRow[]): InventoryToPut[] =>
  rows.map(({ put }) => put).filter((put) => 'externalProductId' in put);
