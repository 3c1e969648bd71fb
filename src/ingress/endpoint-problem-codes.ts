import { row, type ProblemRow } from './problem-row.ts';

/** Of webhook endpoints, and what is sent to them. */
export const endpointProblemCodes = {
  'endpoint.not_found': row('rejected', 404, 'No such endpoint', 'See `GET /v1/endpoints`.'),
  'endpoint.too_many': row(
    'rejected',
    409,
    'Too many endpoints',
    'A merchant may have 50. Delete one that nobody needs; one endpoint may take any number of event types.',
  ),
  'endpoint.keys_full': row(
    'rejected',
    409,
    'Too many secrets sign',
    'Ten earlier secrets are still in their overlap. Rotate with a shorter `overlapHours`: it ends theirs as well.',
  ),
  'endpoint.state': row(
    'rejected',
    409,
    'The endpoint is disabled',
    'Nothing is sent to it: enable it first with `POST /v1/endpoints/{id}/enable`.',
  ),
  'event.not_found': row('rejected', 404, 'No such event', 'Events are kept for some days only.'),
  'delivery.not_found': row('rejected', 404, 'No such delivery', 'Deliveries are kept as long as their events.'),
} as const satisfies Record<string, ProblemRow>;
