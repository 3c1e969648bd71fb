import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { z } from 'zod';
import { applyFaults, isCut } from '../apply-faults.ts';
import type { RequestEntry } from '../books.ts';
import type { SandboxContext } from '../context.ts';
import { accountSchema, demoAccount } from './account-settings.ts';
import { createAccount, type Account } from './account.ts';
import { endpointOf, pricingRoutes, skuRoutes, stockRoutes } from './catalog-routes.ts';
import { changeRoutes } from './change-routes.ts';
import { eventRoutes } from './event-routes.ts';
import type { OmsAccount } from './oms-account.ts';
import type { OmsEnv } from './oms-env.ts';
import { orderRoutes } from './order-routes.ts';
import { makeVtexControl } from './vtex-control.ts';
import { noSuchAccount, toRefusalResponse, VtexRefusal } from './vtex-refusal.ts';

export interface VtexOms {
  /** The API of every account: an account's base URL is `<mount>/<account>`. */
  makeApi(basePath: string): Hono<OmsEnv>;
  makeControl(): Hono;
  find(name?: string): Account | undefined;
  /** As VTEX's own apps see it. */
  account(name?: string): OmsAccount | undefined;
  accountNames(): string[];
  putAccount(settings: z.input<typeof accountSchema>): Account;
  /** Tells of each account that comes to be; of those there are, at once. */
  onAccount(listener: (account: OmsAccount) => void): void;
  /** Forgets orders and events; accounts, hooks and feeds stay configured. */
  reset(): void;
  stop(): void;
}

export const partner = 'vtex';

/** Of the orders' calls only reads of one have a documented budget. */
const oneOrder = /^\/api\/oms\/pvt\/orders\/[^/]+$/;

/** What of the key's License Manager resources a call needs. */
function resourceOf(path: string): 'orders' | 'events' | 'catalog' {
  if (endpointOf(path) !== undefined) return 'catalog';
  return path.startsWith('/api/oms/') || path.startsWith('/api/order-system/') ? 'orders' : 'events';
}

export function createVtexOms(context: SandboxContext): VtexOms {
  const accounts = new Map<string, Account>();
  const listeners: ((account: OmsAccount) => void)[] = [];

  /** First in line, so that an arrival is when the headers were there and not when the body was read. */
  const keepBooks = (basePath: string) =>
    createMiddleware<OmsEnv>(async (c, next) => {
      const [name = '', ...path] = c.req.path.slice(basePath.length + 1).split('/');
      const entry: RequestEntry = {
        partner,
        org: name,
        method: c.req.method,
        path: `/${path.join('/')}`,
        arrivedAt: context.now(),
        status: null,
      };
      context.books.addRequest(entry);
      c.set('entry', entry);
      await next();
      if (!isCut(c.res)) entry.status = c.res.status;
    });

  const admit = createMiddleware<OmsEnv>(async (c, next) => {
    const account = accounts.get(c.req.param('account') ?? '');
    if (account === undefined) return noSuchAccount();
    const { appKey, appToken, permissions, limits } = account.settings();
    const isKnown = c.req.header('x-vtex-api-appkey') === appKey && c.req.header('x-vtex-api-apptoken') === appToken;
    if (!isKnown) throw new VtexRefusal(401, '1', 'Unauthorized access');
    const { path, method } = c.get('entry');
    if (!permissions[resourceOf(path)]) throw new VtexRefusal(403, '2', 'Forbidden');
    const entry = c.get('entry');
    const endpoint = endpointOf(path);
    const isWithin =
      endpoint === undefined
        ? method !== 'GET' ||
          !oneOrder.test(path) ||
          arrive(entry, account, 'vtex-order-reads', limits.orderReadsPerMinute)
        : arrive(entry, account, `vtex-${endpoint}`, limits.catalogReadsPerMinute);
    if (!isWithin) {
      return toRefusalResponse({ status: 429, code: '3', message: 'Too many requests' }, { 'retry-after': '1' });
    }
    c.set('account', account);
    await next();
    return undefined;
  });

  const arrive = (entry: RequestEntry, { port }: Account, bucket: string, perMinute: number): boolean =>
    context.books.arrive(entry, port.name, bucket, perMinute, 60_000);

  const put: VtexOms['putAccount'] = (input) => {
    const settings = accountSchema.parse(input);
    const known = accounts.get(settings.account);
    const account = known ?? createAccount(context, settings);
    account.change(settings);
    if (known === undefined) {
      accounts.set(settings.account, account);
      for (const listener of listeners) listener(account.port);
    }
    return account;
  };
  put(demoAccount);

  const vtex: VtexOms = {
    makeApi: (basePath) =>
      new Hono<OmsEnv>()
        .onError((error) => {
          if (error instanceof VtexRefusal) return toRefusalResponse(error);
          context.log.error({ err: error }, 'vtex.crashed');
          return toRefusalResponse({ status: 500, code: '500', message: 'Internal server error' });
        })
        .use(keepBooks(basePath))
        .use('/:account/*', admit)
        .use(
          applyFaults<OmsEnv>(context.faults, (status, code, seconds) =>
            toRefusalResponse(
              { status, code, message: 'Injected by the sandbox' },
              seconds === undefined ? {} : { 'retry-after': String(seconds) },
            ),
          ),
        )
        .route('/:account/api/oms/pvt/orders', orderRoutes)
        .route('/:account/api/order-system/orders', changeRoutes)
        .route('/:account/api/orders', eventRoutes)
        .route('/:account/api/catalog_system/pvt/sku', skuRoutes)
        .route('/:account/api/logistics/pvt/inventory', stockRoutes)
        .route('/:account/pricing', pricingRoutes)
        .all('/*', () => noSuchAccount()),
    makeControl: () => makeVtexControl(vtex, context.books),
    find: (name = demoAccount.account) => accounts.get(name),
    account: (name = demoAccount.account) => accounts.get(name)?.port,
    accountNames: () => [...accounts.keys()],
    putAccount: put,
    onAccount(listener) {
      listeners.push(listener);
      for (const account of accounts.values()) listener(account.port);
    },
    reset() {
      for (const account of accounts.values()) account.forget();
    },
    stop() {
      for (const account of accounts.values()) account.stop();
    },
  };
  return vtex;
}
