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
  'event.wiped': row(
    'rejected',
    409,
    'The event has no payload any more',
    'Somebody had it removed (`DELETE /v1/events/{id}/payload`): it cannot be sent again. Read what it was about instead.',
  ),
  'event.under_way': row(
    'rejected',
    409,
    'The event is on its way',
    'To every endpoint that it could be sent to it is being tried already, or has been delivered: ask for `includeDelivered`.',
  ),
  'replay.not_found': row('rejected', 404, 'No such replay', 'Replays are kept as long as events.'),
  'replay.running': row(
    'rejected',
    409,
    'The endpoint has a replay under way',
    'One at a time: see `GET /v1/replays`, and wait for it or cancel it.',
  ),
  'replay.state': row('rejected', 409, 'The replay is over', 'There is nothing to cancel.'),
  'replay.too_old': row(
    'rejected',
    422,
    'Events are not kept for so long',
    'Begin later, or set PACKLINE_EVENT_RETENTION_DAYS higher for the next time.',
  ),
  'delivery.not_found': row('rejected', 404, 'No such delivery', 'Deliveries are kept as long as their events.'),
} as const satisfies Record<string, ProblemRow>;
