import { row, type ProblemRow } from './problem-row.ts';

/** Of the people who use the console. */
export const userProblemCodes = {
  'user.not_found': row('rejected', 404, 'No such user', 'See `GET /v1/users`.'),
  'user.exists': row('rejected', 409, 'The name is taken', 'Login names are unique, whatever their case.'),
  'user.last_admin': row(
    'rejected',
    409,
    'The last admin',
    'Nobody would be left who may manage users: make somebody else an admin first.',
  ),
} as const satisfies Record<string, ProblemRow>;
