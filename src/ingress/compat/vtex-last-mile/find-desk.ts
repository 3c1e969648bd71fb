import {
  VtexLastMileSettingsSchema,
  type VtexLastMileSettings,
} from '../../../connectors/last-mile/vtex-last-mile/settings.ts';
import { vtexLastMile } from '../../../connectors/last-mile/vtex-last-mile/index.ts';
import type { LastMilePolicy } from '../../../connectors/last-mile/port.ts';
import { isSameText } from '../../../platform/hmac.ts';
import { findToken, openConnection, readConnection, type Connection } from '../../../store/connections.ts';
import type { StoreDeps } from '../../../store/deps.ts';
import { rememberByText } from '../../../platform/remember.ts';
import { checkGeneration } from '../../check-generation.ts';
import type { Call } from '../../define-route.ts';
import type { IngressDeps } from '../../deps.ts';
import { makeRefusal } from '../../problem.ts';
import { createTokenBuckets } from '../../token-buckets.ts';

/** One merchant's connection to VTEX Last Mile, as VTEX calls it. */
export interface Desk {
  store: StoreDeps;
  connection: Connection;
  settings: VtexLastMileSettings;
  policy: LastMilePolicy;
}

type DeskCall = Pick<Call<{ token: string }, unknown, unknown>, 'params' | 'headers' | 'address'>;

/** Wrong headers that one address may send to one connection; after them it is not looked at any more. */
const refusedPerSecond = 1;
const refusedBurst = 50;

/** Whose token it is, once VTEX has shown the headers that the connection asks for. */
export function createFindDesk(deps: IngressDeps): (call: DeskCall) => Promise<Desk> {
  const refusals = createTokenBuckets(deps.clock, { perSecond: refusedPerSecond, burst: refusedBurst });
  const settingsOf = rememberByText<VtexLastMileSettings>();
  return async ({ params: { token }, headers, address }) => {
    const holder = await findToken(deps.redis, token);
    const store = holder === null ? null : deps.shard(holder.shard);
    const connection =
      holder === null || store === null ? null : await readConnection(store, holder.merchantId, holder.connectionId);
    if (store === null || connection?.connector !== vtexLastMile.id) {
      await checkGeneration(deps);
      throw makeRefusal('webhook.token_unknown', 'no connection has this URL');
    }
    const settings = settingsOf(connection.sealed, () =>
      VtexLastMileSettingsSchema.parse(openConnection(store, connection).settings),
    );
    const sender = `${address}\n${connection.id}`;
    const allowed = refusals.peek(sender);
    if (!allowed.taken) {
      const retryAfterMs = allowed.resetSeconds * 1_000;
      throw makeRefusal('webhook.throttled', 'too many wrong requests came from this address', { retryAfterMs });
    }
    // All are compared, so that the time does not tell which one is wrong.
    const wrong = settings.inboundHeaders.filter(({ name, value }) => !isSameText(textOf(headers[name]), value));
    if (wrong.length > 0) {
      refusals.take(sender);
      const facts = { merchantId: connection.merchantId, connectionId: connection.id };
      deps.log.warn({ ...facts, headers: wrong.map(({ name }) => name) }, 'lastMile.refused');
      throw makeRefusal('webhook.refused', 'Unauthorized');
    }
    return { store, connection, settings, policy: vtexLastMile.policy(settings) };
  };
}

const textOf = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join(', ') : (value ?? '');
