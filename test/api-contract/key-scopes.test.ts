/** Made from the API's document: each operation is open to the keys that its scope names, and to no others. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { Reply } from '../support/checked-request.ts';
import { adminKey } from '../support/ingress.ts';
import { idPrefixOf, type Operation } from './read-operations.ts';
import { runContract } from './running-contract.ts';
import { tokenFor } from './token-for.ts';

const { ingress, operations } = await runContract();
const nameOf = ({ method, template }: Operation): string => `${method} ${template}`;

/** What a key of each scope may do. `operate` includes reading, an admin may do all. */
const opened = {
  read: ['read'],
  operate: ['operate', 'read'],
  carrier: ['carrier'],
  admin: ['admin', 'operate', 'read', 'carrier'],
} as const;
const scopes = ['read', 'operate', 'carrier', 'admin'] as const;
const keys: Record<(typeof scopes)[number], string> = {
  read: (await ingress.tenant(['read'])).key,
  operate: (await ingress.tenant(['operate'])).key,
  carrier: (await ingress.tenant(['carrier'])).key,
  admin: (await ingress.tenant(['admin'])).key,
};

/** Asks for things that do not exist, without a body: what is let in finds nothing, and does nothing. */
const knock = (operation: Operation, authorization?: string): Promise<Reply> =>
  ingress.request(
    operation.method,
    operation.template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const schema = operation.parameters.find((parameter) => parameter.name === name)?.schema ?? {};
      return `${idPrefixOf(schema) ?? name}_01jd3xk5q8h2v4m6n7p9r0stwz`;
    }),
    { headers: authorization === undefined ? {} : { Authorization: authorization } },
  );
const knockWith = async (operation: Operation, key: string): Promise<Reply> =>
  knock(operation, `Bearer ${await tokenFor(ingress.url, operation, key)}`);
/** VTEX's older API has one word for whoever it does not know. */
const legacyStranger = '1000';
const refusals = ['auth.missing', 'auth.invalid', 'auth.scope', legacyStranger];
/** Nash's words for them. */
const atNash: Readonly<Record<string, string>> = {
  UNAUTHORIZED: 'auth.missing',
  FORBIDDEN: 'auth.scope',
  MISSING_RESOURCE: 'auth.invalid',
};
const RefusedSchema = z.union([
  z.looseObject({ code: z.string() }),
  z
    .looseObject({ error: z.looseObject({ code: z.string() }) })
    .transform(({ error }) => ({ code: atNash[error.code] })),
]);
const refusalIn = ({ body }: Reply): unknown => {
  const said = RefusedSchema.safeParse(body).data?.code;
  return refusals.find((code) => code === said);
};

const closed = operations.filter(({ scope }) => scope !== undefined);
test.each(closed.map((operation) => [nameOf(operation), operation] as const))(
  '%s is open to the keys of its scope alone',
  async (_name, operation) => {
    for (const held of scopes) {
      const isOpen = opened[held].some((scope) => scope === operation.scope);
      const reply = await knockWith(operation, keys[held]);
      expect([held, refusalIn(reply)]).toEqual([held, isOpen ? undefined : 'auth.scope']);
      if (!isOpen) expect(reply.status).toBe(403);
    }
    // The operator's own key is no merchant's, and a partner's protocol knows merchants alone.
    const isOurs = operation.dialect === undefined;
    const wordOf = (code: string) => (operation.template.includes('/legacy/') ? legacyStranger : code);
    expect(refusalIn(await knockWith(operation, adminKey))).toBe(isOurs ? undefined : wordOf('auth.missing'));
    const unknown = isOurs ? 'Bearer pl_unknown' : 'Bearer e30.e30.e30';
    const strangers = [[undefined, 'auth.missing'], ['Basic cGw6cGw=', 'auth.missing'], [unknown, 'auth.invalid']] as const; // prettier-ignore
    for (const [authorization, code] of strangers) {
      const reply = await knock(operation, authorization);
      const status = operation.dialect === 'nash' && code === 'auth.invalid' ? 404 : 401;
      expect([reply.status, refusalIn(reply)]).toEqual([status, wordOf(code)]);
    }
  },
);

test('what is open to everybody is what anybody may know, and the door whose URL is the secret', () => {
  const open = operations.filter(({ scope }) => scope === undefined).map(nameOf);
  const lastMile = ['create-service', 'rates', 'list-carriers', 'cancel-service', 'pause-service'].map((call) => `POST /last-mile/{token}/${call}`); // prettier-ignore
  const wanted = ['GET /livez', 'GET /readyz', 'GET /openapi.json', 'GET /docs', 'GET /docs/reference.js', 'GET /docs/problems/{code}', 'GET /schemas', 'GET /schemas/{type}', 'POST /in/{token}', 'POST /in/{token}/api/notification/', 'POST /in/{token}/oauth/token', ...lastMile, 'POST /compat/vtex-pick-and-pack/token']; // prettier-ignore
  expect(open.sort()).toEqual(wanted.sort());
});
