import { row, type ProblemRow } from './problem-row.ts';

/** Of parcels and what their carriers tell. */
export const trackingProblemCodes = {
  'tracking.not_found': row(
    'rejected',
    404,
    'No such parcel',
    'Nobody has told of this number of this carrier: an order’s tracking names it, or its carrier’s events do.',
  ),
  'tracking.nobody_asked': row(
    'rejected',
    409,
    'Nobody can be asked about this parcel',
    'Its carrier has no connection here that takes questions, or that one is paused: what it tells by itself is all there is.',
  ),
  'tracking.just_asked': row(
    'throttled',
    429,
    'Its carrier has just been asked',
    'About one parcel once a minute: read it again, or wait as long as `Retry-After` says.',
  ),
  'tracking.all_rejected': row(
    'rejected',
    422,
    'No event could be taken',
    '`errors` says what is wrong with each, with a pointer into the body.',
  ),
} as const satisfies Record<string, ProblemRow>;
