import { Failure } from '../../../domain/failure.ts';
import { digestOf, isHmacOf } from '../../../platform/hmac.ts';
import type { InboundRequest, InboundVerdict } from '../../webhook.ts';
import type { CarrierWebhook, ParcelReport } from '../port.ts';
import { secretsOf } from '../setting-values.ts';
import { parseBody } from '../wire-values.ts';
import { toReport } from './mapper.ts';
import type { ShippoSettings } from './settings.ts';
import { HookSchema, TrackSchema } from './wire.ts';

/** Shippo's webhooks ("Webhook security"). They have no id, and the same one may come twice. */
export const webhook = { verify, read } satisfies CarrierWebhook<ShippoSettings>;

/** `t=<seconds>,v1=<hex>`, the two parts in this order. */
const headerPattern = /^t=(\d{1,12}),\s*v1=([0-9a-f]{64})$/i;
/** Seconds that the signed time may be from ours, either way. */
const toleranceSeconds = 300;

function verify({ headers, body }: InboundRequest, settings: ShippoSettings, nowMs: number): InboundVerdict {
  const secrets = secretsOf(settings);
  const reason = secrets.length === 0 ? null : refusalOf(headers['shippo-auth-signature'], secrets, body, nowMs);
  return reason === null ? { ok: true, messageId: digestOf(body) } : { ok: false, reason };
}

function refusalOf(
  header: string | undefined,
  secrets: readonly string[],
  body: Uint8Array,
  nowMs: number,
): string | null {
  if (header === undefined) return 'signature_missing';
  const [, seconds, signature] = headerPattern.exec(header.trim()) ?? [];
  if (seconds === undefined || signature === undefined) return 'signature_malformed';
  const aheadMs = Number(seconds) * 1_000 - nowMs;
  if (aheadMs > toleranceSeconds * 1_000) return 'timestamp_too_new';
  if (aheadMs < -toleranceSeconds * 1_000) return 'timestamp_too_old';
  const isSigned = isHmacOf({ secrets, content: [`${seconds}.`, body], signature, encoding: 'hex' });
  return isSigned ? null : 'signature_mismatch';
}

function read(body: Uint8Array, receivedAt: string): readonly ParcelReport[] {
  const hook = HookSchema.safeParse(parseBody(body)).data;
  if (hook === undefined) throw malformed('This is no hook of Shippo');
  if (hook.event !== 'track_updated') return [];
  const track = TrackSchema.safeParse(hook.data).data;
  if (track === undefined) throw malformed('The hook’s data is no track');
  return [toReport(track, { source: 'push', receivedAt })];
}

const malformed = (message: string): Failure => new Failure('malformed', 'shippo.hook_malformed', message);
