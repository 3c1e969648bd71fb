import type { Hono } from 'hono';
import { html } from 'hono/html';
import { UserNameSchema } from '../ingress/routes/users.ts';
import { hashPassword, isPassword } from '../platform/password.ts';
import { countLoginAttempt } from '../store/login-attempts.ts';
import { readInvite, takeInvite } from '../store/invites.ts';
import { changeUser, createUser, hasUsers, type User } from '../store/users.ts';
import { addressOf, answer, noteAct, readForm, toLogin, whoIs } from './context.ts';
import type { ConsoleContext, ConsoleEnv, Desk } from './context.ts';
import type { Html } from './define-page.ts';
import { logIn } from './login.ts';

const passwordMin = 12;
const passwordMax = 200;

/** What is wrong with a new password; undefined when nothing is. Length is what counts (NIST SP 800-63B, 5.1.1.2). */
function faultOf(name: string, password: string, again: string): string | undefined {
  if (password.length < passwordMin) return `A password has at least ${passwordMin} characters.`;
  if (password.length > passwordMax) return `A password has at most ${passwordMax} characters.`;
  if (password.toLowerCase().includes(name.toLowerCase())) return 'The password must not hold the name.';
  return password === again ? undefined : 'The two passwords differ.';
}

/** Setting one's own password: by a link that was given out, or by the old one. */
export function mountOwnAccount(app: Hono<ConsoleEnv>, desk: Desk): void {
  const { deps } = desk;

  /** Whom a link is for; the first admin's is past as soon as there is any user. */
  const readWelcome = async (token: string): Promise<User | 'first' | null> => {
    const invited = await readInvite(deps, token);
    return invited === 'first' && (await hasUsers(deps)) ? null : invited;
  };

  app.get('/ops/welcome/:token', async (c) => {
    const invited = await readWelcome(c.req.param('token'));
    return invited === null ? answerPast(c) : showWelcome(c, invited, {});
  });

  app.post('/ops/welcome/:token', async (c) => {
    const token = c.req.param('token');
    const invited = await readWelcome(token);
    if (invited === null) return answerPast(c);
    const form = await readForm(c);
    const { password = '', again = '' } = form;
    const name = invited === 'first' ? (form['name'] ?? '') : invited.name;
    const wrong = UserNameSchema.safeParse(name).success
      ? faultOf(name, password, again)
      : 'A name has up to 64 letters, digits and . _ @ + -';
    if (wrong !== undefined) return showWelcome(c, invited, { name, wrong });
    const hashed = await hashPassword(password);
    if (!(await takeInvite(deps, token))) return answerPast(c);
    const user = await takeIn(invited, name, hashed);
    if (user === null) return answerPast(c);
    await noteAct(desk, c, { operation: 'POST /ops/welcome/:token', user, status: 303 });
    await logIn(desk, c, user);
    return c.redirect('/ops', 303);
  });

  const takeIn = async (invited: User | 'first', name: string, password: string): Promise<User | null> => {
    if (invited === 'first') return createUser(deps, { name, role: 'admin', password, first: true });
    const changed = await changeUser(deps, invited.id, { password });
    return changed.outcome === 'done' ? changed.user : null;
  };

  app.get('/ops/account', async (c) => {
    const user = await whoIs(desk, c);
    return user === null ? toLogin(c) : showAccount(c, user);
  });

  app.post('/ops/account', async (c) => {
    const user = await whoIs(desk, c);
    if (user === null) return toLogin(c);
    const operation = 'POST /ops/account';
    const { current = '', password = '', again = '' } = await readForm(c);
    // Whoever sits down at an open session does not get to guess, either.
    const waitMs = await countLoginAttempt(deps, { name: user.name, address: addressOf(c) });
    if (waitMs > 0) {
      await noteAct(desk, c, { operation, user, status: 429, code: 'login.limited' });
      return showAccount(c, user, 'Too many attempts. Try again later.');
    }
    if (!(await isPassword(current.slice(0, 1_000), user.password))) {
      await noteAct(desk, c, { operation, user, status: 401, code: 'login.refused' });
      return showAccount(c, user, 'The current password is another one.');
    }
    const wrong = faultOf(user.name, password, again);
    if (wrong !== undefined) return showAccount(c, user, wrong);
    const changed = await changeUser(deps, user.id, { password: await hashPassword(password) });
    if (changed.outcome !== 'done') return toLogin(c);
    await noteAct(desk, c, { operation, user, status: 303 });
    // All sessions ended with the old password; this one begins anew.
    await logIn(desk, c, changed.user);
    const words = 'Your password was changed. You were logged out everywhere else.';
    desk.cookies.say(c, { words, isBad: false });
    return c.redirect('/ops', 303);
  });
}

const answerPast = (c: ConsoleContext): Promise<Response> =>
  answer(
    c,
    {
      title: 'This link is past',
      frame: null,
      body: html`<div class="card">
        <h1>This link is past</h1>
        <p>It was used already, replaced by another, or is too old.</p>
        <p class="quiet">
          An admin can make a new one with <code>packline users reset</code>. <a href="/ops/login">Log in</a>
        </p>
      </div>`,
    },
    404,
  );

const newPassword = html`<div class="field">
    <label for="password">New password</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="new-password"
      minlength="${passwordMin}"
      maxlength="${passwordMax}"
      required
      aria-describedby="rule"
    />
    <small id="rule">At least ${passwordMin} characters; a few words are easier to remember than signs.</small>
  </div>
  <div class="field">
    <label for="again">The same once more</label>
    <input id="again" name="again" type="password" autocomplete="new-password" required />
  </div>`;

const showFault = (wrong: string | undefined): Html =>
  wrong === undefined ? html`` : html`<div class="notice bad" role="alert">${wrong}</div>`;

function showWelcome(
  c: ConsoleContext,
  invited: User | 'first',
  { name = '', wrong }: { name?: string; wrong?: string },
): Promise<Response> {
  const isFirst = invited === 'first';
  const body = html`<form class="card" method="post">
    <h1>Welcome to Packline</h1>
    <p class="quiet">
      ${isFirst ? 'You are the first admin of this installation. Choose how you log in.' : html`You log in as <strong>${invited.name}</strong>. Choose a password.`}
    </p>
    ${showFault(wrong)}
    ${
      isFirst
        ? html`<div class="field">
            <label for="name">Name</label>
            <input
              id="name"
              name="name"
              value="${name}"
              autocomplete="username"
              autocapitalize="none"
              maxlength="64"
              required
            />
          </div>`
        : html`<input type="hidden" name="username" value="${invited.name}" autocomplete="username" />`
    }
    ${newPassword}
    <button class="button primary">Log in</button>
  </form>`;
  return answer(c, { title: 'Welcome', frame: null, body }, wrong === undefined ? 200 : 422);
}

function showAccount(c: ConsoleContext, user: User, wrong?: string): Promise<Response> {
  const body = html`<form class="card" method="post" action="/ops/account">
    <h1>Change password</h1>
    <p class="quiet">You are logged in as <strong>${user.name}</strong> (${user.role}). <a href="/ops">Back</a></p>
    ${showFault(wrong)}
    <div class="field">
      <label for="current">Current password</label>
      <input id="current" name="current" type="password" autocomplete="current-password" required />
    </div>
    ${newPassword}
    <button class="button primary">Change password</button>
  </form>`;
  return answer(c, { title: 'Change password', frame: null, body }, wrong === undefined ? 200 : 422);
}
