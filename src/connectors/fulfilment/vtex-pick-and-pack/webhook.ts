import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { Failure } from '../../../domain/failure.ts';
import type { InboundMessage, InboundRequest, InboundVerdict, InboundWebhook } from '../../webhook.ts';
import { toOrderEvidence } from './mapper.ts';
import type { VtexPickAndPackSettings } from './settings.ts';
import { meaningOf, toCode } from './statuses.ts';
import { parseJson } from './wire.ts';

/** Pick and Pack's hooks (guide, "Webhook"; Admin, Settings > Integration > Webhook). Of the four types one is documented. */
export const webhook: InboundWebhook<VtexPickAndPackSettings> = { verify, read };

const PayloadSchema = z.record(z.string(), z.unknown());
type Payload = z.infer<typeof PayloadSchema>;
const keyHeader = 'x-packline-key';
const minuteMs = 60_000;

/**
 * VTEX signs nothing: the URL is the secret, and beside it a header that the merchant adds. Messages have neither id nor
 * time. Equal bytes within a minute are one message sent twice; after that they are an order that went the same step again
 * (to another picker, say), which has to be heard, and costs nothing if it was a late copy after all.
 */
function verify({ headers, body }: InboundRequest, settings: VtexPickAndPackSettings, nowMs: number): InboundVerdict {
  const { webhookKey, account } = settings;
  const given = headers[keyHeader];
  if (webhookKey !== undefined && given === undefined) return { ok: false, reason: 'key_missing' };
  if (webhookKey !== undefined && !isSame(webhookKey, given ?? '')) return { ok: false, reason: 'key_mismatch' };
  const payload = readPayload(body);
  if (payload === undefined) return { ok: false, reason: 'body_malformed' };
  const { hostname } = payload;
  // The types that are not documented may leave it out, or blank.
  const isOurs =
    hostname === undefined || hostname === null || (typeof hostname === 'string' && hostname.toLowerCase() === account);
  if (!isOurs) return { ok: false, reason: 'hostname_mismatch' };
  const minute = Math.floor(nowMs / minuteMs);
  return { ok: true, messageId: createHash('sha256').update(body).update(`\n${minute}`).digest('hex') };
}

/** Compares digests: equal in length, and in time whatever the value. */
const isSame = (wanted: string, given: string): boolean => timingSafeEqual(sha256(wanted), sha256(given));
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * `{orderId, oldStatus, newStatus, hostname}` tells two facts about an order. Whatever else comes (worksheets, returns and
 * invoicing are not documented) only says which order to read.
 */
function read(body: Uint8Array, receivedAt: string): InboundMessage {
  const payload = readPayload(body);
  if (payload === undefined) {
    throw new Failure('malformed', 'vtex-pick-and-pack.hook_malformed', 'The hook is no JSON object');
  }
  const type = typeOf(payload);
  const externalRef = orderIdOf(payload);
  if (externalRef === null && mayBeStatus.has(type) && textOf(payload, 'newStatus') !== null) {
    throw new Failure(
      'malformed',
      'vtex-pick-and-pack.hook_nameless',
      'The hook tells a status, and not of which order',
    );
  }
  const [was, is] = [textOf(payload, 'oldStatus'), textOf(payload, 'newStatus')];
  const code = toCode(is);
  return {
    event: code === null ? type : `${type}.${code.toUpperCase()}`,
    externalRef,
    jobId: undefined,
    evidence: type === 'ORDER_STATUS' ? toOrderEvidence({ was, is }, receivedAt) : [],
    needsRead: type !== 'ORDER_STATUS' || code === null || changesMuch(code),
  };
}

function readPayload(body: Uint8Array): Payload | undefined {
  return PayloadSchema.safeParse(parseJson(Buffer.from(body).toString('utf8'))).data;
}

const types = ['INVOICING', 'ORDER_STATUS', 'WORKSHEET_STATUS', 'RETURN_STATUS'] as const;
type HookType = (typeof types)[number] | 'UNKNOWN';
const mayBeStatus: ReadonlySet<HookType> = new Set(['ORDER_STATUS', 'UNKNOWN']);

/**
 * The type in the merchant's settings, which the documented payload does not name. A worksheet's or a return's status must
 * not be taken for the order's, so one trace of them is enough.
 */
function typeOf(payload: Payload): HookType {
  const named = types.find((type) => textOf(payload, 'type') === type || textOf(payload, 'event') === type);
  if (named !== undefined) return named;
  const keys = Object.keys(payload).join(' ');
  if (/worksheet/i.test(keys)) return 'WORKSHEET_STATUS';
  if (/return/i.test(keys)) return 'RETURN_STATUS';
  if (textOf(payload, 'orderId') !== null && textOf(payload, 'newStatus') !== null) return 'ORDER_STATUS';
  return /invoic/i.test(keys) ? 'INVOICING' : 'UNKNOWN';
}

/** Picks, money and ends are read before they are believed; a status nobody knows is worth a look. Each read costs a call. */
function changesMuch(code: string): boolean {
  const meaning = meaningOf(code);
  if (meaning === undefined || 'idle' in meaning) return true;
  return 'reached' in meaning && readStatuses.has(meaning.reached);
}
const readStatuses: ReadonlySet<string> = new Set(['READY_FOR_INVOICING', 'DELIVERED', 'RETURNED']);

const depthMax = 4;

/** The order that the hook is about, wherever in it that is said; null when it names none, or several. */
function orderIdOf(payload: Payload): string | null {
  const own = textOf(payload, 'orderId');
  if (own !== null) return own;
  const found = new Set<string>();
  const search = (value: unknown, depth: number): void => {
    if (depth > depthMax || typeof value !== 'object' || value === null) return;
    for (const [key, member] of Object.entries(value)) {
      if (isSpelt(key, 'orderId') && isText(member)) found.add(member);
      else search(member, depth + 1);
    }
  };
  search(payload, 0);
  const [only] = found;
  return found.size === 1 && only !== undefined ? only : null;
}

/** VTEX spells the names of its other hooks in two cases. */
const textOf = (payload: Payload, name: string): string | null =>
  Object.entries(payload)
    .filter(([key]) => isSpelt(key, name))
    .map(([, value]) => value)
    .find(isText) ?? null;

const isSpelt = (key: string, name: string): boolean => key.replaceAll('_', '').toLowerCase() === name.toLowerCase();
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 128;
