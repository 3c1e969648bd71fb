import type { FailureKind } from '../domain/failure.ts';

export interface ProblemRow {
  kind: FailureKind;
  status: number;
  title: string;
  /** What happened and what to do about it; the text of the page under /docs/problems. */
  about: string;
}

export const row = (kind: FailureKind, status: number, title: string, about: string): ProblemRow => ({
  kind,
  status,
  title,
  about,
});
