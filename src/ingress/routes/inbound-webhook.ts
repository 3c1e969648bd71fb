import * as z from 'zod';
import { Failure } from '../../domain/failure.ts';
import type { InboundVerdict } from '../../connectors/webhook.ts';
import { toPullFlags } from '../../domain/pull-flags.ts';
import { toInstant } from '../../platform/clock.ts';
import { catalogPullWork } from '../../queues/catalog-pull.ts';
import { courierPositionWork } from '../../queues/courier-position.ts';
import { makeEntry } from '../../queues/define-job.ts';
import { fulfilmentRead } from '../../queues/fulfilment-read.ts';
import { orderImport } from '../../queues/order-import.ts';
import { parcelRead } from '../../queues/parcel-read.ts';
import type { NewEntry } from '../../store/commit.ts';
import { tellPositions } from '../../store/courier-positions.ts';
import { merchantLane } from '../../store/entries.ts';
import { acceptMessage } from '../../store/inbox.ts';
import { queueIn } from '../../store/lanes.ts';
import { markSku } from '../../store/pull-marks.ts';
import { ok } from '../answer.ts';
import { defineGlobalRoute, type Call, type Route } from '../define-route.ts';
import type { IngressDeps } from '../deps.ts';
import { createInboundFinder, textHeaders } from '../find-inbound.ts';
import { awaitKeys, withPublishedKeys } from '../published-keys.ts';
import { makeRefusal } from '../problem.ts';
import type { RequestMetrics } from '../request-metrics.ts';

type WebhookCall = Call<{ token: string }, unknown, unknown>;

/** VTEX appends the second to the address that an affiliate gives. */
const paths = ['/in/:token', '/in/:token/api/notification/'];

/** `POST /in/{token}`: a partner's hook. Verified over its raw bytes, stored, and only then answered. */
export function makeInboundWebhooks(deps: IngressDeps, metrics: RequestMetrics): Route[] {
  const { clock, log } = deps;
  const find = createInboundFinder(deps);

  const handle = async ({ params, bytes, headers, address }: WebhookCall) => {
    const { store, connection, connector, settings, refuse } = await find(params.token, address);
    const facts = { merchantId: connection.merchantId, connectionId: connection.id, connector: connector.id };
    const request = { headers: textHeaders(headers), body: bytes };
    const { known, keyed } = await withPublishedKeys(store, { connection, connector, settings }, clock.now());
    const verdict = verify(() => connector.webhook.verify(request, keyed, clock.now()));
    if (!verdict.ok) {
      refuse();
      metrics.webhookRefused(connector.id, verdict.reason);
      log.warn({ ...facts, reason: verdict.reason }, 'webhook.refused');
      if (verdict.reason === 'key_unknown' && known !== null) await awaitKeys(store, connection, known, clock.now());
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
    const positions = connector.webhook.readPositions?.(bytes, toInstant(clock.now())) ?? null;
    if (positions !== null) {
      await tellPositions(store, connectionId, positions, courierPositionWork(merchantId, connectionId));
      metrics.webhookTaken(connector.id, 'position');
      return ok({});
    }
    const work = (inboxId: string): NewEntry => {
      const reference = { merchantId, connectionId, inboxId };
      if (connection.kind === 'carrier') return makeEntry(parcelRead, reference, { lane: merchantLane(merchantId) });
      if (connection.kind !== 'oms') return makeEntry(fulfilmentRead, reference, { lane: merchantLane(merchantId) });
      const lane = deps.lanesOf(store, connection)['orders'];
      return makeEntry(orderImport, reference, {
        lane: lane === undefined ? merchantLane(merchantId) : queueIn(lane, merchantId),
      });
    };
    const { messageId } = verdict;
    const outcome = await acceptMessage(store, { merchantId, connectionId, messageId, body: bytes, work });
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
      problems: [
        'webhook.token_unknown',
        'webhook.refused',
        'webhook.throttled',
        'webhook.keys_unread',
        'secrets.cannot_open',
      ],
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
