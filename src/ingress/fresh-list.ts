import type { Failure } from '../domain/failure.ts';
import { catalogRead } from '../queues/catalog-read.ts';
import { makeEntry } from '../queues/define-job.ts';
import type { StoreDeps } from '../store/deps.ts';
import { merchantLane } from '../store/entries.ts';
import {
  askForPage,
  readKeptPage,
  readPageState,
  type KeptPage,
  type PageRef,
  type PageState,
} from '../store/listed-pages.ts';
import type { IngressDeps } from './deps.ts';
import { makeRefusal } from './problem.ts';
import { pushAndWait } from './push-and-wait.ts';

/** What was read is answered for so long without reading it anew. */
const freshMs = 30_000;
/** So long after a try that came to nothing is there no other. */
const restsMs = 5_000;

export interface ShownPage extends KeptPage {
  fetchedAt: string;
  /** Older than it should be: it could not be read anew in time. */
  stale: boolean;
}

/** For the document of a route that answers with a list of a partner's. */
export const listProblems = [
  'catalog.not_read',
  'connection.paused',
  'connection.partner_refused',
  'connection.partner_down',
] as const;

/**
 * A page of what a partner lists. One that is older than 30 s is read anew, once for all who ask, within the partner's
 * limit; where that does not come in time, or comes to nothing, what is kept is answered.
 * @throws Failure one of `listProblems` where nothing is kept
 */
export async function readListedPage(
  { shedding }: Pick<IngressDeps, 'shedding'>,
  store: StoreDeps,
  page: PageRef & { merchantId: string },
): Promise<ShownPage> {
  let state = await askForPage(store, page);
  if (isDue(store, state) && !shedding()) {
    const { askedAt, triedAt } = state;
    const options = { lane: merchantLane(page.merchantId), cause: triedAt ?? askedAt };
    const payload = { ...page, query: { ...page.query } };
    await pushAndWait(store, makeEntry(catalogRead, payload, options), async () => {
      state = await readPageState(store, page);
      return state.triedAt !== triedAt;
    });
  }
  const kept = await readKeptPage(store, page);
  if (kept === null) throw toRefusal(state);
  return { ...kept.page, fetchedAt: kept.fetchedAt, stale: isOlder(store, kept.fetchedAt, freshMs) };
}

const isOlder = ({ clock }: StoreDeps, at: string | null, ms: number): boolean =>
  at === null || clock.now() - Date.parse(at) >= ms;

const isDue = (store: StoreDeps, { fetchedAt, triedAt }: PageState): boolean =>
  isOlder(store, fetchedAt, freshMs) && isOlder(store, triedAt, restsMs);

function toRefusal({ failure }: PageState): Failure {
  if (failure === null) return makeRefusal('catalog.not_read', 'the list is being read; ask again');
  const { code, kind } = failure;
  if (code === 'connection.paused') return makeRefusal('connection.paused', 'this connection is paused');
  const isDown = kind === 'transient' || kind === 'throttled';
  return makeRefusal(
    isDown ? 'connection.partner_down' : 'connection.partner_refused',
    `the partner’s list could not be read: ${code}`,
    { retryAfterMs: restsMs },
  );
}
