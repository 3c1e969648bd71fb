import type { Base } from './compose.ts';
import { composeIngressDeps } from './compose-ingress.ts';
import { createApp } from './ingress/app.ts';
import type { listen } from './ingress/listen.ts';
import { createConsole } from './ops/console.ts';
import type { ConsoleDeps } from './ops/context.ts';
import { pages } from './ops/pages.ts';
import { createTrackingPages } from './ops/tracking-page/tracking-pages.ts';
import type { StoreDeps } from './store/deps.ts';
import { readOrder } from './store/orders.ts';
import { readRun } from './store/runs.ts';

/** What the HTTP process serves: the API, under `/ops` the console, which acts through that same API, and pages for customers. */
export function composeSite(
  base: Base,
  state: { draining: () => boolean; shedding: () => boolean },
): Parameters<typeof listen>[0] {
  const { redis, clock, log, config, stores } = base;
  const { baseUrl } = config;
  const shown = pages.filter(({ ofSandbox }) => ofSandbox !== true || config.sandbox);
  const ingress = composeIngressDeps(base, state);
  const { fetch: askApi } = createApp(ingress);
  const deps: ConsoleDeps = {
    redis,
    clock,
    log,
    baseUrl,
    api: askApi,
    queues: () => ingress.queues(),
    merchantOf: (id) => findMerchantOf(stores, id),
  };
  const { fetch: askConsole } = createConsole(deps, shown);
  const { fetch: askTracking } = createTrackingPages({ stores, clock, log, baseUrl });
  return {
    fetch: (request, env) => {
      const target = env.incoming.url ?? '';
      if (isOps(target)) return askConsole(request, env);
      return target.startsWith('/track/') ? askTracking(request, env) : askApi(request, env);
    },
  };
}

const isOps = (target: string): boolean => /^\/ops(?:[/?]|$)/.test(target);

/** Whose it is; a hand-over in a queue names no merchant. */
async function findMerchantOf(stores: readonly StoreDeps[], id: string): Promise<string | null> {
  for (const store of stores) {
    const owner = id.startsWith('run_') ? await readRun(store, id) : (await readOrder(store, id))?.order;
    if (owner !== undefined && owner !== null) return owner.merchantId;
  }
  return null;
}
