import { row, type ProblemRow } from './problem-row.ts';

/** Of the partner simulators. */
export const sandboxProblemCodes = {
  'sandbox.off': row(
    'rejected',
    404,
    'No sandbox here',
    'This installation talks to real partners (`PACKLINE_SANDBOX`).',
  ),
  'sandbox.failed': row('transient', 502, 'The sandbox failed', 'Its own log says why. It runs beside the API.'),
} as const satisfies Record<string, ProblemRow>;
