import * as z from 'zod';
import { isRetryable, toFailure } from '../../domain/failure.ts';
import { IdSchema } from '../../domain/ids.ts';
import type { OmsConnection } from '../../connectors/oms/port.ts';
import { commit } from '../../store/commit.ts';
import { openConnection, readRegistration, registrationWrites } from '../../store/connections.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { webhookUrlOf } from '../views/connection-view.ts';
import { requireConnection } from './connections.ts';

/** The partner pings our URL before it answers. */
const registerTimeoutMs = 20_000;

const RegisteredSchema = z
  .strictObject({
    hook: z
      .strictObject({ url: z.string(), registered: z.boolean() })
      .nullable()
      .meta({ description: 'Null where the settings ask for no hook' }),
    feed: z
      .strictObject({ registered: z.boolean(), waiting: z.int().nullable() })
      .nullable()
      .meta({ description: 'Null where the settings ask for no queue of events' }),
  })
  .meta({ id: 'RegisteredWebhooks' });

interface RegisterCall {
  store: StoreDeps;
  params: { connectionId: string };
  body: { replace?: boolean | undefined };
}

const registerWebhooks = defineRoute({
  method: 'post',
  tag: 'Connections',
  scope: 'operate',
  params: z.strictObject({ connectionId: IdSchema('connection') }),
  path: '/v1/connections/:connectionId/register-webhooks',
  summary: 'Create the partner’s webhook (and queue of events) for the merchant',
  description:
    'Safe to repeat. From then on it is looked for once a day, and made again where the partner has dropped it.',
  body: z.strictObject({
    replace: z.boolean().optional().meta({ description: 'Take the place of a hook that goes elsewhere' }),
  }),
  bodyOptional: true,
  answers: { 200: { description: 'As it is at the partner now', schema: RegisteredSchema } },
  problems: [
    'connection.not_found',
    'connection.unsupported',
    'connection.hook_taken',
    'connection.partner_refused',
    'connection.partner_down',
  ],
  async handle(call) {
    const { deps, store, merchantId, body } = call;
    const { connectionId } = call.params;
    const connection = await requireConnection(store, merchantId, connectionId);
    const url = webhookUrlOf(deps, openConnection(store, connection).token);
    if (connection.kind !== 'oms' || !deps.callsSomebody(connection)) throw byHand(deps, connection, url);
    const { connection: oms, policy } = await deps.openOms(
      store,
      merchantId,
      connectionId,
      AbortSignal.timeout(registerTimeoutMs),
    );
    try {
      if (policy.hook) {
        const known = (await oms.readHook?.()) ?? null;
        if (known !== null && known.url !== url && body.replace !== true) {
          throw makeRefusal('connection.hook_taken', `the hook of this key goes to ${hostOf(known.url)}`);
        }
        await oms.registerHook?.(url);
        await commit(store, { writes: registrationWrites(store, connectionId, ['hookRegisteredAt']) });
      }
      const feed = policy.feedPollMs === null ? null : await registerFeed(call, oms);
      return ok({ hook: policy.hook ? { url, registered: true } : null, feed });
    } catch (error) {
      const { kind, code, message, retryAfterMs } = toFailure(error);
      if (code === 'packline.unexpected' || code === 'connection.hook_taken') throw error;
      const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
      if (isRetryable(kind)) throw makeRefusal('connection.partner_down', `${message} (${code})`, wait);
      throw makeRefusal('connection.partner_refused', `${message} (${code})`);
    }
  },
});

/** Events that we take out of a queue are lost to whoever else uses the key: one that others filled is theirs. */
async function registerFeed({ store, params: { connectionId }, body }: RegisterCall, oms: OmsConnection) {
  const known = (await oms.readFeed?.()) ?? null;
  const { feedRegisteredAt } = await readRegistration(store, connectionId);
  if (known !== null && feedRegisteredAt === null && body.replace !== true) {
    throw makeRefusal('connection.hook_taken', 'this key has a queue of events that somebody else made');
  }
  // Written before it is made: a feed of ours that we did not know for ours would never be polled.
  await commit(store, { writes: registrationWrites(store, connectionId, ['feedRegisteredAt']) });
  if (known?.matches !== true) await oms.registerFeed?.();
  return { registered: true, waiting: known?.waiting ?? null };
}

/** A host says enough; its path may be a secret. */
const hostOf = (url: string): string => URL.parse(url)?.host ?? 'somewhere else';

function byHand(
  deps: Parameters<typeof webhookUrlOf>[0],
  { connector: id }: { connector: string },
  url: string,
): Error {
  const connector = deps.connectors.get(id);
  const title = connector?.title ?? id;
  return connector?.webhook === undefined
    ? makeRefusal('connection.unsupported', `${title} sends no webhooks; there is nothing to register`)
    : makeRefusal(
        'connection.unsupported',
        `${title} has no call for this: add ${url} as a webhook in its settings (docs/connect has the steps)`,
      );
}

export const registerWebhooksRoutes: readonly Route[] = [registerWebhooks];
