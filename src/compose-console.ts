import type { Base } from './compose.ts';
import { composeIngressDeps } from './compose-ingress.ts';
import { createApp } from './ingress/app.ts';
import type { listen } from './ingress/listen.ts';
import { createConsole } from './ops/console.ts';
import { pages } from './ops/pages.ts';

/** What the HTTP process serves: the API, and under `/ops` the console, which acts through that same API. */
export function composeSite(
  base: Base,
  state: { draining: () => boolean; shedding: () => boolean },
): Parameters<typeof listen>[0] {
  const { redis, clock, log, config } = base;
  const shown = pages.filter(({ ofSandbox }) => ofSandbox !== true || config.sandbox);
  const { fetch: askApi } = createApp(composeIngressDeps(base, state));
  const { fetch: askConsole } = createConsole({ redis, clock, log, baseUrl: config.baseUrl, api: askApi }, shown);
  return {
    fetch: (request, env) => (isOps(env.incoming.url ?? '') ? askConsole(request, env) : askApi(request, env)),
  };
}

const isOps = (target: string): boolean => /^\/ops(?:[/?]|$)/.test(target);
