import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { makeInvite } from '../../store/invites.ts';
import {
  changeUser,
  createUser,
  listUsers,
  readUser,
  removeUser,
  roles,
  type User,
  type UserChange,
} from '../../store/users.ts';
import { created, noContent, ok } from '../answer.ts';
import { defineGlobalRoute, type Route } from '../define-route.ts';
import type { IngressDeps } from '../deps.ts';
import { makeRefusal } from '../problem.ts';
import { PageSchema } from '../views/page.ts';

const shared = { tag: 'Users', scope: 'admin' } as const;
const params = z.strictObject({ userId: IdSchema('user') });
const problems = ['user.not_found'] as const;

const RoleSchema = z.enum(roles).meta({
  id: 'UserRole',
  description: '`viewer` looks, `operator` acts as well, `admin` also manages users, merchants and keys',
});
/** What is typed at login. */
export const UserNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9._@+-]{1,64}$/)
  .meta({ description: 'What is typed at login', examples: ['ana'] });

const shown = {
  id: IdSchema('user'),
  name: UserNameSchema,
  role: RoleSchema,
  state: z.enum(['invited', 'active']).meta({ description: '`invited`: no password was set yet' }),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
};
export const UserViewSchema = z.strictObject(shown).meta({ id: 'User' });
const InvitedSchema = z
  .strictObject({
    ...shown,
    inviteUrl: z.url().meta({ description: 'Where the user sets a password; shown this once, works once, for 3 days' }),
  })
  .meta({ id: 'InvitedUser' });

const toView = ({ id, name, role, password, createdAt, updatedAt }: User): z.infer<typeof UserViewSchema> => ({
  id,
  name,
  role,
  state: password === null ? 'invited' : 'active',
  createdAt,
  updatedAt,
});

const toInvited = async (deps: IngressDeps, user: User): Promise<z.infer<typeof InvitedSchema>> => ({
  ...toView(user),
  inviteUrl: `${deps.settings.baseUrl}/ops/welcome/${await makeInvite(deps, user)}`,
});

function requireChanged(change: UserChange): User {
  if (change.outcome === 'done') return change.user;
  if (change.outcome === 'last') throw makeRefusal('user.last_admin', 'nobody would be left who may manage users');
  throw makeRefusal('user.not_found', 'no such user');
}

const postUser = defineGlobalRoute({
  ...shared,
  method: 'post',
  path: '/v1/users',
  summary: 'Invite somebody to the console',
  description: 'Users belong to the installation: they see every merchant, and pick one at a time.',
  body: z.strictObject({ name: UserNameSchema, role: RoleSchema }).meta({ id: 'UserInput' }),
  answers: { 201: { description: 'Invited', schema: InvitedSchema } },
  problems: ['user.exists'],
  async handle({ deps, body }) {
    const user = await createUser(deps, { ...body, password: null });
    if (user === null) throw makeRefusal('user.exists', 'another user has this name');
    return created(`/v1/users/${user.id}`, await toInvited(deps, user));
  },
});

const getUsers = defineGlobalRoute({
  ...shared,
  method: 'get',
  path: '/v1/users',
  summary: 'List the users of the console',
  answers: { 200: { description: 'All of them', schema: PageSchema(UserViewSchema) } },
  handle: async ({ deps }) => ok({ data: (await listUsers(deps)).map(toView), nextCursor: null }),
});

const getUser = defineGlobalRoute({
  ...shared,
  method: 'get',
  path: '/v1/users/:userId',
  summary: 'Read a user',
  params,
  answers: { 200: { description: 'The user', schema: UserViewSchema } },
  problems,
  async handle({ deps, params: { userId } }) {
    const user = await readUser(deps, userId);
    if (user === null) throw makeRefusal('user.not_found', 'no such user');
    return ok(toView(user));
  },
});

const patchUser = defineGlobalRoute({
  ...shared,
  method: 'patch',
  path: '/v1/users/:userId',
  summary: 'Change what a user may do',
  description: 'Ends the sessions of the user, who logs in again.',
  params,
  body: z.strictObject({ role: RoleSchema }).meta({ id: 'UserPatch' }),
  answers: { 200: { description: 'As it is now', schema: UserViewSchema } },
  problems: ['user.not_found', 'user.last_admin'],
  handle: async ({ deps, params: { userId }, body }) =>
    ok(toView(requireChanged(await changeUser(deps, userId, body)))),
});

const resetUser = defineGlobalRoute({
  ...shared,
  method: 'post',
  path: '/v1/users/:userId/reset',
  summary: 'Let a user set a new password',
  description: 'The old password and all sessions of the user end at once.',
  params,
  body: z.strictObject({}),
  bodyOptional: true,
  answers: { 200: { description: 'Invited anew', schema: InvitedSchema } },
  problems: ['user.not_found'],
  async handle({ deps, params: { userId } }) {
    return ok(await toInvited(deps, requireChanged(await changeUser(deps, userId, { password: null }))));
  },
});

const deleteUser = defineGlobalRoute({
  ...shared,
  method: 'delete',
  path: '/v1/users/:userId',
  summary: 'Remove a user',
  description: 'All sessions of the user end at once. What the user did stays in the audit log, under the user’s id.',
  params,
  answers: { 204: { description: 'Removed' } },
  problems: ['user.not_found', 'user.last_admin'],
  async handle({ deps, params: { userId } }) {
    requireChanged(await removeUser(deps, userId));
    return noContent;
  },
});

export const userRoutes: readonly Route[] = [postUser, getUsers, getUser, patchUser, resetUser, deleteUser];
