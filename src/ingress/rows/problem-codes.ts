import { row, type ProblemRow } from '../problem-row.ts';

/**
 * What may be wrong with the body of an upload as a whole, and with the place where its rows are kept. What is wrong with a
 * row is the row's own verdict.
 */
export const rowProblemCodes = {
  'rows.content_type': row(
    'malformed',
    415,
    'No format of rows',
    'Send `application/json`, `application/x-ndjson` or `text/csv`, in UTF-8.',
  ),
  'rows.content_encoding': row('malformed', 415, 'Another compression', 'Send the body as it is, or as gzip.'),
  'rows.gzip': row('malformed', 400, 'The body is not gzip', 'It is damaged, or something follows it.'),
  'rows.json': row(
    'malformed',
    400,
    'The body has another form',
    'Products are sent as `{"products": [ … ]}`, inventory as `{"items": [ … ]}`, and nothing beside that.',
  ),
  'rows.csv': row(
    'malformed',
    400,
    'The body is not such a table',
    'The first line names the columns; cells are separated by commas and quoted with double quotes (RFC 4180).',
  ),
  'rows.incomplete': row(
    'aborted',
    400,
    'The body ended too early',
    'Its JSON, its gzip or its last quoted cell goes on behind its end. Nothing of it was sent on; send it again.',
  ),
  'spool.lost': row(
    'malformed',
    500,
    'The rows are lost',
    'What was uploaded is not where it was put, or damaged. Its verdicts so far hold; upload the rows again.',
  ),
  'blobs.unavailable': row('transient', 503, 'The blob store is away or full', 'Send the request again later.'),
  'blobs.refused': row(
    'misconfigured',
    500,
    'The blob store refuses Packline',
    'An operator has to see to PACKLINE_BLOBS_URL and the keys beside it.',
  ),
} as const satisfies Record<string, ProblemRow>;
