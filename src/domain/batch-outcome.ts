import type { RowError } from './bulk-run.ts';

/** What one request with many rows came to. Rows are named by their index in the request. */
export type BatchAnswer =
  /** Taken. Every row but these is as it was sent. */
  | {
      kind: 'taken';
      rejected: ReadonlyMap<number, readonly RowError[]>;
      /** The partner said nothing of them. */
      unconfirmed: readonly number[];
    }
  /** Not one row was taken, because of these (at least one); the others may be sent again. */
  | { kind: 'refused'; rejected: ReadonlyMap<number, readonly RowError[]> }
  /** Not one row was taken, and nobody says because of which. */
  | { kind: 'refusedWhole'; errors: readonly RowError[] }
  /** More bytes than the partner takes at once. */
  | { kind: 'tooLarge' };

/** Rows that go out together. */
export interface BatchRequest<Row> {
  readonly rows: readonly Row[];
  /** They were sent before, and the partner said nothing of them. */
  readonly again: boolean;
}

/** Rows that have come to their end: each row of a plan is in exactly one of these. */
export interface EndedRows<Row> {
  accepted: readonly Row[];
  rejected: readonly { row: Row; errors: readonly RowError[] }[];
}

/** How a batch comes to its end. A request whose call failed (429, 5xx, no answer) is simply sent again. */
export interface BatchPlan<Row> {
  /** Undefined when there is nothing to send now: all have ended, or the rest is under way. */
  next(): BatchRequest<Row> | undefined;
  tell(request: BatchRequest<Row>, answer: BatchAnswer): EndedRows<Row>;
}

/**
 * A partner that refuses everything without a word on why would have a request for every row. With so many splits all of
 * 120 bad rows of 1,000 are found, and of 54 among 10,000, wherever they stand.
 */
const splitsMaxDefault = 500;

/**
 * Plans the requests of one batch until each of its rows has ended. How many it takes, at most, for k bad rows of n:
 *
 * | the partner                          | requests                                        |
 * |--------------------------------------|-------------------------------------------------|
 * | names bad rows, all of them at once  | 2                                               |
 * | names bad rows, one at a time        | k + 1                                           |
 * | names none                           | 2 k ⌈log₂ n⌉ + 1, never over 2 n - 1            |
 * | says nothing of some of a taken one  | 1 more for each request that was taken          |
 * | any                                  | after `splitsMax` splits nothing is split again |
 *
 * After that many, rows that are refused together end together, and say so.
 */
export function planBatch<Row>(rows: readonly Row[], splitsMax = splitsMaxDefault): BatchPlan<Row> {
  /** The largest go first: what is good among them is out early, and all have their share of the splits. */
  const waiting: BatchRequest<Row>[] = [];
  let splits = 0;

  const add = (some: readonly Row[], again: boolean): void => {
    if (some.length > 0) waiting.push({ rows: some, again });
  };

  /** Halves, or the end of rows that cannot be told apart any further. */
  function split({ rows: together, again }: BatchRequest<Row>, errors: readonly RowError[]): EndedRows<Row> {
    if (together.length > 1 && splits < splitsMax) {
      splits += 1;
      const middle = Math.ceil(together.length / 2);
      add(together.slice(0, middle), again);
      add(together.slice(middle), again);
      return { accepted: [], rejected: [] };
    }
    const all = together.length > 1 ? [...errors, refusedWithOthers(together.length)] : errors;
    return { accepted: [], rejected: together.map((row) => ({ row, errors: all })) };
  }

  function end(
    { rows: sent, again }: BatchRequest<Row>,
    rejections: ReadonlyMap<number, readonly RowError[]>,
    silent: ReadonlySet<number>,
  ): EndedRows<Row> {
    const accepted: Row[] = [];
    const rejected: EndedRows<Row>['rejected'][number][] = [];
    const unconfirmed: Row[] = [];
    for (const [index, row] of sent.entries()) {
      const errors = rejections.get(index);
      if (errors !== undefined) rejected.push({ row, errors });
      else if (!silent.has(index)) accepted.push(row);
      else if (again) rejected.push({ row, errors: [notConfirmed] });
      else unconfirmed.push(row);
    }
    add(unconfirmed, true);
    return { accepted, rejected };
  }

  /** Only rows of the request count: a partner may name what nobody sent. */
  function drop(request: BatchRequest<Row>, rejections: ReadonlyMap<number, readonly RowError[]>): EndedRows<Row> {
    const rejected: EndedRows<Row>['rejected'][number][] = [];
    const rest: Row[] = [];
    for (const [index, row] of request.rows.entries()) {
      const errors = rejections.get(index);
      if (errors === undefined) rest.push(row);
      else rejected.push({ row, errors });
    }
    if (rejected.length === 0) return split(request, [...rejections.values()].flat());
    add(rest, request.again);
    return { accepted: [], rejected };
  }

  add(rows, false);
  return {
    next: () => waiting.shift(),
    tell(request, answer) {
      switch (answer.kind) {
        case 'taken':
          return end(request, answer.rejected, new Set(answer.unconfirmed));
        case 'refused':
          return drop(request, answer.rejected);
        case 'refusedWhole':
          return split(request, answer.errors);
        case 'tooLarge':
          return split(request, [tooLarge]);
      }
    },
  };
}

const notConfirmed: RowError = {
  code: 'row.not_confirmed',
  detail: 'Sent twice; the partner took the request and did not show this row among what it stored',
  pointer: '',
};

const tooLarge: RowError = {
  code: 'row.too_large',
  detail: 'The partner does not take a request of this size',
  pointer: '',
};

const refusedWithOthers = (count: number): RowError => ({
  code: 'row.refused_with_others',
  detail: `Refused together with ${count - 1} other rows; which of them is wrong the partner does not say`,
  pointer: '',
});
