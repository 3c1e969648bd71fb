import { toInstant } from '../platform/clock.ts';
import { commit } from './commit.ts';
import type { StoreDeps } from './deps.ts';
import type { Issue } from './issues.ts';

/** What people say of an issue; what is left out stays as it is, null takes it back. */
export interface IssueChange {
  acknowledged?: boolean | undefined;
  /** To whom: a name, or a user's id. */
  assignedTo?: string | null | undefined;
  /** Until then (ms), or until it has been seen so many times more. */
  ignored?: { untilMs?: number | undefined; times?: number | undefined } | null | undefined;
}

/** Writes it down, with who said it and when. An issue that was forgotten meanwhile stays so. */
export async function changeIssue(
  store: StoreDeps,
  { id, count }: Pick<Issue, 'id' | 'count'>,
  { acknowledged, assignedTo, ignored }: IssueChange,
  by: string,
): Promise<void> {
  const key = store.keys.issue(id);
  const at = toInstant(store.clock.now());
  const writes: string[][] = [];
  if (acknowledged === true) writes.push(['HSET', key, 'ackAt', at, 'ackBy', by]);
  if (acknowledged === false) writes.push(['HDEL', key, 'ackAt', 'ackBy']);
  if (assignedTo === null) writes.push(['HDEL', key, 'assignee', 'assignedAt', 'assignedBy']);
  else if (assignedTo !== undefined) {
    writes.push(['HSET', key, 'assignee', assignedTo, 'assignedAt', at, 'assignedBy', by]);
  }
  if (ignored !== undefined) {
    writes.push(['HDEL', key, 'ignoreAt', 'ignoreBy', 'ignoreUntilMs', 'ignoreUntilCount']);
    if (ignored !== null) {
      const { untilMs, times } = ignored;
      writes.push(['HSET', key, 'ignoreAt', at, 'ignoreBy', by]);
      if (untilMs !== undefined) writes.push(['HSET', key, 'ignoreUntilMs', String(untilMs)]);
      if (times !== undefined) writes.push(['HSET', key, 'ignoreUntilCount', String(count + times + 1)]);
    }
  }
  await commit(store, { guards: [{ key, field: 'id', expected: id }], writes });
}
