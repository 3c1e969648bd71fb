/**
 * The sandbox: simulated partners for the demo and for tests, over real HTTP.
 *
 * It is written from the partners' documents alone and shares no code with Packline's connectors, so that a wrong
 * reading in a connector fails here instead of being mirrored. It validates every request strictly, keeps the documented
 * rate limits and refuses what goes over them, signs its webhooks, and keeps books of what really happened: how often
 * each order was created, dispatched or cancelled, every request with its time of arrival, every violation of a limit.
 *
 * Partners:
 * - Nash Pick and Pack under `/nash` (region us) and `/nash-au` (region au). `Authorization: Bearer nash_demo_key` is the
 *   demo organisation `org_demo` with the stores `store-1`, `store-2`, `store_001` and `store_002`.
 * - VTEX: the OMS of each account under `/vtex/{account}`, and the Pick and Pack of all under `/vtex-pnp-auth` (tokens),
 *   `/vtex-pnp` (API) and `/vtex-pnp-legacy`. The demo account is `demomarket`, key `vtexappkey-demomarket-DEMOKE`, token
 *   `vtex_demo_token`; orders are made by shoppers (`POST /_sandbox/vtex/orders`), invoiced by a simulated ERP, and picked
 *   by Pick and Pack unless its store filters leave their warehouse out. Last Mile asks carriers for services when it is told
 *   to, and what carriers tell it is taken under `/vtex-last-mile`, with Pick and Pack's tokens.
 * - Carriers under `/carriers/{carrier}`: `ups` and `fedex` (client `demo_client`, secret `demo_secret`), `easypost` and
 *   `shipengine` (key `demo_key`), and a local courier, `demo` (`x-demo-key: demo_key`), whose parcels go their way by
 *   themselves. All of them push to whoever subscribes, and so do `aftership` and `shippo`; each signs as it is documented.
 *
 * Beside the partners stand the merchant's own systems: `POST /subscribers/{name}` takes webhooks under any name, keeps
 * the latest 1,000 of each and answers 200 unless told otherwise. It has no faults, limits or books.
 *
 * Control API:
 *
 * | call                                      | body                                          | does                                       |
 * |-------------------------------------------|-----------------------------------------------|--------------------------------------------|
 * | GET /_sandbox/books?org=                  |                                               | effects, requests, rates, violations       |
 * | GET /_sandbox/state                      |                                               | the books in figures, and the fault rules  |
 * | GET, POST, DELETE /_sandbox/faults        | `{match?, times?, probability?, fault}`       | misbehaviour on demand (faults.ts)         |
 * | POST /_sandbox/picker                     | `{mode?, stepMs?, outcome?}`                  | how couriers and pickers work (context.ts) |
 * | POST /_sandbox/reset                      |                                               | forgets all but organisations, endpoints   |
 * | POST /_sandbox/nash/organisations         | `{orgId, apiKey, region?, stores?, limits?, webhookUrl?, webhookSecret?}` | adds or changes one |
 * | GET, POST /_sandbox/nash/endpoints        | `{orgId?, url, secret?, eventTypes?}`         | the portal: answers the endpoint's secret  |
 * | DELETE /_sandbox/nash/endpoints/{id}      |                                               | ends it, and its retries                   |
 * | POST /_sandbox/nash/picks                 | `{orgId?, externalId, lines?, rows?}`         | how one order is picked                    |
 * | POST /_sandbox/nash/answers               | `{spelling?, validationBody?, jobUpdate?, …}` | which reading of the documents is answered |
 * | POST /_sandbox/nash/jobs/{id}/advance     | `{to, direct?}`                               | moves a delivery; id or external id        |
 * | POST /_sandbox/nash/jobs/{id}/reassign    | `{status?}`                                   | ends the attempt and starts another        |
 * | GET /_sandbox/nash/orders/{externalId}    |                                               | everything about one order                 |
 * | GET /_sandbox/nash/catalog[/{products,inventory}] |                                       | totals and rates; every row (catalog-control.ts) |
 * | GET /_sandbox/subscribers/{name}          |                                               | `{received, total}`, the newest first      |
 * | DELETE /_sandbox/subscribers/{name}       |                                               | forgets received webhooks, queued answers  |
 * | POST /_sandbox/subscribers/{name}/answers | `{statuses, delayMs?}`                        | queues one answer per webhook to come      |
 * | GET, PUT, PATCH /_sandbox/vtex/accounts[/{name}] | settings (account-settings.ts)        | OMS accounts; DELETE …/hook and …/feed drop them |
 * | GET, POST … /_sandbox/vtex/accounts/{name}/catalog/… |                               | SKUs, prices, stock, affiliates (catalog-control.ts) |
 * | POST /_sandbox/vtex/orders                | `{account?, warehouseId?, fulfilment?, lines?, window?, address?, doc?, afterMs?, status?, visibleAfterReads?, visibleAfterMs?, gone?}` | a shopper's order |
 * | GET /_sandbox/vtex/orders/{id}            |                                               | the order, its effects and its log         |
 * | POST /_sandbox/vtex/orders/{id}/{cancel,invoice,status,change} | `{status}`, `{lines?, receiverName?, window?, address?, gone?}` | what people do in the Admin |
 * | POST /_sandbox/vtex/orders/{id}/changes  | `{outcome, reason?}`                          | how the order's next modification ends     |
 * | POST /_sandbox/vtex/accounts/{name}/feed/lapse |                                          | the feed's retention is over               |
 * | PUT, PATCH /_sandbox/vtex-pick-and-pack/accounts[/{name}] | settings (account-settings.ts) | filters, webhooks, packing, tokens, cache |
 * | GET, POST /_sandbox/vtex-pick-and-pack/orders[/{id}][/{status,import}] | `{status}`       | orders with their history; moves by hand   |
 * | POST, GET /_sandbox/vtex-last-mile/services[/{id}] | `{url, account?, headers?, changes?, copies?}` | asks a carrier for a service |
 * | POST /_sandbox/vtex-last-mile/calls/{name} | `{url, account?, headers?, body}`            | any other call to a carrier                |
 * | POST /_sandbox/vtex-pick-and-pack/tokens/expire, /cache/clear; GET …/tokens |             | at once; how many were given                |
 * | GET, POST /_sandbox/carriers/parcels      | `{carrier, number, walks?}`                   | parcels; one that exists is left as it is  |
 * | POST /_sandbox/carriers/parcels/{carrier}/{number}/steps | `{step, atMs?, silent?}`       | what happens to it; `atMs` may be long past |
 * | POST /_sandbox/carriers/parcels/{carrier}/{number}/tell |                                 | sends its hook again                       |
 * | GET, POST /_sandbox/carriers/subscriptions; DELETE …/{carrier} | `{carrier, url, secret?, version?, clientId?, clientSecret?, tokenUrl?}` | who is told |
 * | GET, PATCH /_sandbox/carriers/limits/{carrier} | `{calls?, perMs?, perDay?}`              | limits and the day's calls                 |
 * | POST /_sandbox/carriers/tokens/expire, /keys/rotate; GET …/tokens |                       | at once; how many were given               |
 *
 * Calls about an organisation other than `org_demo` name it: `orgId` in a body, `?org=` elsewhere; about another account
 * than `demomarket`, `account` in a body or a query.
 */
import { once } from 'node:events';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { createLog, type Log } from '../platform/log.ts';
import { createBooks, type Books } from './books.ts';
import { watchHeld, type HeldWatch } from './watch-held.ts';
import { createCarriers, type Carriers } from './carriers/carriers.ts';
import { pickerSettingsSchema, type PickerSettings, type SandboxContext } from './context.ts';
import { makeControl } from './control.ts';
import { createFaults, type Faults } from './faults.ts';
import type { NashAnswers } from './nash/answers.ts';
import { createNash, type Nash } from './nash/nash.ts';
import { makeNashControl } from './nash/nash-control.ts';
import { createRandom } from './random.ts';
import { createSubscribers } from './subscribers.ts';
import { createTimers } from './timers.ts';
import { createVtexOms, type VtexOms } from './vtex-oms/vtex-oms.ts';
import { createLastMile, type LastMile } from './vtex-last-mile/last-mile.ts';
import { createPickAndPack, type PickAndPack } from './vtex-pick-and-pack/pick-and-pack.ts';

export interface SandboxOptions {
  /** Silent without one. */
  log?: Log;
  /** How many times faster than life couriers walk and webhooks are retried; 0 is as fast as possible. */
  speed?: number;
  clock?: { now(): number };
  /** For picker outcomes and random faults. */
  seed?: number;
  /** Where the numbers of orders begin (context.ts). */
  ordersFrom?: number;
  picker?: Partial<PickerSettings>;
  nash?: Partial<NashAnswers>;
}

export interface Sandbox {
  app: Hono;
  books: Books;
  faults: Faults;
  nash: Nash;
  vtex: VtexOms;
  pickAndPack: PickAndPack;
  lastMile: LastMile;
  carriers: Carriers;
  /** As `POST /_sandbox/reset`. */
  reset(): void;
  /** Ends every timer and every webhook in flight. */
  stop(): void;
  /** Listens on loopback unless told otherwise; port 0 takes a free one. `close` also stops the sandbox. */
  listen(port: number, host?: string): Promise<{ url: string; close: () => Promise<void> }>;
}

/** Longer than a client keeps an idle connection, so that a reset is always a fault and never an accident. */
const keepAliveTimeoutMs = 120_000;

/** At speed 0 a retry ladder still needs its rungs, so it runs a thousand times faster instead. */
const fastestLadder = 1000;

export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const {
    speed = 1,
    seed = 1,
    clock = { now: () => Date.now() },
    log = createLog({ level: 'silent', name: 'sandbox' }),
  } = options;
  const random = createRandom(seed);
  let watch: HeldWatch | undefined;
  const books = createBooks(() => watch?.heldMs() ?? 0);
  const initialPicker = pickerSettingsSchema.parse(options.picker ?? {});
  const context: SandboxContext = {
    log,
    now: () => clock.now(),
    timers: createTimers(speed),
    speed: speed === 0 ? fastestLadder : speed,
    books,
    faults: createFaults(random, (kind) => books.addFault(kind)),
    random,
    seed,
    ...(options.ordersFrom !== undefined && { ordersFrom: options.ordersFrom }),
    picker: { ...initialPicker },
  };
  const nash = createNash(context, options.nash ?? {});
  const vtex = createVtexOms(context);
  const pickAndPack = createPickAndPack(context, vtex);
  const lastMile = createLastMile(context, { read: (token) => pickAndPack.readToken(token) });
  const carriers = createCarriers(context);
  const subscribers = createSubscribers(context.now);

  const reset = (): void => {
    context.timers.stopAll();
    context.faults.clear();
    Object.assign(context.picker, initialPicker);
    nash.reset();
    vtex.reset();
    pickAndPack.reset();
    lastMile.reset();
    carriers.reset();
    subscribers.clear();
    books.reset();
  };
  const stop = (): void => {
    context.timers.stopAll();
    nash.stop();
    pickAndPack.stop();
    lastMile.stop();
    carriers.stop();
    vtex.stop();
  };

  const app = new Hono()
    .route('/nash', nash.makeApi('us', '/nash'))
    .route('/nash-au', nash.makeApi('au', '/nash-au'))
    .route('/vtex', vtex.makeApi('/vtex'))
    .route('/vtex-pnp', pickAndPack.makeApi('/vtex-pnp'))
    .route('/vtex-pnp-auth', pickAndPack.makeAuthApi('/vtex-pnp-auth'))
    .route('/vtex-pnp-legacy', pickAndPack.makeLegacyApi('/vtex-pnp-legacy'))
    .route('/vtex-last-mile', lastMile.makeApi('/vtex-last-mile'))
    .route('/carriers', carriers.makeApi('/carriers'))
    .route('/subscribers', subscribers.makeApi())
    .route('/_sandbox', makeControl(context, reset))
    .route('/_sandbox/nash', makeNashControl(nash, books))
    .route('/_sandbox/vtex', vtex.makeControl())
    .route('/_sandbox/vtex-pick-and-pack', pickAndPack.makeControl())
    .route('/_sandbox/vtex-last-mile', lastMile.makeControl())
    .route('/_sandbox/carriers', carriers.makeControl())
    .route('/_sandbox/subscribers', subscribers.makeControl());

  return {
    app,
    books,
    faults: context.faults,
    nash,
    vtex,
    pickAndPack,
    lastMile,
    carriers,
    reset,
    stop,
    async listen(port, host = '127.0.0.1') {
      const server = createAdaptorServer({
        fetch: app.fetch,
        overrideGlobalObjects: false,
        serverOptions: { keepAliveTimeout: keepAliveTimeoutMs },
      });
      server.listen(port, host);
      await once(server, 'listening');
      watch ??= watchHeld();
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('the sandbox has no TCP address');
      return {
        url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
        async close() {
          stop();
          watch?.stop();
          if ('closeAllConnections' in server) server.closeAllConnections();
          await new Promise((resolve) => server.close(resolve));
        },
      };
    },
  };
}
