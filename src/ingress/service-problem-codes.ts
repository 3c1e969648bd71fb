import { row, type ProblemRow } from './problem-row.ts';

/** Of services that a last-mile platform asks for. */
export const serviceProblemCodes = {
  'service.not_found': row(
    'rejected',
    404,
    'No such service',
    'It does not exist, is another’s, or its retention is over.',
  ),
  'service.state': row(
    'rejected',
    400,
    'The service is over',
    'What was delivered or returned is neither canceled nor paused.',
  ),
  'service.contended': row(
    'transient',
    503,
    'Too many changes at once',
    'Others changed this service at the same moment.',
  ),
  'service.cancel_refused': row(
    'rejected',
    400,
    'The carrier does not cancel it',
    'It has the goods already, as a rule.',
  ),
  'service.cancel_pending': row(
    'transient',
    500,
    'The carrier has not answered',
    'It is asked until it does. Ask again; when it has let go, the platform is told as well.',
  ),
  'service.no_rate': row(
    'rejected',
    404,
    'No rate',
    'The connection’s settings have none for this carrier and weight.',
  ),
} as const satisfies Record<string, ProblemRow>;
