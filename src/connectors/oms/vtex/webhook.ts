import { createHash, timingSafeEqual } from 'node:crypto';
import { Failure } from '../../../domain/failure.ts';
import { toInstant } from '../../vendor/vtex/to-instant.ts';
import type { InboundRequest, InboundVerdict, OmsMessage, OmsWebhook } from '../../webhook.ts';
import { toNotice, type AffiliateNotice } from './affiliate-notice.ts';
import type { VtexSettings } from './settings.ts';
import { EventSchema, parseJson } from './wire.ts';

export const hookKeyHeader = 'x-packline-key';

/** Hook v3 ("Orders feed"): no signature, so that the URL is the secret, and what it says of itself must fit. */
export const webhook: OmsWebhook<VtexSettings> = { verify, read };

function verify({ headers, body }: InboundRequest, settings: VtexSettings): InboundVerdict {
  const parsed = parseJson(new TextDecoder().decode(body));
  // Sent when the hook is configured: anything but a 200 and VTEX does not keep the hook. Whether the key comes with it is
  // not documented, and a ping does nothing.
  if (isPing(parsed)) return { ok: true, ping: true };
  // Affiliates are told without any header of ours, and all that follows is that a SKU is read.
  const notice = toNotice(parsed);
  if (notice !== undefined) return verifyNotice(notice, settings);
  if (settings.hookKey !== undefined && !isSame(headers[hookKeyHeader] ?? '', settings.hookKey)) {
    return { ok: false, reason: 'key_mismatch' };
  }
  const event = toEvent(parsed);
  if (event === undefined) return { ok: false, reason: 'unreadable' };
  const account = lookUp(event.origin, 'account');
  if (account !== undefined && account.toLowerCase() !== settings.account) {
    return { ok: false, reason: 'origin_account' };
  }
  const key = lookUp(event.origin, 'key');
  if (key !== undefined && key !== settings.appKey) return { ok: false, reason: 'origin_key' };
  return { ok: true, messageId: messageIdOf(event) };
}

function verifyNotice({ account, affiliateId, ...notice }: AffiliateNotice, settings: VtexSettings): InboundVerdict {
  if (account !== undefined && account.toLowerCase() !== settings.account) {
    return { ok: false, reason: 'origin_account' };
  }
  const { pull } = settings;
  if (pull?.enabled !== true) return { ok: true, notice: null };
  if (pull.affiliateId !== undefined && affiliateId !== pull.affiliateId) return { ok: false, reason: 'affiliate' };
  return { ok: true, notice };
}

function read(body: Uint8Array, settings: VtexSettings): OmsMessage {
  const event = toEvent(parseJson(new TextDecoder().decode(body)));
  if (event === undefined) {
    throw new Failure('malformed', 'vtex.event_malformed', 'This is neither a hook nor an event of the feed');
  }
  const { domain, orderid, state } = event;
  const domains: readonly string[] = settings.domains;
  return {
    event: `${domain ?? 'unknown'}.${state ?? 'null'}`,
    externalRef: orderid,
    // "null": incomplete, or not launched. Nothing that an order has to do with yet.
    state: state ?? null,
    changedAt: toInstant(event.currentchange) ?? toInstant(event.lastchange),
    // The filter at VTEX is no promise: hooks have been seen to fire for other states.
    wanted:
      state !== null &&
      state !== undefined &&
      settings.states.includes(state) &&
      (domain === null || domain === undefined || domains.includes(domain)),
  };
}

export type WireEvent = ReturnType<typeof EventSchema.parse>;

/** Hook and feed spell the names in two cases. */
export function toEvent(body: unknown): WireEvent | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const members = Object.entries(body).map(([name, value]) => [name.toLowerCase(), value]);
  return EventSchema.safeParse(Object.fromEntries(members)).data;
}

/**
 * One change of one order, told by hook or feed, once or often. Times are compared as instants: the same one may be
 * printed with more digits or fewer.
 */
export function messageIdOf({ domain, orderid, state, currentchange, lastchange }: WireEvent): string {
  const changed = currentchange ?? lastchange ?? '';
  return JSON.stringify([orderid, domain ?? '', state ?? '', toInstant(changed) ?? changed]);
}

const isPing = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'hookConfig' in body && body.hookConfig === 'ping';

function lookUp(origin: WireEvent['origin'], name: string): string | undefined {
  const found = Object.entries(origin ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** In constant time, whatever the lengths. */
const isSame = (given: string, expected: string): boolean => timingSafeEqual(hashOf(given), hashOf(expected));
const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();
