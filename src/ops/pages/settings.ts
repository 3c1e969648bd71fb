import { html } from 'hono/html';
import * as z from 'zod';
import { MerchantViewSchema } from '../../ingress/routes/merchants.ts';
import { UserViewSchema } from '../../ingress/routes/users.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { roles } from '../../store/users.ts';
import { defineGlobalPage, type Act, type Html, type Page, type PageCall } from '../define-page.ts';
import { showFolded, showInput, showSelect } from '../show-fields.ts';
import { showSecret } from '../show-secret.ts';
import { showTable } from '../show-table.ts';
import { showTime } from '../show-time.ts';

type User = z.infer<typeof UserViewSchema>;
type Call = PageCall<unknown, unknown>;

const createMerchant: Act = {
  name: 'create-merchant',
  role: 'admin',
  uses: 'POST /v1/merchants',
  label: 'Create',
  request: ({ name = '' }) => ({ body: { name: name.trim() } }),
  done: 'Created. Make it an API key, and connect its OMS and its fulfilment system.',
  next: (answer) => `/settings/merchants/${MerchantViewSchema.parse(answer).id}`,
};

const InvitedSchema = z.looseObject({ name: z.string(), inviteUrl: z.string() });
const showInvite = (answer: unknown): Html => {
  const { name, inviteUrl } = InvitedSchema.parse(answer);
  return showSecret({
    title: `A link for ${name}, shown this once`,
    secret: inviteUrl,
    hint: 'Whoever opens it sets a password. It works once, for 3 days.',
  });
};
const invite: Act = {
  name: 'invite',
  role: 'admin',
  uses: 'POST /v1/users',
  label: 'Invite',
  request: ({ userName = '', role = '' }) => ({ body: { name: userName.trim(), role } }),
  done: 'Invited.',
  shows: showInvite,
};
const toUser = ({ userId = '' }: Readonly<Record<string, string>>) => ({ userId });
const changeRole: Act = {
  name: 'role',
  role: 'admin',
  uses: 'PATCH /v1/users/:userId',
  label: 'Save',
  request: (form) => ({ params: toUser(form), body: { role: form['role'] ?? '' } }),
  done: (answer) => {
    const { name, role } = UserViewSchema.parse(answer);
    return `${name} is ${role} now, and logs in again.`;
  },
};
const reset: Act = {
  name: 'reset',
  role: 'admin',
  uses: 'POST /v1/users/:userId/reset',
  label: 'New link',
  request: (form) => ({ params: toUser(form) }),
  done: 'Invited anew.',
  shows: showInvite,
};
const remove: Act = {
  name: 'remove',
  role: 'admin',
  uses: 'DELETE /v1/users/:userId',
  label: 'Remove for good',
  request: (form) => ({ params: toUser(form) }),
  done: 'Removed. All sessions of this user have ended.',
};

const settings = defineGlobalPage({
  path: '/settings',
  menu: 'Settings',
  role: 'admin',
  reads: ['GET /v1/users', 'GET /v1/merchants'],
  acts: [createMerchant, invite, changeRole, reset, remove],
  async view(call) {
    const { api, form, user, refusal } = call;
    const [{ data: users }, { data: merchants }] = await Promise.all([
      api.read('GET /v1/users', PageSchema(UserViewSchema)),
      api.read('GET /v1/merchants', PageSchema(MerchantViewSchema)),
    ]);
    const body = html`<div class="head">
        <div>
          <h1>Settings</h1>
          <p class="quiet">You are ${user.name}, ${user.role}. <a href="/ops/account">Change your password</a></p>
        </div>
        <div class="acts">
          ${showFolded(
            'New merchant…',
            form(createMerchant, {
              tone: 'primary',
              fields: showInput({
                name: 'name',
                label: 'Name',
                required: true,
                max: 120,
                value: refusal?.form['name'],
              }),
            }),
            refusal?.act === createMerchant.name,
          )}
          ${showFolded(
            'Invite a user…',
            form(invite, {
              tone: 'primary',
              fields: html`${showInput({ name: 'userName', label: 'Name to log in with', required: true, max: 64, value: refusal?.form['userName'] })}
              ${showRoles('viewer', 'role')}`,
            }),
            refusal?.act === invite.name,
          )}
        </div>
      </div>
      ${showMerchants(merchants, call)} ${showUsers(users, call)}`;
    return { title: 'Settings', body };
  },
});

const roleWords: Readonly<Record<User['role'], string>> = {
  viewer: 'Viewer: looks',
  operator: 'Operator: acts too',
  admin: 'Admin: manages users, merchants and keys too',
};
const showRoles = (value: string, id: string): Html =>
  showSelect({ name: 'role', label: 'Role', id, value, options: roles.map((one) => [one, roleWords[one]] as const) });

const showMerchants = (merchants: readonly z.infer<typeof MerchantViewSchema>[], { path, nowMs }: Call): Html =>
  showTable({
    caption: 'Merchants',
    heads: ['Merchant', 'Id', 'Made', 'API keys'],
    rows: merchants.map(
      ({ id, name, createdAt }) =>
        html`<tr>
          <th scope="row">${name}</th>
          <td class="id">${id}</td>
          <td>${showTime(createdAt, nowMs)}</td>
          <td>
            <a href="${path}/merchants/${id}">Name and keys<span class="unseen"> of ${name}</span></a>
          </td>
        </tr>`,
    ),
    empty: html`<h2>No merchant yet</h2>
      <p>Everything belongs to one. Create it with <strong>New merchant…</strong> above.</p>`,
  });

const showUsers = (users: readonly User[], call: Call): Html =>
  showTable({
    caption: 'Users',
    heads: ['User', 'Role', 'State', 'Since', 'Change'],
    rows: users.map((one) => showUser(one, call)),
  });

const showUser = ({ id, name, role, state, createdAt }: User, { form, nowMs, user }: Call): Html =>
  html`<tr>
    <th scope="row">${name}${id === user.id ? html` <span class="badge">you</span>` : ''}</th>
    <td>${role}</td>
    <td>
      ${state === 'active' ? html`<span class="badge good">active</span>` : html`<span class="badge">invited</span>`}
    </td>
    <td>${showTime(createdAt, nowMs)}</td>
    <td>
      <details>
        <summary>Change<span class="unseen"> ${name}</span>…</summary>
        <div class="filters">
          ${form(changeRole, { hidden: { userId: id }, fields: showRoles(role, `role-${id}`) })}
          ${form(reset, { hidden: { userId: id } })} ${form(remove, { hidden: { userId: id }, tone: 'danger' })}
        </div>
        <p class="quiet">A new link ends the old password and all sessions. Removing cannot be taken back.</p>
      </details>
    </td>
  </tr>`;

export const settingsPages: readonly Page[] = [settings];
