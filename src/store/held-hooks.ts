import type { StoreDeps } from './deps.ts';
import { listIssueEntries, listIssues } from './issues.ts';

/**
 * The open issues of these connections that hold webhooks back: what could not be worked off is kept for as long as an order
 * is, and nobody knows whose it is.
 */
export async function findIssuesWithHooks(
  deps: StoreDeps,
  merchantId: string,
  connectionIds: ReadonlySet<string>,
): Promise<string[]> {
  const found: string[] = [];
  for (let offset: number | null = 0; offset !== null;) {
    const page: Awaited<ReturnType<typeof listIssues>> = await listIssues(deps, merchantId, {
      offset,
      limit: 200,
      status: 'open',
    });
    for (const { id, target } of page.issues) {
      if (connectionIds.has(target) && (await holdsHooks(deps, id))) found.push(id);
    }
    offset = page.nextOffset;
  }
  return found;
}

async function holdsHooks(deps: StoreDeps, issueId: string): Promise<boolean> {
  const entryIds = await listIssueEntries(deps, issueId);
  if (entryIds.length === 0) return false;
  const buried = await deps.redis.hmget(deps.keys.dead, ...entryIds);
  return buried.some((entry) => entry?.includes('inboxId') === true);
}
