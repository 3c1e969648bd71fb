import { row, type ProblemRow } from './problem-row.ts';

/** Of bulk runs as a whole; what is wrong with their bodies: rows/problem-codes.ts. */
export const runProblemCodes = {
  'run.not_found': row('rejected', 404, 'No such run', 'See `GET /v1/runs`.'),
  'run.missing': row('rejected', 404, 'No such run', 'It went past its retention while it was in use.'),
  'run.verdicts_damaged': row(
    'malformed',
    500,
    'What became of the rows is damaged',
    'The blob store does not hold what was written. The counts of the run hold; upload the rows again.',
  ),
  'run.state': row(
    'rejected',
    409,
    'Not in this state of the run',
    'What is over cannot be canceled, and only a run that failed and still has its place can be resumed, only one that holds something confirmed.',
  ),
  'run.mode': row(
    'rejected',
    422,
    'Not in this mode',
    'Only a full snapshot (`mode=full`) retires what it does not have: `storeLocationId` and `confirmRetire` are about that.',
  ),
  'run.no_catalog': row(
    'rejected',
    422,
    'Nobody takes products and stock',
    'The merchant has no connection, or this connection is none, to a fulfilment system that products and stock are put to.',
  ),
  'run.connection_unnamed': row(
    'rejected',
    422,
    'Several connections',
    'More than one of the merchant’s connections takes products and stock: name one in the header `Packline-Connection`.',
  ),
  'pull.off': row(
    'rejected',
    422,
    'Nothing is to be pulled',
    'The connection’s settings do not ask for its products and stock (`settings.pull`), or its system has none to read.',
  ),
  'pull.running': row(
    'rejected',
    409,
    'A complete read is under way',
    '`GET` on the same path tells how far it is. Cancel one of its runs to end it.',
  ),
  'run.rows_gone': row(
    'rejected',
    410,
    'The rows are past their retention',
    'The counts of a run are kept longer than its rows and what became of each.',
  ),
  'catalog.not_read': row(
    'transient',
    503,
    'The partner’s list is being read',
    'It waits for its turn in the partner’s limit, behind orders and uploads. Ask again after `Retry-After`.',
  ),
  'run.not_spooling': row(
    'aborted',
    409,
    'The run takes no more rows',
    'It was ended while its rows were still coming in. Nothing of it was sent on; send it again.',
  ),
} as const satisfies Record<string, ProblemRow>;
