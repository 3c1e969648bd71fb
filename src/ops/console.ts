import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { NONCE, secureHeaders } from 'hono/secure-headers';
import { newId } from '../store/deps.ts';
import { serveAsset } from './assets.ts';
import { createDesk, type ConsoleContext, type ConsoleDeps, type ConsoleEnv } from './context.ts';
import type { Page } from './define-page.ts';
import { answerNotFound, answerProblem, answerThrown } from './error-page.ts';
import { mountLogin } from './login.ts';
import { mountOwnAccount } from './own-account.ts';
import { createPageHost, mountedAt } from './page-host.ts';
import { boardPath } from './queue-board.ts';
import { mountQueues } from './queue-desk.ts';

const formBytesMax = 64 * 1024;
const formTypes = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i;

/** The console at `/ops`: pages for people. Everything that it changes, it changes through the API. */
export function createConsole(deps: ConsoleDeps, pages: readonly Page[]): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  const desk = createDesk(deps);
  const host = createPageHost(desk, pages);
  const ownOrigin = new URL(deps.baseUrl).origin;

  const isHttps = deps.baseUrl.startsWith('https:');
  const [ownHeaders, boardHeaders] = [makeSecureHeaders(isHttps, pagePolicy), makeSecureHeaders(isHttps, boardPolicy)];
  // Before all that a whole page needs, which would cost several times what it takes to say that nothing is new.
  app.use(async (c, next) => (await host.answerUnchanged(c)) ?? next());
  app.use((c, next) => (isBoard(c.req.path) ? boardHeaders : ownHeaders)(c, next));
  app.use(async (c, next) => {
    const startedMs = deps.clock.now();
    const requestId = newId('request', deps.clock);
    c.set('requestId', requestId);
    c.header('X-Request-Id', requestId);
    await next();
    if (c.req.path.startsWith('/ops/assets/')) return;
    const { method, routePath: route } = c.req;
    const durationMs = deps.clock.now() - startedMs;
    deps.log.info({ requestId, method, route, status: c.res.status, durationMs, userId: c.get('frame')?.user.id }, 'page.answered'); // prettier-ignore
  });
  app.get('/ops/assets/:name', (c) => serveAsset(c.req.path, c.req.header('accept-encoding')) ?? answerNotFound(c));
  app.use(compress());
  // Behind a proxy that ends TLS our own URL has another scheme than the browser's: either counts as ours.
  app.use(csrf({ origin: (origin, c) => origin === ownOrigin || origin === new URL(c.req.url).origin }));
  // Files are of any size: they come before what looks at bodies.
  for (const page of pages) {
    const filed = page.acts.filter(({ takesFile }) => takesFile === true);
    for (const act of filed) app.post(`${mountedAt(page)}/${act.name}`, (c) => host.act(c, page, act));
  }
  // Looking whether there is a body has Node make a request of its own first: only for what may have one.
  app.on(
    ['POST', 'PUT', 'PATCH', 'DELETE'],
    '*',
    bodyLimit({ maxSize: formBytesMax, onError: (c) => refuseForm(c, 'A form has at most 64 KiB.') }),
  );
  app.use(async (c, next) => {
    const isForm = c.req.method !== 'POST' || formTypes.test(c.req.header('content-type') ?? formUrlencoded);
    return isForm ? next() : refuseForm(c, 'Only forms are posted here.');
  });

  mountLogin(app, desk);
  mountOwnAccount(app, desk);
  mountQueues(app, desk);
  app.get('/ops/pick', (c) => c.redirect(toPicked(pages, c.req.query()), 303));
  for (const page of pages) {
    const at = mountedAt(page);
    app.get(at, (c) => host.show(c, page));
    for (const stream of page.streams) app.get(`${at}/${stream.name}`, (c) => host.stream(c, page, stream));
    for (const act of page.acts) app.post(`${at}/${act.name}`, (c) => host.act(c, page, act));
  }

  app.notFound((c) => answerNotFound(c));
  app.onError((thrown, c) =>
    thrown instanceof HTTPException && thrown.status === 403
      ? answerProblem(c, {
          status: 403,
          title: 'This form did not come from Packline',
          detail: 'Another site tried to act in your name, or a proxy changed the Origin. Nothing was done.',
          source: 'packline',
        })
      : answerThrown(deps, c, thrown),
  );
  return app;
}

const formUrlencoded = 'application/x-www-form-urlencoded';
const refuseForm = (c: ConsoleContext, detail: string): Promise<Response> =>
  answerProblem(c, { status: 422, title: 'This form cannot be taken', detail, source: 'you' });

const isBoard = (path: string): boolean => path === boardPath || path.startsWith(`${boardPath}/`);
const pagePolicy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'", NONCE],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
};
/** bull-board writes styles into its elements, and says where it lies by a `base`. Its scripts are files of ours all the same. */
const boardPolicy = {
  ...pagePolicy,
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  fontSrc: ["'self'", 'data:'],
  baseUri: ["'self'"],
};

const makeSecureHeaders = (isHttps: boolean, contentSecurityPolicy: typeof pagePolicy) =>
  secureHeaders({
    contentSecurityPolicy,
    xFrameOptions: 'DENY',
    // With no-referrer a browser would send `Origin: null` with our own forms.
    referrerPolicy: 'same-origin',
    strictTransportSecurity: isHttps ? 'max-age=31536000' : false,
    permissionsPolicy: { camera: [], microphone: [], geolocation: [] },
  });

/** The same page of another merchant. */
function toPicked(pages: readonly Page[], { merchant = '', page }: Record<string, string>): string {
  const known = pages.find(({ isAboutMerchant, path, menu }) => isAboutMerchant && menu !== undefined && path === page);
  const first = pages.find(({ isAboutMerchant, menu }) => isAboutMerchant && menu !== undefined);
  return `/ops/m/${encodeURIComponent(merchant)}${known?.path ?? first?.path ?? ''}`;
}
