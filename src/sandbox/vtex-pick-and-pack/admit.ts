import { createMiddleware } from 'hono/factory';
import type { Books } from '../books.ts';
import { partner } from './hooks.ts';
import type { PnpAccount } from './pnp-account.ts';
import type { PnpEnv } from './pnp-env.ts';
import { legacyRefusals, refusals } from './pnp-refusal.ts';
import type { PnpTokens } from './tokens.ts';

interface AdmitDeps {
  tokens: PnpTokens;
  books: Books;
  find: (hostname: string) => PnpAccount | undefined;
}

const bearer = /^Bearer (\S+)$/;

/** The new API wants `Bearer <jwt>`, and no more at a time than is documented. */
export function admit({ tokens, books, find }: AdmitDeps) {
  const running = new Map<string, number>();
  return createMiddleware<PnpEnv>(async (c, next) => {
    const token = bearer.exec(c.req.header('authorization') ?? '')?.[1];
    if (token === undefined) throw refusals.unauthorized();
    const read = tokens.read(token);
    if (read === 'expired') throw refusals.expired();
    const account = read === 'wrong' ? undefined : find(read.hostname);
    if (account === undefined) throw refusals.unauthorized();
    const { name } = account;
    const { requestsPerSecond, requestsAtOnce } = account.settings();
    const entry = c.get('entry');
    entry.org = name;
    const atOnce = (running.get(name) ?? 0) + 1;
    if (!books.arrive(entry, name, partner, requestsPerSecond)) throw refusals.tooMany();
    if (atOnce > requestsAtOnce) {
      books.addCount(`${partner}.tooManyAtOnce`);
      throw refusals.tooMany();
    }
    c.set('account', account);
    running.set(name, atOnce);
    try {
      await next();
    } finally {
      running.set(name, (running.get(name) ?? 1) - 1);
    }
  });
}

/** The legacy API wants the bare token, and says 401 to an expired one, too. */
export const admitLegacy = ({ tokens, find }: Pick<AdmitDeps, 'tokens' | 'find'>) =>
  createMiddleware<PnpEnv>(async (c, next) => {
    const read = tokens.read(c.req.header('authorization') ?? '');
    const account = typeof read === 'string' ? undefined : find(read.hostname);
    if (account === undefined) throw legacyRefusals.unauthorized();
    c.get('entry').org = account.name;
    c.set('account', account);
    await next();
  });
