import type { Authenticator } from '../../authenticate.ts';
import type { Route } from '../../define-route.ts';
import type { IngressDeps } from '../../deps.ts';
import { makeLegacyRoute } from './legacy-route.ts';
import { makeDialect } from './make-dialect.ts';
import { makeReadRoutes } from './read-routes.ts';
import { currentRows, legacyRows } from './refusals.ts';
import { makeTokenRoute } from './token-route.ts';
import { createTokens } from './tokens.ts';
import { makeTrackingRoute } from './tracking-route.ts';

/** VTEX Pick and Pack's own protocol over our orders, whichever system fulfils them. */
export function makePickAndPackRoutes(deps: IngressDeps, authenticator: Authenticator): readonly Route[] {
  const { clock } = deps;
  const tokens = createTokens({ keyring: deps.shard(0).keyring, clock });
  const doors = { tokens, authenticator, clock };
  const dialect = makeDialect(doors, currentRows);
  return [
    makeTokenRoute(deps, { tokens, authenticator, dialect }),
    ...makeReadRoutes(dialect),
    makeTrackingRoute(dialect),
    makeLegacyRoute(makeDialect(doors, legacyRows)),
  ];
}
