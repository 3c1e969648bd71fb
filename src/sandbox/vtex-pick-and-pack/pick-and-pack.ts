import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { z } from 'zod';
import { applyFaults, isCut } from '../apply-faults.ts';
import type { RequestEntry } from '../books.ts';
import type { SandboxContext } from '../context.ts';
import type { OmsAccount } from '../vtex-oms/oms-account.ts';
import { demoPnpAccount, pnpAccountSchema, type PnpAccountInput } from './account-settings.ts';
import { admit, admitLegacy } from './admit.ts';
import { makeApiRoutes } from './api-routes.ts';
import { partner } from './hooks.ts';
import { toLegacyBody } from './legacy-view.ts';
import { createPnpAccount, type PnpAccount } from './pnp-account.ts';
import { makePnpControl } from './pnp-control.ts';
import type { PnpEnv } from './pnp-env.ts';
import { legacyRefusals, PnpRefusal, refusals, toRefusalResponse } from './pnp-refusal.ts';
import { createReadCache } from './read-cache.ts';
import { createTokens, type PnpTokens } from './tokens.ts';

export interface PickAndPack {
  /** `POST /token`. */
  makeAuthApi(basePath: string): Hono<PnpEnv>;
  /** What of it takes `Authorization: Bearer <jwt>`. */
  makeApi(basePath: string): Hono<PnpEnv>;
  /** `GET /picking-tracking/{orderId}`. */
  makeLegacyApi(basePath: string): Hono<PnpEnv>;
  makeControl(): Hono;
  find(name?: string): PnpAccount | undefined;
  /** Adds Pick and Pack to an OMS account, whose orders it imports from then on, or changes its settings. */
  putAccount(settings: PnpAccountInput): PnpAccount;
  /** Whose token it is: Last Mile takes the same. */
  readToken: PnpTokens['read'];
  /** How many tokens were given out, and how many keys refused. */
  tokenCalls(): { given: Record<string, number>; refused: number };
  /** Tokens given out so far are expired. */
  expireTokens(): void;
  /** What was answered before counts no more. */
  clearCache(): void;
  /** Forgets orders, what was cached and counted; accounts and tokens stay. */
  reset(): void;
  stop(): void;
}

const tokenBody = z.object({ apiKey: z.string() });

export function createPickAndPack(
  context: SandboxContext,
  oms: { account(name: string): OmsAccount | undefined },
): PickAndPack {
  const accounts = new Map<string, PnpAccount>();
  const tokens = createTokens(context.now);
  const cache = createReadCache(context.now);
  const given = new Map<string, number>();
  let refused = 0;

  /** First in line, so that an arrival is when the headers were there and not when the body was read. */
  const keepBooks = (basePath: string) =>
    createMiddleware<PnpEnv>(async (c, next) => {
      const entry: RequestEntry = {
        partner,
        org: null,
        method: c.req.method,
        path: c.req.path.slice(basePath.length),
        arrivedAt: context.now(),
        status: null,
      };
      context.books.addRequest(entry);
      c.set('entry', entry);
      await next();
      if (!isCut(c.res)) entry.status = c.res.status;
    });

  const faults = applyFaults<PnpEnv>(context.faults, (status, code, seconds) =>
    toRefusalResponse(
      { status, code, type: 'exception', message: 'Injected by the sandbox' },
      seconds === undefined ? {} : { 'retry-after': String(seconds) },
    ),
  );

  const make = (basePath: string): Hono<PnpEnv> =>
    new Hono<PnpEnv>()
      .onError((error) => {
        if (error instanceof PnpRefusal) return toRefusalResponse(error);
        context.log.error({ err: error }, 'pnp.crashed');
        return toRefusalResponse({ status: 500, code: '1003', type: 'exception', message: 'Internal error' });
      })
      .use(keepBooks(basePath));

  const find = (name: string): PnpAccount | undefined => accounts.get(name);
  const putAccount: PickAndPack['putAccount'] = (input) => {
    const settings = pnpAccountSchema.parse(input);
    const known = accounts.get(settings.account);
    if (known !== undefined) {
      known.change(settings);
      return known;
    }
    const port = oms.account(settings.account);
    if (port === undefined) throw new PnpRefusal(404, 'SANDBOX', 'exception', `no OMS account ${settings.account}`);
    const account = createPnpAccount(context, port, settings);
    accounts.set(settings.account, account);
    return account;
  };
  putAccount(demoPnpAccount);

  const pnp: PickAndPack = {
    makeAuthApi: (basePath) =>
      make(basePath)
        .use(faults)
        .post('/token', async (c) => {
          const { data } = tokenBody.safeParse(await c.req.json().catch(() => undefined));
          if (data === undefined) throw refusals.body('apiKey is required');
          const account = [...accounts.values()].find((one) => one.settings().apiKey === data.apiKey);
          if (account === undefined) {
            refused += 1;
            throw refusals.unauthorized();
          }
          c.get('entry').org = account.name;
          given.set(account.name, (given.get(account.name) ?? 0) + 1);
          const { tokenSeconds, tokenStyle } = account.settings();
          const token = tokens.make(account.name, tokenSeconds);
          return tokenStyle === 'bare' ? c.json(token) : c.json({ message: 'success', data: token });
        })
        .all('/*', () => toRefusalResponse(refusals.path())),
    makeApi: (basePath) =>
      make(basePath)
        .use(admit({ tokens, books: context.books, find }))
        .use(faults)
        .route('/', makeApiRoutes({ cache, speed: context.speed, accounts: () => accounts.values() }))
        .all('/*', () => toRefusalResponse(refusals.path())),
    makeLegacyApi: (basePath) =>
      make(basePath)
        .use(admitLegacy({ tokens, find }))
        .use(faults)
        .get('/picking-tracking/:id', (c) => {
          const { index, name } = c.get('account');
          const order = index.orders.get(c.req.param('id'));
          if (order === undefined) throw legacyRefusals.order(c.req.param('id'));
          return c.json(toLegacyBody(order, name));
        })
        .get('/picking-tracking/', () => toRefusalResponse(legacyRefusals.noOrderId()))
        .all('/*', () => toRefusalResponse(legacyRefusals.path())),
    makeControl: () => makePnpControl(pnp),
    find: (name = demoPnpAccount.account) => accounts.get(name),
    putAccount,
    readToken: (token) => tokens.read(token),
    tokenCalls: () => ({ given: Object.fromEntries(given), refused }),
    expireTokens: () => tokens.expireAll(),
    clearCache: () => cache.clear(),
    reset() {
      cache.clear();
      given.clear();
      refused = 0;
      for (const account of accounts.values()) account.forget();
    },
    stop() {
      for (const account of accounts.values()) account.stop();
    },
  };
  return pnp;
}
