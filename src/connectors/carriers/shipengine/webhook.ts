import { createPublicKey, verify as verifySignature } from 'node:crypto';
import { Failure } from '../../../domain/failure.ts';
import { digestOf } from '../../../platform/hmac.ts';
import type { InboundRequest, InboundVerdict } from '../../webhook.ts';
import type { CarrierWebhook, ParcelReport, WebhookKey } from '../port.ts';
import { parseBody } from '../wire-values.ts';
import { toReport } from './mapper.ts';
import type { ShipengineSettings } from './settings.ts';
import { HookSchema, TrackingSchema } from './wire.ts';

/** ShipEngine's webhooks ("Securing webhooks"): RSA-SHA256 over `<time>.<body>`, by a key of its published list. */
export const webhook = { verify, read, withKeys } satisfies CarrierWebhook<ShipengineSettings>;

/** Seconds that the signed time may be from ours, either way. */
const toleranceSeconds = 300;
const base64Pattern = /^[A-Za-z0-9+/]{16,1400}={0,2}$/;

function verify({ headers, body }: InboundRequest, settings: ShipengineSettings, nowMs: number): InboundVerdict {
  const {
    'x-shipengine-rsa-sha256-key-id': kid,
    'x-shipengine-rsa-sha256-signature': signature,
    'x-shipengine-timestamp': time,
  } = headers;
  if (signature === undefined) return refuse('signature_missing');
  if (time === undefined) return refuse('timestamp_missing');
  const aheadMs = Date.parse(time) - nowMs;
  if (Number.isNaN(aheadMs)) return refuse('timestamp_malformed');
  if (aheadMs > toleranceSeconds * 1_000) return refuse('timestamp_too_new');
  if (aheadMs < -toleranceSeconds * 1_000) return refuse('timestamp_too_old');
  // The header only picks among keys that we hold; it brings none.
  const key = settings.webhookKeys?.find((known) => known.kid === kid);
  if (key === undefined) return refuse('key_unknown');
  if (!base64Pattern.test(signature)) return refuse('signature_malformed');
  const content = Buffer.concat([Buffer.from(`${time}.`), body]);
  try {
    const publicKey = createPublicKey({ key: { kty: 'RSA', n: key.n, e: key.e }, format: 'jwk' });
    const isSigned = verifySignature('RSA-SHA256', content, publicKey, Buffer.from(signature, 'base64'));
    return isSigned ? { ok: true, messageId: digestOf(body) } : refuse('signature_mismatch');
  } catch {
    return refuse('key_unusable');
  }
}

function withKeys(settings: ShipengineSettings, keys: readonly WebhookKey[]): ShipengineSettings {
  return { ...settings, webhookKeys: [...(settings.webhookKeys ?? []), ...keys] };
}

const refuse = (reason: string): InboundVerdict => ({ ok: false, reason });

function read(body: Uint8Array, receivedAt: string): readonly ParcelReport[] {
  const hook = HookSchema.safeParse(parseBody(body)).data;
  if (hook === undefined) throw malformed('This is no hook of ShipEngine');
  if (hook.resource_type !== 'API_TRACK') return [];
  const tracking = TrackingSchema.safeParse(hook.data).data;
  if (tracking === undefined) throw malformed('The hook’s data is no tracking information');
  return [toReport(tracking, { source: 'push', receivedAt })];
}

const malformed = (message: string): Failure => new Failure('malformed', 'shipengine.hook_malformed', message);
