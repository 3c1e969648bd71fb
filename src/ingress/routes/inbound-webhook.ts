import * as z from 'zod';
import { Failure } from '../../domain/failure.ts';
import type { InboundRequest, InboundVerdict } from '../../connectors/webhook.ts';
import { toPullFlags } from '../../domain/pull-flags.ts';
import { catalogPullWork } from '../../queues/catalog-pull.ts';
import { makeEntry } from '../../queues/define-job.ts';
import { fulfilmentRead } from '../../queues/fulfilment-read.ts';
import { orderImport } from '../../queues/order-import.ts';
import type { NewEntry } from '../../store/commit.ts';
import { findToken, openConnection, readConnection } from '../../store/connections.ts';
import { merchantLane } from '../../store/entries.ts';
import { acceptMessage } from '../../store/inbox.ts';
import { queueIn } from '../../store/lanes.ts';
import { markSku } from '../../store/pull-marks.ts';
import { rememberOpened } from '../../store/opened.ts';
import { ok } from '../answer.ts';
import { checkGeneration } from '../check-generation.ts';
import { defineGlobalRoute, type Call, type Route } from '../define-route.ts';
import type { IngressDeps } from '../deps.ts';
import { makeRefusal } from '../problem.ts';
import type { RequestMetrics } from '../request-metrics.ts';
import { createTokenBuckets } from '../token-buckets.ts';

/** Badly signed webhooks that one address may send to one connection; after them nothing of it is even verified. */
const refusedPerSecond = 1;
const refusedBurst = 50;

type WebhookCall = Call<{ token: string }, unknown, unknown>;

/** VTEX appends the second to the address that an affiliate gives. */
const paths = ['/in/:token', '/in/:token/api/notification/'];

/** `POST /in/{token}`: a partner's hook. Verified over its raw bytes, stored, and only then answered. */
export function makeInboundWebhooks(deps: IngressDeps, metrics: RequestMetrics): Route[] {
  const { clock, log } = deps;
  const refusals = createTokenBuckets(clock, { perSecond: refusedPerSecond, burst: refusedBurst });

  const settingsOf = rememberOpened<unknown>();

  const target = async (token: string) => {
    const holder = await findToken(deps.redis, token);
    const store = holder === null ? null : deps.shard(holder.shard);
    const connection =
      holder === null || store === null ? null : await readConnection(store, holder.merchantId, holder.connectionId);
    const connector = connection === null ? undefined : deps.connectors.get(connection.connector);
    if (store === null || connection === null || connector?.webhook === undefined) {
      await checkGeneration(deps);
      throw makeRefusal('webhook.token_unknown', 'no connection has this URL');
    }
    return { store, connection, connector, webhook: connector.webhook };
  };

  const handle = async ({ params, bytes, headers, address }: WebhookCall) => {
    const { store, connection, connector, webhook } = await target(params.token);
    // By address and connection: a partner sends for all merchants from the same few addresses.
    const sender = `${address}\n${connection.id}`;
    const allowed = refusals.peek(sender);
    if (!allowed.taken) {
      const retryAfterMs = allowed.resetSeconds * 1000;
      throw makeRefusal('webhook.throttled', 'too many badly signed webhooks came from this address', { retryAfterMs });
    }
    const facts = { merchantId: connection.merchantId, connectionId: connection.id, connector: connector.id };
    const settings = settingsOf(connection.sealed, () => openConnection(store, connection).settings);
    const verdict = verify(() => webhook.verify({ headers: textHeaders(headers), body: bytes }, settings, clock.now()));
    if (!verdict.ok) {
      refusals.take(sender);
      metrics.webhookRefused(connector.id, verdict.reason);
      log.warn({ ...facts, reason: verdict.reason }, 'webhook.refused');
      throw makeRefusal('webhook.refused', 'the webhook is not signed as this connection expects');
    }
    if ('ping' in verdict) return ok({});
    const { merchantId, connectionId } = facts;
    if ('notice' in verdict) {
      const { notice } = verdict;
      if (notice !== null) {
        const mark = { skuId: notice.skuId, flags: toPullFlags(notice) };
        await markSku(store, connectionId, mark, catalogPullWork(merchantId, connectionId));
      }
      metrics.webhookTaken(connector.id, notice === null ? 'ignored' : 'marked');
      return ok({});
    }
    const work = (inboxId: string): NewEntry => {
      const reference = { merchantId, connectionId, inboxId };
      if (connection.kind !== 'oms') return makeEntry(fulfilmentRead, reference, { lane: merchantLane(merchantId) });
      const lane = deps.lanesOf(store, connection)['orders'];
      return makeEntry(orderImport, reference, {
        lane: lane === undefined ? merchantLane(merchantId) : queueIn(lane, merchantId),
      });
    };
    const { messageId } = verdict;
    const outcome = await acceptMessage(store, { connectionId, messageId, body: bytes, work });
    metrics.webhookTaken(connector.id, outcome);
    // An OMS's queue tells the same event in other bytes.
    if (outcome === 'changed' && connection.kind !== 'oms') log.warn({ ...facts, messageId }, 'webhook.changed');
    return ok({});
  };

  const makeRoute = (path: string): Route =>
    defineGlobalRoute({
      method: 'post',
      path,
      summary: 'A partner’s webhook for one connection',
      description:
        'Signed as the connection’s partner signs. Answered when it is stored; the same message again changes nothing.',
      tag: 'Inbound webhooks',
      scope: 'none',
      params: z.strictObject({ token: z.string().min(1).max(200) }),
      rawBody: true,
      idempotency: 'none',
      checksGeneration: true,
      answers: { 200: { description: 'Stored', schema: z.strictObject({}) } },
      problems: ['webhook.token_unknown', 'webhook.refused', 'webhook.throttled', 'secrets.cannot_open'],
      handle,
    });
  return paths.map(makeRoute);
}

/** A connection whose secret is missing or unusable believes nothing; that it cannot is for the log, not the sender. */
function verify(check: () => InboundVerdict): InboundVerdict {
  try {
    return check();
  } catch (error) {
    if (error instanceof Failure && error.kind === 'misconfigured') return { ok: false, reason: error.code };
    throw error;
  }
}

const textHeaders = (headers: WebhookCall['headers']): InboundRequest['headers'] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
