import type { Hono } from 'hono';
import { holdsRole, type User } from '../store/users.ts';
import { createApi, Refused, type Operation } from './api.ts';
import { toLogin, whoIs, type ConsoleContext, type ConsoleEnv, type Desk } from './context.ts';
import { answerNotFound } from './error-page.ts';
import { boardPath, createQueueBoard } from './queue-board.ts';

/** All that bull-board is let through to; everything else that it could do (empty, clean, obliterate, …) is not there. */
const looks =
  /^(?:\/?|\/(?:queue\/[^/]+(?:\/[^/]+)?|job-schedulers|static\/[\w./-]+)|\/api\/(?:redis\/stats|job-schedulers|queues(?:\/[^/]+(?:\/[^/]+(?:\/(?:logs|flow))?)?)?))$/;
/** What may be done beside looking: each is an operation of the API, which does it. */
const boardActs: readonly { method: string; path: RegExp; uses: Operation }[] = [
  {
    method: 'PUT',
    path: /^\/api\/queues\/(?<queue>[^/]+)\/(?<jobId>[^/]+)\/retry$/,
    uses: 'POST /v1/queues/:queue/jobs/:jobId/retry',
  },
];
/** `CLIENT LIST`: the addresses of who is connected. */
const workers = /^\/api\/queues\/[^/]+\/workers$/;

interface BoardAct {
  uses: Operation;
  params: Readonly<Record<string, string>>;
}
/** What a request to the board is. `path`: below the board's own. */
export function judgeBoardRequest(method: string, path: string): 'look' | BoardAct | 'none' {
  if (method === 'GET') return looks.test(path) && !workers.test(path) ? 'look' : 'none';
  const found = boardActs.find((act) => act.method === method && act.path.test(path));
  return found === undefined ? 'none' : { uses: found.uses, params: { ...found.path.exec(path)?.groups } };
}

/** The queues themselves, behind the console's login: bull-board, which acts by the API alone, and may do no more than retry. */
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

  /** Answers as the board's own front end is used to. */
  const act = async (c: ConsoleContext, user: User, { uses, params }: BoardAct): Promise<Response> => {
    const api = createApi(desk.deps.api, { user, merchantId: null, declared: new Set([uses]) });
    try {
      await api.act(uses, { params });
      return c.body(null, 204);
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      const { title: error, detail: message, status } = thrown.problem;
      return Response.json({ error, message }, { status });
    }
  };

  const serve = async (c: ConsoleContext): Promise<Response> => {
    const user = await whoIs(desk, c);
    const path = c.req.path.slice(boardPath.length);
    const isApi = path.startsWith('/api/');
    if (user === null) return isApi ? c.json({ error: 'log in again' }, 401) : toLogin(c);
    const verdict = judgeBoardRequest(c.req.method, path);
    if (verdict === 'none') return isApi ? c.json({ error: 'this is not offered here' }, 404) : answerNotFound(c);
    if (verdict !== 'look') return act(c, user, verdict);
    const response = await (await boardFor(user))(c.req.raw, c.env);
    const isDocument = response.headers.get('content-type')?.startsWith('text/html') === true;
    if (!isDocument) return response;
    // Its fonts come from a public server, which is nobody's business: the system's own are as good.
    const document = (await response.text()).replace(/<link [^>]*fonts\.googleapis[^>]*>/g, '');
    return c.html(document, 200, { 'Cache-Control': 'no-store' });
  };
  app.on(['GET', 'PUT', 'POST', 'PATCH', 'DELETE'], [boardPath, `${boardPath}/*`], serve);
}
