import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context } from 'hono';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { RedisClient } from '../platform/redis.ts';
import { reasonOf } from '../platform/redis-away.ts';
import { rememberFor, type ShortMemory } from '../platform/remember.ts';
import type { BullQueues } from '../queues/bull-queues.ts';
import { writeAudit, type AuditLine } from '../store/audit.ts';
import { endSession, readSession } from '../store/sessions.ts';
import type { User } from '../store/users.ts';
import type { FetchApi } from './api.ts';
import { hasForms, withOwnForms } from './act-form.ts';
import { makeDocument, makeRefresh, shownHeader, type Frame, type LayoutParts } from './layout.ts';
import { createCookies, type Cookies } from './session-cookie.ts';
import type { WrittenView } from './view-shelf.ts';

/** What the console is made of; put together in compose-console.ts. */
export interface ConsoleDeps {
  /** A `producer` profile connection, for what lies under the global tag. */
  redis: RedisClient;
  clock: Clock;
  log: Log;
  /** Under which browsers reach us. */
  baseUrl: string;
  api: FetchApi;
  /** BullMQ's queues of each shard, for looking at them. */
  queues(): readonly BullQueues[];
  /** Whose order or run this is; null where there is none of this id. */
  merchantOf(id: string): Promise<string | null>;
}

/** What is known of one request. */
export interface ConsoleEnv {
  Bindings: { incoming?: { socket: { remoteAddress?: string } } };
  Variables: { secureHeadersNonce?: string; requestId: string; frame?: Frame };
}
export type ConsoleContext = Context<ConsoleEnv>;

/** What all of the console's routes share. */
export interface Desk {
  deps: ConsoleDeps;
  cookies: Cookies;
  /** Who was logged in a moment ago, by token: what refreshes believe. */
  known: ShortMemory<User>;
}
/** Most open pages ask every five seconds, so that of two refreshes one looks. So late, at most, an end reaches them. */
const believedMs = 7_000;
export const createDesk = (deps: ConsoleDeps): Desk => ({
  deps,
  cookies: createCookies(deps.baseUrl),
  known: rememberFor(deps.clock, believedMs),
});

/** A page asks for itself while it is open: nobody has to be there. */
export const isRefresh = (c: ConsoleContext): boolean =>
  c.req.method === 'GET' && c.req.header('hx-request') === 'true';

/** Who is logged in; null for nobody. A refresh believes for a moment what was read before. */
export async function whoIs({ deps, cookies, known }: Desk, c: ConsoleContext): Promise<User | null> {
  const token = cookies.readSession(c);
  if (token === undefined) return null;
  const believed = isRefresh(c) ? known.get(token) : undefined;
  if (believed !== undefined) return believed;
  const user = await readSession(deps, token, { used: !isRefresh(c) });
  if (user === null) known.forget(token);
  return user === null ? null : known.set(token, user);
}

/** Ends the session that the browser brought along. */
export async function endVisit({ deps, cookies, known }: Desk, c: ConsoleContext): Promise<void> {
  const token = cookies.readSession(c);
  if (token === undefined) return;
  await endSession(deps, token);
  known.forget(token);
}

export async function answer(
  c: ConsoleContext,
  parts: Omit<LayoutParts, 'nonce'>,
  status: 200 | 400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503 = 200,
): Promise<Response> {
  const page = await makeDocument({ ...parts, nonce: c.get('secureHeadersNonce') ?? '' });
  c.header('Cache-Control', 'no-store');
  return c.html(withOwnForms(String(page)), status);
}

/** The live part of a page alone, to who has it open; nothing where that is what they see. It is packed once for all. */
export async function answerRefresh(c: ConsoleContext, view: WrittenView, url: string): Promise<Response> {
  const { title, body, mark } = view;
  c.header('Cache-Control', 'no-store');
  const refresh = toRefresh(view, url);
  if (refresh !== undefined && c.req.header(shownHeader) === mark) return c.body(null, 204);
  const page = String(await makeRefresh({ title, body, refresh }));
  const mayPack = refresh !== undefined && !hasForms(page) && /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
  if (!mayPack) return c.html(withOwnForms(page));
  view.packed ??= pack(page).then((bytes) => new Uint8Array(bytes));
  const headers = { 'Content-Type': 'text/html; charset=UTF-8', 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' };
  return c.body(await view.packed, 200, headers);
}
const pack = promisify(gzip);

export const toRefresh = ({ refreshSeconds: seconds, mark }: WrittenView, url: string) =>
  seconds === undefined ? undefined : { url, seconds, mark };

/** Where a browser may be sent after the login: a page of ours, and nothing that another site wrote into a link. */
export const safeNext = (next: string | undefined): string =>
  next !== undefined && /^\/ops(?:[/?][\x21-\x7e]*)?$/.test(next) ? next : '/ops';

/** To the login, and back here afterwards. */
export function toLogin(c: ConsoleContext): Response {
  const { pathname, search } = new URL(c.req.url);
  const isPage = c.req.method === 'GET' && pathname !== '/ops';
  const to = isPage ? `/ops/login?next=${encodeURIComponent(pathname + search)}` : '/ops/login';
  // A page that refreshes itself goes there as a whole.
  if (!isRefresh(c)) return c.redirect(to, 303);
  c.header('HX-Redirect', to);
  return c.body(null, 204);
}

/**
 * Writes down what does not reach the API: logging in and out, one's own password, and what a role does not allow.
 * `on` is the user where nothing else is named. What Redis cannot take goes to the log, and the answer stays what it was.
 */
export async function noteAct(
  { deps }: Desk,
  c: ConsoleContext,
  act: { operation: string; user: User | null; status: number; code?: string } & Partial<
    Pick<AuditLine, 'on' | 'merchantId'>
  >,
): Promise<void> {
  const { user, operation, status, code = null, merchantId = null, on = user === null ? [] : [user.id] } = act;
  const who = { actor: user?.id ?? 'nobody', through: 'console', requestId: c.get('requestId') } as const;
  const line = { operation, status, code, merchantId, on, ...who };
  try {
    await writeAudit(deps, line);
  } catch (error) {
    deps.log.error({ ...line, reason: reasonOf(error) }, 'audit.notWritten');
  }
}

export const addressOf = (c: ConsoleContext): string => c.env?.incoming?.socket.remoteAddress ?? '';

/** The fields of a form; files and repeated names are none. */
export async function readForm(c: ConsoleContext): Promise<Record<string, string>> {
  const parsed = await c.req.parseBody();
  return Object.fromEntries(Object.entries(parsed).filter((pair): pair is [string, string] => typeof pair[1] === 'string')); // prettier-ignore
}
