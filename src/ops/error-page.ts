import { html } from 'hono/html';
import { originOf } from '../domain/failure.ts';
import { isRedisAway } from '../platform/redis-away.ts';
import { Refused } from './api.ts';
import { answer, isRefresh, type ConsoleContext, type ConsoleDeps } from './context.ts';
import { BrokenForm } from './read-upload.ts';
import { showProblem } from './who-fixes.ts';

interface Said {
  status: 403 | 404 | 409 | 422 | 429 | 500 | 503;
  title: string;
  detail: string;
  source: string;
  id?: string;
}

/** A page that says what is wrong and whose turn it is. */
export const answerProblem = (c: ConsoleContext, { status, ...said }: Said): Promise<Response> =>
  answer(
    c,
    {
      title: said.title,
      frame: c.get('frame') ?? null,
      body: html`${showProblem({ ...said, isPage: true })}
        <p><a href="/ops">To what needs attention</a></p>`,
    },
    status,
  );

export const answerNotFound = (c: ConsoleContext): Promise<Response> =>
  answerProblem(c, {
    status: 404,
    title: 'There is no such page',
    detail: gone,
    source: 'you',
  });

const gone = 'The address is wrong, or what it showed is past its retention. Search finds what is there by any id.';

/** Whatever was thrown while a page was made or an act was done. */
export function answerThrown({ log }: ConsoleDeps, c: ConsoleContext, thrown: unknown): Promise<Response> {
  if (isRedisAway(thrown)) return answerAway(c, 'Redis cannot be reached', 3);
  if (thrown instanceof Refused) {
    const { title, detail, source, status, traceId: id } = thrown.problem;
    if (status === 503) return answerAway(c, title, thrown.retryAfterSeconds);
    // What there is not says of itself no more than its title does.
    const words = status === 404 ? gone : detail;
    return answerProblem(c, { status: toShownStatus(status), title, detail: words, source, id });
  }
  if (thrown instanceof BrokenForm) {
    return answerProblem(c, { status: 422, title: 'This form cannot be taken', detail: thrown.message, source: 'you' });
  }
  const id = c.get('requestId');
  log.error({ requestId: id, path: c.req.routePath, ...originOf(thrown) }, 'page.failed');
  const detail = 'This page could not be made. It was written to the log under the trace.';
  return answerProblem(c, { status: 500, title: 'Something went wrong here', detail, source: 'packline', id });
}

const shownStatuses = [403, 404, 409, 422, 429] as const;
export const toShownStatus = (status: number): Said['status'] =>
  shownStatuses.find((one) => one === status) ?? (status >= 500 ? 500 : 422);

/** Something that passes: the page is asked for again until it has. An act is not repeated by itself. */
function answerAway(c: ConsoleContext, title: string, seconds: number): Promise<Response> {
  const { pathname, search } = new URL(c.req.url);
  const isAct = c.req.method !== 'GET';
  const url = isAct ? pathname.replace(/\/[^/]*$/, '') : pathname + search;
  const body = html`<div class="notice bad" role="alert">
    <h1>${title}</h1>
    <p>
      Packline takes nothing new and shows nothing until it is back. What was accepted is safe: it is done as soon as
      the store answers.
    </p>
    ${isAct ? html`<p><strong>It is not known whether your last act was done.</strong> Look before you repeat it.</p>` : ''}
    <p class="quiet">
      Whoever runs Packline can fix this: <code>packline doctor</code> says what is wrong. This page tries again by
      itself.
    </p>
  </div>`;
  c.header('Retry-After', String(seconds));
  const again = { url, seconds: Math.max(2, seconds) };
  const parts = isRefresh(c) ? { refresh: again } : { reload: again };
  return answer(c, { title, frame: c.get('frame') ?? null, body, ...parts }, 503);
}
