/** What waits here: rows about things, of a size. */
interface Waiting {
  readonly identity: string;
  readonly bytes: number;
}

/** What was about to go out, or went, since somebody began to look. */
export interface Watch {
  /** A row about it waits, is under way, or came to its end since. */
  saw(identity: string): boolean;
  end(): void;
}

export interface WaitingRows<Row extends Waiting> {
  /** Answers the older row about the same thing that it takes the place of. */
  add(row: Row): Row | undefined;
  watch(): Watch;
  /** A batch: a full one, or with `anyway` what there is. From now on it is under way. */
  take(anyway: boolean): Row[] | undefined;
  /** They are no longer under way. */
  release(rows: readonly Row[]): void;
  /** Nothing may go out now. */
  isEmpty(): boolean;
  /** So many full batches may go out now, or more. */
  isFull(batches: number): boolean;
}

/**
 * The rows that are to be sent, the latest one about each thing. While one is under way, the next one about the same thing
 * waits for its end: the partner never has two to choose from.
 */
export function createWaitingRows<Row extends Waiting>(limits: {
  rowsMax: number;
  bytesMax: number;
}): WaitingRows<Row> {
  const ready = new Map<string, Row>();
  const underWay = new Set<string>();
  /** Behind those under way. */
  const behind = new Map<string, Row>();
  let readyBytes = 0;
  const sizeOf = ({ bytes }: Row): number => bytes + 1;
  /** Of each watch, what came to its end since it began. */
  const watches = new Set<(rows: readonly Row[]) => void>();
  // Most are asked about where nothing waits: sets that are empty are not searched.
  const has = (identity: string): boolean =>
    (ready.size > 0 && ready.has(identity)) || (underWay.size > 0 && underWay.has(identity));

  const isFull = (batches: number): boolean =>
    ready.size >= batches * limits.rowsMax || readyBytes >= batches * limits.bytesMax;

  const addReady = (row: Row): Row | undefined => {
    const older = ready.get(row.identity);
    if (older !== undefined) readyBytes -= sizeOf(older);
    ready.set(row.identity, row);
    readyBytes += sizeOf(row);
    return older;
  };

  return {
    add(row) {
      if (!underWay.has(row.identity)) return addReady(row);
      const older = behind.get(row.identity);
      behind.set(row.identity, row);
      return older;
    },
    watch() {
      const ended: (readonly Row[])[] = [];
      const identities = new Set<string>();
      const keep = (rows: readonly Row[]): void => void ended.push(rows);
      watches.add(keep);
      return {
        saw(identity) {
          if (has(identity)) return true;
          for (const rows of ended.splice(0)) for (const row of rows) identities.add(row.identity);
          return identities.size > 0 && identities.has(identity);
        },
        end: () => void watches.delete(keep),
      };
    },
    take(anyway) {
      if (ready.size === 0) return undefined;
      if (!anyway && !isFull(1)) return undefined;
      const batch: Row[] = [];
      let bytes = 0;
      for (const row of ready.values()) {
        bytes += sizeOf(row);
        if (batch.length > 0 && (batch.length >= limits.rowsMax || bytes > limits.bytesMax)) break;
        batch.push(row);
        readyBytes -= sizeOf(row);
      }
      for (const { identity } of batch) {
        ready.delete(identity);
        underWay.add(identity);
      }
      return batch;
    },
    release(rows) {
      for (const keep of watches) keep(rows);
      for (const { identity } of rows) {
        underWay.delete(identity);
        const next = behind.get(identity);
        if (next === undefined) continue;
        behind.delete(identity);
        addReady(next);
      }
    },
    isEmpty: () => ready.size === 0,
    isFull,
  };
}
