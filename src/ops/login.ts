import type { Hono } from 'hono';
import { html } from 'hono/html';
import { isPassword } from '../platform/password.ts';
import { countLoginAttempt, forgetLoginAttempts } from '../store/login-attempts.ts';
import { startSession } from '../store/sessions.ts';
import { findUser, hasUsers, type User } from '../store/users.ts';
import {
  addressOf,
  answer,
  endVisit,
  noteAct,
  readForm,
  safeNext,
  whoIs,
  type ConsoleContext,
  type ConsoleEnv,
  type Desk,
} from './context.ts';
import type { Html } from './define-page.ts';
import { toAge } from './show-time.ts';

const operation = 'POST /ops/login';

/** The session begins: a new token always, and what the browser brought along ends. */
export async function logIn(desk: Desk, c: ConsoleContext, user: User): Promise<void> {
  await endVisit(desk, c);
  desk.cookies.writeSession(c, await startSession(desk.deps, user));
}

export function mountLogin(app: Hono<ConsoleEnv>, desk: Desk): void {
  const { deps, cookies } = desk;

  app.get('/ops/login', async (c) => {
    const next = safeNext(c.req.query('next'));
    if ((await whoIs(desk, c)) !== null) return c.redirect(next, 303);
    if (!(await hasUsers(deps))) return answer(c, { title: 'First login', frame: null, body: firstLogin });
    return answer(c, { title: 'Log in', frame: null, body: makeLoginForm({ next }) });
  });

  app.post('/ops/login', async (c) => {
    const { name = '', password = '', next } = await readForm(c);
    const waitMs = await countLoginAttempt(deps, { name, address: addressOf(c) });
    if (waitMs > 0) {
      await noteAct(desk, c, { operation, user: null, status: 429, code: 'login.limited' });
      c.header('Retry-After', String(Math.ceil(waitMs / 1000)));
      const wrong = `Too many attempts. Try again in ${toAge(waitMs)}.`;
      return answer(
        c,
        { title: 'Log in', frame: null, body: makeLoginForm({ name, next: safeNext(next), wrong }) },
        429,
      );
    }
    const user = await findUser(deps, name);
    if (!(await isPassword(password.slice(0, 1_000), user?.password ?? null)) || user === null) {
      await noteAct(desk, c, { operation, user, status: 401, code: 'login.refused' });
      const wrong = 'This name and password do not belong together. An admin can reset a password.';
      return answer(
        c,
        { title: 'Log in', frame: null, body: makeLoginForm({ name, next: safeNext(next), wrong }) },
        401,
      );
    }
    await forgetLoginAttempts(deps, { name });
    await logIn(desk, c, user);
    await noteAct(desk, c, { operation, user, status: 303 });
    return c.redirect(safeNext(next), 303);
  });

  app.post('/ops/logout', async (c) => {
    const user = await whoIs(desk, c);
    await endVisit(desk, c);
    if (user !== null) await noteAct(desk, c, { operation: 'POST /ops/logout', user, status: 303 });
    cookies.endSession(c);
    return c.redirect('/ops/login', 303);
  });
}

const firstLogin = html`<div class="card">
  <h1>First login</h1>
  <p>
    Nobody may log in yet. Where the API was started, it printed a link with which the first admin sets a name and a
    password.
  </p>
  <p class="quiet">
    The link works once, for a day. Start the API again for a new one, or use <code>packline users add</code>.
  </p>
</div>`;

const makeLoginForm = ({ name = '', next, wrong }: { name?: string; next: string; wrong?: string }): Html =>
  html`<form class="card" method="post" action="/ops/login">
    <h1>Packline</h1>
    <p class="quiet">Log in to the console.</p>
    ${wrong === undefined ? '' : html`<div class="notice bad" role="alert">${wrong}</div>`}
    <input type="hidden" name="next" value="${next}" />
    <div class="field">
      <label for="name">Name</label>
      <input
        id="name"
        name="name"
        value="${name}"
        autocomplete="username"
        autocapitalize="none"
        spellcheck="false"
        required
        ${name === '' ? html`autofocus` : ''}
      />
    </div>
    <div class="field">
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required
        ${name === '' ? '' : html`autofocus`}
      />
    </div>
    <button class="button primary">Log in</button>
  </form>`;
