import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { z } from 'zod';
import { applyFaults, isCut } from '../apply-faults.ts';
import type { RequestEntry } from '../books.ts';
import type { SandboxContext } from '../context.ts';
import type { OmsAccount } from '../vtex-oms/oms-account.ts';
import { demoPnpAccount, pnpAccountSchema } from './account-settings.ts';
import { makeApiRoutes } from './api-routes.ts';
import { toLegacyBody } from './order-view.ts';
import { createPnpAccount, partner, type PnpAccount } from './pnp-account.ts';
import { makePnpControl } from './pnp-control.ts';
import type { PnpEnv } from './pnp-env.ts';
import { PnpRefusal, refusals, toRefusalResponse } from './pnp-refusal.ts';
import { createReadCache } from './read-cache.ts';
import { createTokens } from './tokens.ts';

export interface PickAndPack {
  /** `POST /token`. */
  makeAuthApi(basePath: string): Hono<PnpEnv>;
  makeApi(basePath: string): Hono<PnpEnv>;
  makeLegacyApi(basePath: string): Hono<PnpEnv>;
  makeControl(): Hono;
  find(name?: string): PnpAccount | undefined;
  /** Adds Pick and Pack to an OMS account, or changes its settings. */
  putAccount(settings: z.input<typeof pnpAccountSchema>): PnpAccount;
  /** What was answered before counts no more; tokens given out so far are expired. */
  expireTokens(): void;
  clearCache(): void;
  reset(): void;
  stop(): void;
}

const tokenBody = z.object({ apiKey: z.string() });

export function createPickAndPack(
  context: SandboxContext,
  oms: { account(name?: string): OmsAccount | undefined },
): PickAndPack {
  const accounts = new Map<string, PnpAccount>();
  const tokens = createTokens(context.now);
  const cache = createReadCache(context.now);

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

  /** The new API wants `Bearer <jwt>`, the legacy one the bare token. */
  const admit = (isLegacy: boolean) =>
    createMiddleware<PnpEnv>(async (c, next) => {
      const given = c.req.header('authorization') ?? '';
      const isBearer = given.startsWith('Bearer ');
      if (isBearer === isLegacy || given === '') throw isLegacy ? legacyUnauthorized() : refusals.unauthorized();
      const read = tokens.read(isBearer ? given.slice('Bearer '.length) : given);
      if (read === 'wrong') throw isLegacy ? legacyUnauthorized() : refusals.unauthorized();
      if (read === 'expired') throw isLegacy ? legacyUnauthorized() : refusals.expired();
      const account = accounts.get(read.hostname);
      if (account === undefined) throw refusals.unauthorized();
      const entry = c.get('entry');
      entry.org = read.hostname;
      const { requestsPerSecond } = account.settings();
      if (!context.books.arrive(entry, read.hostname, 'vtex-pick-and-pack', requestsPerSecond)) {
        throw new PnpRefusal(429, 'TOO_MANY_REQUESTS', null, 'Too many requests');
      }
      c.set('account', account);
      await next();
    });

  const make = (basePath: string): Hono<PnpEnv> =>
    new Hono<PnpEnv>()
      .onError((error) => {
        if (error instanceof PnpRefusal) return toRefusalResponse(error);
        context.log.error({ err: error }, 'pnp.crashed');
        return toRefusalResponse({ status: 500, code: '1003', type: 'exception', message: 'Internal error' });
      })
      .use(keepBooks(basePath));

  const put: PickAndPack['putAccount'] = (input) => {
    const settings = pnpAccountSchema.parse(input);
    const known = accounts.get(settings.account);
    const port = oms.account(settings.account);
    if (port === undefined) throw new PnpRefusal(404, 'SANDBOX', 'exception', `no OMS account ${settings.account}`);
    const account = known ?? createPnpAccount(context, port, settings);
    account.change(settings);
    accounts.set(settings.account, account);
    return account;
  };
  put(demoPnpAccount);

  const pnp: PickAndPack = {
    makeAuthApi: (basePath) =>
      make(basePath)
        .use(faults)
        .post('/token', async (c) => {
          const { data } = tokenBody.safeParse(await c.req.json().catch(() => undefined));
          if (data === undefined) throw refusals.body('apiKey is required');
          const account = [...accounts.values()].find((one) => one.settings().apiKey === data.apiKey);
          if (account === undefined) throw refusals.unauthorized();
          const { account: hostname, tokenSeconds, tokenStyle } = account.settings();
          context.books.addCount(`${partner}.tokens`);
          const token = tokens.make(hostname, tokenSeconds);
          return tokenStyle === 'bare' ? c.json(token) : c.json({ message: 'success', data: token });
        }),
    makeApi: (basePath) => make(basePath).use(admit(false)).use(faults).route('/', makeApiRoutes(cache, context.speed)),
    makeLegacyApi: (basePath) =>
      make(basePath)
        .use(admit(true))
        .use(faults)
        .get('/picking-tracking/:id', (c) => {
          const account = c.get('account');
          const id = c.req.param('id');
          const order = account.orders.get(id);
          if (order === undefined) {
            return c.json({ message: `Order not found by ${id}`, code: '1002' }, 400);
          }
          return c.json(toLegacyBody(order, account.settings().account));
        }),
    makeControl: () => makePnpControl(pnp),
    find: (name = demoPnpAccount.account) => accounts.get(name),
    putAccount: put,
    expireTokens: () => tokens.revokeAll(),
    clearCache: () => cache.clear(),
    reset() {
      cache.clear();
      for (const account of accounts.values()) account.forget();
    },
    stop() {
      for (const account of accounts.values()) account.stop();
    },
  };
  return pnp;
}

/** The legacy guide's words for 401. */
const legacyUnauthorized = (): PnpRefusal => new PnpRefusal(401, '1000', null, 'Internal server');
