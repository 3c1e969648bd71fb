import type { Hono } from 'hono';
import { holdsRole, type User } from '../store/users.ts';
import { noteAct, toLogin, whoIs, type ConsoleContext, type ConsoleEnv, type Desk } from './context.ts';
import { answerNotFound } from './error-page.ts';
import { boardPath, createQueueBoard } from './queue-board.ts';

/** All that bull-board is let through to; everything else that it could do (empty, clean, obliterate, …) is not there. */
const looks =
  /^(?:\/?|\/(?:queue\/[^/]+(?:\/[^/]+)?|job-schedulers|static\/[\w./-]+)|\/api\/(?:redis\/stats|job-schedulers|queues(?:\/[^/]+(?:\/[^/]+(?:\/(?:logs|flow))?)?)?))$/;
/** One failed hand-over, handed over again. */
const retries = /^\/api\/queues\/([^/]+)\/([^/]+)\/retry(?:\/failed)?$/;
/** `queue/job`, as the audit log says it; nothing where BullMQ does not call anything so. */
function jobIn(path: string): string[] {
  const [, ...names] = retries.exec(path) ?? [];
  return names.every((name) => /^[\w.-]{1,64}$/.test(name)) ? [names.join('/')] : [];
}
/** `CLIENT LIST`: the addresses of who is connected. */
const workers = /^\/api\/queues\/[^/]+\/workers$/;

type Verdict = 'look' | 'retry' | 'none';
/** What a request to the board is. `path`: below the board's own. */
export function judgeBoardRequest(method: string, path: string): Verdict {
  if (method === 'GET') return looks.test(path) && !workers.test(path) ? 'look' : 'none';
  return method === 'PUT' && retries.test(path) ? 'retry' : 'none';
}

/** The queues themselves, behind the console's login: bull-board, which acts only for operators and only by retrying. */
export function mountQueues(app: Hono<ConsoleEnv>, desk: Desk): void {
  const boards = new Map<boolean, ReturnType<typeof createQueueBoard>>();
  const boardFor = (user: User): ReturnType<typeof createQueueBoard> => boardOf(holdsRole(user.role, 'operator'));
  const boardOf = (acts: boolean): ReturnType<typeof createQueueBoard> => {
    const known = boards.get(acts) ?? createQueueBoard({ queues: desk.deps.queues(), acts });
    boards.set(acts, known);
    return known;
  };

  app.get(`${boardPath}/of/:id`, async (c) => {
    if ((await whoIs(desk, c)) === null) return toLogin(c);
    const id = c.req.param('id');
    const merchantId = await desk.deps.merchantOf(id);
    if (merchantId === null) return answerNotFound(c);
    return c.redirect(`/ops/m/${merchantId}/${id.startsWith('run_') ? 'runs' : 'orders'}/${id}`, 303);
  });

  // Its code is public: the same for everybody, like the console's own. Names hold a digest of the content.
  app.get(`${boardPath}/static/*`, async (c) => {
    if (judgeBoardRequest('GET', c.req.path.slice(boardPath.length)) === 'none') return answerNotFound(c);
    const askBoard = await boardOf(false);
    const response = await askBoard(c.req.raw, c.env);
    if (!response.ok) return answerNotFound(c);
    const headers = new Headers(response.headers);
    headers.set('Cache-Control', 'public, max-age=31536000, immutable');
    return new Response(response.body, { status: response.status, headers });
  });

  const serve = async (c: ConsoleContext): Promise<Response> => {
    const user = await whoIs(desk, c);
    const path = c.req.path.slice(boardPath.length);
    const isApi = path.startsWith('/api/');
    if (user === null) return isApi ? c.json({ error: 'log in again' }, 401) : toLogin(c);
    const verdict = judgeBoardRequest(c.req.method, path);
    if (verdict === 'none') return isApi ? c.json({ error: 'this is not offered here' }, 404) : answerNotFound(c);
    if (verdict === 'retry') {
      const allowed = holdsRole(user.role, 'operator');
      const act = { operation: 'PUT /ops/queues/:queue/:job/retry', user, on: jobIn(path) };
      if (!allowed) {
        await noteAct(desk, c, { ...act, status: 403, code: 'auth.scope' });
        return c.json({ error: 'this needs the role operator' }, 403);
      }
      const response = await (await boardFor(user))(c.req.raw, c.env);
      await noteAct(desk, c, { ...act, status: response.status });
      return response;
    }
    const response = await (await boardFor(user))(c.req.raw, c.env);
    const isDocument = response.headers.get('content-type')?.startsWith('text/html') === true;
    if (!isDocument) return response;
    // Its fonts come from a public server, which is nobody's business: the system's own are as good.
    const document = (await response.text()).replace(/<link [^>]*fonts\.googleapis[^>]*>/g, '');
    return c.html(document, 200, { 'Cache-Control': 'no-store' });
  };
  app.on(['GET', 'PUT', 'POST', 'PATCH', 'DELETE'], [boardPath, `${boardPath}/*`], serve);
}
