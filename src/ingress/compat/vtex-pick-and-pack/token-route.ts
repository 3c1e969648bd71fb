import * as z from 'zod';
import { ok } from '../../answer.ts';
import type { Authenticator } from '../../authenticate.ts';
import { defineGlobalRoute, type Route } from '../../define-route.ts';
import type { IngressDeps } from '../../deps.ts';
import type { Dialect } from '../../dialect.ts';
import { makeRefusal } from '../../problem.ts';
import { createTokenBuckets } from '../../token-buckets.ts';
import type { Tokens } from './tokens.ts';
import { root, tag } from './paths.ts';

/** `POST /token`: an API key of Packline for a token of a quarter of an hour. */
export function makeTokenRoute(
  { clock, settings }: Pick<IngressDeps, 'clock' | 'settings'>,
  { tokens, authenticator, dialect }: { tokens: Tokens; authenticator: Authenticator; dialect: Dialect },
): Route {
  const buckets = createTokenBuckets(clock, { perSecond: settings.ratePerSecond, burst: settings.rateBurst });
  return defineGlobalRoute({
    method: 'post',
    path: `${root}/token`,
    summary: 'A token for an API key',
    description:
      'What is called `apiKey` is an API key of Packline. The token is good for 15 minutes and may do what its key may, for as long as there is that key.',
    tag,
    scope: 'none',
    body: z.object({ apiKey: z.string() }),
    idempotency: 'none',
    dialect,
    problems: ['auth.missing', 'auth.invalid', 'rate.limited', 'redis.generation'],
    answers: {
      200: {
        description: 'The token',
        schema: z
          .strictObject({ message: z.literal('success'), data: z.string().meta({ description: 'A JWT' }) })
          .meta({ id: 'PickAndPackToken' }),
      },
    },
    async handle({ body: { apiKey } }) {
      const { merchantId, keyId } = await authenticator.identify(`Bearer ${apiKey}`);
      const { taken, resetSeconds } = buckets.take(keyId);
      if (!taken) {
        throw makeRefusal('rate.limited', 'this key asked for more tokens than it may', {
          retryAfterMs: resetSeconds * 1000,
        });
      }
      // The operator's own key is no merchant's.
      if (merchantId === null) throw makeRefusal('auth.invalid', 'this key belongs to no merchant');
      return ok({ message: 'success', data: await tokens.make({ merchantId, keyId }) });
    },
  });
}
