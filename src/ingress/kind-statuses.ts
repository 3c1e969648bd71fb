import type { FailureKind } from '../domain/failure.ts';

/** What a kind of failure means over HTTP, for codes that have no row of their own (a partner's, say). */
export const kindStatuses: Record<FailureKind, { status: number; title: string }> = {
  transient: { status: 503, title: 'Not now' },
  throttled: { status: 429, title: 'Too fast' },
  rejected: { status: 422, title: 'Refused' },
  misconfigured: { status: 401, title: 'Credentials or settings are wrong' },
  malformed: { status: 400, title: 'Not understood' },
  aborted: { status: 503, title: 'Broken off' },
};
