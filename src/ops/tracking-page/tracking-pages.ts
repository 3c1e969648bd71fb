import { Hono, type Context } from 'hono';
import { parcelNamesOf } from '../../domain/order-parcels.ts';
import { originOf } from '../../domain/failure.ts';
import { createTokenBuckets } from '../../ingress/token-buckets.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { isRedisAway } from '../../platform/redis-away.ts';
import { readBranding } from '../../store/branding.ts';
import { digest, type StoreDeps } from '../../store/deps.ts';
import { readMerchant } from '../../store/merchants.ts';
import { readTimeline } from '../../store/orders.ts';
import { readParcels } from '../../store/parcels.ts';
import { openPerson } from '../../store/persons.ts';
import { findTracked } from '../../store/tracking-pages.ts';
import { createShelf } from './page-shelf.ts';
import { makePlainPage, makeTrackingPage, type MadePage } from './page-html.ts';
import { toPageFacts } from './page-facts.ts';
import { pickLanguage, wordsOf, type Language } from './words.ts';

export interface TrackingPagesDeps {
  stores: readonly StoreDeps[];
  clock: Clock;
  log: Log;
  /** Under which browsers reach us. */
  baseUrl: string;
}

interface Env {
  Bindings: { incoming?: { socket: { remoteAddress?: string } } };
}

/** So long a page is shown as it was read, here and in browsers: its address that was made void opens it no longer than both. */
const keptSeconds = 15;
/** Looks at Redis for one address; behind a proxy all people share its address. What is kept is shown without end. */
const looksPerAddress = { perSecond: 20, burst: 200 } as const;

/** The public pages at `/track/…`: who has the address sees how far an order is. No login, no scripts, no cookies. */
export function createTrackingPages(deps: TrackingPagesDeps): Hono<Env> {
  const { stores, clock, log } = deps;
  const app = new Hono<Env>();
  const shelf = createShelf(clock, keptSeconds * 1_000);
  const buckets = createTokenBuckets(clock, looksPerAddress);

  /** Null for what there is no page of, for whatever reason. */
  const make = async (token: string, language: Language): Promise<MadePage | null> => {
    const found = await findTracked(stores, token);
    if (found === null) return null;
    const { store, stored } = found;
    const person = openPerson(store, stored, 'current');
    if (person === null) return null;
    const { id, merchantId } = stored.order;
    const [parcels, timeline, branding, merchant] = await Promise.all([
      readParcels(store, parcelNamesOf(stored.order)),
      readTimeline(store, id),
      readBranding(store, merchantId),
      readMerchant(store, merchantId),
    ]);
    const facts = toPageFacts(stored.order, person, parcels.filter((one) => one !== null), timeline); // prettier-ignore
    return makeTrackingPage(facts, { branding, merchantName: merchant?.name ?? '' }, language);
  };

  const secure = (c: Context<Env>, policy: string): void => {
    c.header('Content-Security-Policy', policy);
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('X-Frame-Options', 'DENY');
    c.header('X-Robots-Tag', 'noindex, nofollow');
    c.header('Referrer-Policy', 'no-referrer');
    c.header('Vary', 'Accept-Language');
    if (deps.baseUrl.startsWith('https:')) c.header('Strict-Transport-Security', 'max-age=31536000');
  };

  const refuse = async (c: Context<Env>, status: 404 | 429 | 503, language: Language): Promise<Response> => {
    const words = wordsOf(language);
    const { body, policy } = await makePlainPage(status === 404 ? words.notFound : words.away, language);
    secure(c, policy);
    c.header('Cache-Control', 'no-store');
    if (status !== 404) c.header('Retry-After', '60');
    return c.html(body, status);
  };

  app.get('/track/:token', async (c) => {
    const language = pickLanguage(c.req.header('accept-language'));
    const token = c.req.param('token');
    const name = `${language} ${token}`;
    const kept = shelf.find(name);
    const mayLook = kept !== undefined || buckets.take(c.env?.incoming?.socket.remoteAddress ?? '').taken;
    if (!mayLook) return refuse(c, 429, language);
    const page = kept ?? (await shelf.keep(name, () => make(token, language)));
    if (page === null) return refuse(c, 404, language);
    secure(c, page.policy);
    // Of one person: no cache that others share may keep it.
    c.header('Cache-Control', `private, max-age=${keptSeconds}`);
    const etag = `"${digest(page.body).slice(0, 22)}"`;
    c.header('ETag', etag);
    return c.req.header('if-none-match') === etag ? c.body(null, 304) : c.html(page.body);
  });
  app.notFound((c) => refuse(c, 404, pickLanguage(c.req.header('accept-language'))));
  app.onError((thrown, c) => {
    // The address is a secret: it is not written down.
    if (!isRedisAway(thrown)) log.error({ path: c.req.routePath, ...originOf(thrown) }, 'trackingPage.failed');
    return refuse(c, 503, pickLanguage(c.req.header('accept-language')));
  });
  return app;
}
