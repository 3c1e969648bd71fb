import { digest } from '../store/deps.ts';
import { listMerchants, type Merchant } from '../store/merchants.ts';
import { holdsRole, type Role, type User } from '../store/users.ts';
import { idsAmong } from '../ingress/record-act.ts';
import { createTokenBuckets } from '../ingress/token-buckets.ts';
import { makeForm, onceField } from './act-form.ts';
import { createApi, Refused } from './api.ts';
import {
  answer,
  answerRefresh,
  isRefresh,
  noteAct,
  readForm,
  toLogin,
  toRefresh,
  whoIs,
  type ConsoleContext,
  type Desk,
} from './context.ts';
import type { Act, Html, Page, PageCall, Stream } from './define-page.ts';
import { answerNotFound, answerProblem, toShownStatus } from './error-page.ts';
import { shownHeader, type Frame } from './layout.ts';
import { boardPath } from './queue-board.ts';
import { html } from 'hono/html';
import { createPassOn } from './pass-on.ts';
import { readUpload, type Upload } from './read-upload.ts';
import { createViewShelf, type WrittenView } from './view-shelf.ts';
import { showProblem } from './who-fixes.ts';

/** Pages of one user: far more than people can look at, refreshes included. */
const pagesPerUser = { perSecond: 10, burst: 60 } as const;

const merchantBase = '/ops/m/:merchantId';
export const mountedAt = ({ isAboutMerchant, path }: Page): string =>
  `${isAboutMerchant ? merchantBase : '/ops'}${path === '/' ? '' : path}`;

type Opened = { user: User; merchant: Merchant | null; call: PageCall<Record<string, string>, Record<string, string>> };

/** Opens pages for who may see them, and does their acts. */
export function createPageHost(desk: Desk, pages: readonly Page[]) {
  const { deps, cookies } = desk;
  const buckets = createTokenBuckets(deps.clock, pagesPerUser);
  const shelf = createViewShelf(deps.clock);
  const passOn = createPassOn();

  const makeMenu = (page: Page, user: User, merchant: Merchant | null): Frame['menu'] => [
    ...pages.flatMap((one) => {
      const isOpen = one.menu !== undefined && holdsRole(user.role, one.role);
      if (!isOpen || (one.isAboutMerchant && merchant === null)) return [];
      const href = mountedAt(one).replace(':merchantId', merchant?.id ?? '');
      return [{ href, words: one.menu ?? '', isHere: one === page || isBelow(page, one) || one.menu === page.under }];
    }),
    { href: boardPath, words: 'Queues', isHere: false },
  ];

  const tooMany = (c: ConsoleContext): Promise<Response> =>
    answerProblem(c, {
      status: 429,
      title: 'Too many pages at once',
      detail: 'Wait a few seconds.',
      source: 'you',
    });

  /** Who asks, for which merchant, and what the page is made from; or the answer that says why not. */
  const open = async (c: ConsoleContext, page: Page, path: string): Promise<Opened | Response> => {
    const user = await whoIs(desk, c);
    if (user === null) return toLogin(c);
    const opened = await lookUp(c, page, path, user);
    if (!buckets.take(user.id).taken) return tooMany(c);
    return opened ?? answerNotFound(c);
  };

  /** Null for a page about a merchant that there is not. */
  const lookUp = async (c: ConsoleContext, page: Page, path: string, user: User): Promise<Opened | null> => {
    const merchants = await listMerchants(deps);
    const named = page.isAboutMerchant ? c.req.param('merchantId') : cookies.readMerchant(c);
    const found = merchants.find(({ id }) => id === named) ?? null;
    const merchant = page.isAboutMerchant ? found : (found ?? merchants[0] ?? null);
    const place = page.isAboutMerchant && page.menu !== undefined ? page.path : null;
    // A refresh does not take away what nobody has read yet.
    const said = c.req.method === 'GET' && !isRefresh(c) ? cookies.hear(c) : undefined;
    c.set('frame', { user, merchants, merchant, menu: makeMenu(page, user, merchant), place, said });
    if (page.isAboutMerchant && merchant === null) return null;
    if (page.isAboutMerchant && merchant !== null && !isRefresh(c)) cookies.keepMerchant(c, merchant.id);
    const declared = new Set([...page.reads, ...page.acts.map(({ uses }) => uses)]);
    const api = createApi(deps.api, {
      user,
      merchantId: page.isAboutMerchant ? (merchant?.id ?? null) : null,
      declared,
    });
    const form = (act: Act, parts = {}): Html => makeForm(user, path, act, parts);
    const { params, query } = { params: c.req.param(), query: c.req.query() };
    const { merchantId: _, ...ownParams }: Record<string, string> = params;
    return {
      user,
      merchant,
      call: { user, merchants, params: ownParams, query, api, nowMs: deps.clock.now(), path, form },
    };
  };

  /** Which role it takes, where the user does not hold it: that of the page, then that of the act. */
  const missingRole = ({ role }: User, ...needed: Role[]): Role | undefined =>
    needed.find((one) => !holdsRole(role, one));

  const mayNot = (c: ConsoleContext, needed: Role, user: User): Promise<Response> =>
    answerProblem(c, {
      status: 403,
      title: 'Your role does not allow this',
      detail: `This needs the role ${needed}; yours is ${user.role}. An admin can change it under Settings.`,
      source: 'you',
    });

  const write = async (
    page: Page,
    { merchant, call }: Pick<Opened, 'merchant' | 'call'>,
  ): Promise<WrittenView | null> => {
    const view = await page.show(call, merchant);
    if (view === null) return null;
    const body = await view.body;
    return { ...view, body, mark: digest(`${view.title}\n${String(body)}`).slice(0, 22) };
  };

  const show = async (
    c: ConsoleContext,
    page: Page,
    { user, merchant, call }: Opened,
    above?: Html,
  ): Promise<Response> => {
    const view = await write(page, { merchant, call });
    if (view === null) return answerNotFound(c);
    const { title, body, redirect, isFed } = view;
    if (redirect !== undefined) return c.redirect(redirect, 303);
    const frame = c.get('frame') ?? null;
    if (call.refusal !== undefined) {
      const { title: what, detail, source, traceId: id, status, errors } = call.refusal.problem;
      const shown = html`${showProblem({ title: what, detail, source, id, errors })}${body}`;
      return answer(c, { title, frame, body: shown }, toShownStatus(status));
    }
    // A refresh would take it away.
    if (above !== undefined) return answer(c, { title, frame, body: html`${above}${body}` });
    const url = addressIn(c);
    shelf.put(`${user.role} ${url}`, view);
    return answer(c, { title, frame, body, refresh: toRefresh(view, url), isFed });
  };

  /** For somebody who has the page open. What all who have their role see is made once for all. */
  const refresh = async (c: ConsoleContext, page: Page): Promise<Response> => {
    const user = await whoIs(desk, c);
    if (user === null) return toLogin(c);
    if (!buckets.take(user.id).taken) return tooMany(c);
    if (!holdsRole(user.role, page.role)) return mayNot(c, page.role, user);
    const url = addressIn(c);
    const view = await shelf.take(`${user.role} ${url}`, async () => {
      const opened = await lookUp(c, page, c.req.path, user);
      return opened === null ? null : write(page, opened);
    });
    if (view === null) return answerNotFound(c);
    if (view.redirect !== undefined) return c.redirect(view.redirect, 303);
    return answerRefresh(c, view, url);
  };

  return {
    async show(c: ConsoleContext, page: Page): Promise<Response> {
      if (isRefresh(c)) return refresh(c, page);
      const opened = await open(c, page, c.req.path);
      if (opened instanceof Response) return opened;
      return holdsRole(opened.user.role, page.role) ? show(c, page, opened) : mayNot(c, page.role, opened.user);
    },

    /** The whole answer to nearly every refresh: nothing, while what is seen is what would be sent. Null where it takes more. */
    async answerUnchanged(c: ConsoleContext): Promise<Response | null> {
      const shown = isRefresh(c) ? c.req.header(shownHeader) : undefined;
      if (shown === undefined) return null;
      // What goes wrong is told by who makes the page.
      const user = await whoIs(desk, c).catch(() => null);
      const isUnchanged = user !== null && shelf.markOf(`${user.role} ${addressIn(c)}`) === shown;
      return isUnchanged && buckets.take(user.id).taken ? c.body(null, 204, { 'Cache-Control': 'no-store' }) : null;
    },

    /** Does an act and goes back to its page, which says what became of it. What the API refuses is shown on the page. */
    async act(c: ConsoleContext, page: Page, act: Act): Promise<Response> {
      const path = c.req.path.slice(0, -act.name.length - 1);
      const opened = await open(c, page, path);
      if (opened instanceof Response) return opened;
      const { user, merchant, call } = opened;
      const missing = missingRole(user, page.role, act.role);
      if (missing !== undefined) {
        const merchantId = page.isAboutMerchant ? (merchant?.id ?? null) : null;
        const about = { on: idsAmong(Object.values(call.params)), merchantId };
        await noteAct(desk, c, { operation: act.uses, user, status: 403, code: 'auth.scope', ...about });
        return mayNot(c, missing, user);
      }
      const { form: filled, file } = await readActForm(c, act);
      if (file === null) return answerProblem(c, noFile);
      const { [onceField]: once, ...form } = filled;
      const request = { ...act.request(form, call.params, user), file, ...(once === undefined ? {} : { once }) };
      try {
        const done = await call.api.act(act.uses, request);
        if (act.shows !== undefined) return await show(c, page, opened, act.shows(done, call, form));
        const said = typeof act.done === 'string' ? act.done : act.done(done);
        cookies.say(c, typeof said === 'string' ? { words: said, isBad: false } : { words: said.wrong, isBad: true });
        const base = merchant === null || !page.isAboutMerchant ? '/ops' : `/ops/m/${merchant.id}`;
        return c.redirect(act.next === undefined ? path : `${base}${act.next(done, call.params)}`, 303);
      } catch (thrown) {
        if (!(thrown instanceof Refused) || thrown.problem.status === 503) throw thrown;
        const refusal = { act: act.name, form, problem: thrown.problem };
        return show(c, page, { ...opened, call: { ...call, refusal } });
      }
    },

    /** What the API streams, to who may see the page. */
    async stream(c: ConsoleContext, page: Page, stream: Stream): Promise<Response> {
      const path = c.req.path.slice(0, -stream.name.length - 1);
      const opened = await open(c, page, path);
      if (opened instanceof Response) return opened;
      const { user, call } = opened;
      if (!holdsRole(user.role, page.role)) return mayNot(c, page.role, user);
      return passOn(await call.api.open(stream.uses, stream.request(call.params, call.query)), stream, path);
    },
  };
}

const addressIn = (c: ConsoleContext): string => {
  const { pathname, search } = new URL(c.req.url);
  return pathname + search;
};

const noFile = { status: 422, title: 'No file', detail: 'Go back and choose a file first.', source: 'you' } as const;

const readActForm = async (
  c: ConsoleContext,
  act: Act,
): Promise<{ form: Record<string, string>; file?: Upload['file'] }> =>
  act.takesFile === true ? readUpload(c.req.header('content-type') ?? '', c.req.raw.body) : { form: await readForm(c) };

/** One order is a page below the list of orders. */
const isBelow = (page: Page, other: Page): boolean =>
  page.isAboutMerchant === other.isAboutMerchant && other.path !== '/' && page.path.startsWith(`${other.path}/`);
