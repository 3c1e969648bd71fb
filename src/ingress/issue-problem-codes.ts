import { row, type ProblemRow } from './problem-row.ts';

/** What may be wrong about an issue. */
export const issueProblemCodes = {
  'issue.not_found': row('rejected', 404, 'No such issue', 'See `GET /v1/issues`.'),
  'issue.no_sku': row(
    'rejected',
    409,
    'The issue is about no SKU',
    'Amend its orders with `PATCH /v1/orders/{orderId}`.',
  ),
} as const satisfies Record<string, ProblemRow>;
