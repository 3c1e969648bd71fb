import { Failure } from '../../../domain/failure.ts';
import { digestOf, isHmacOf } from '../../../platform/hmac.ts';
import type { InboundRequest, InboundVerdict } from '../../webhook.ts';
import type { CarrierWebhook, ParcelReport } from '../port.ts';
import { secretsOf } from '../setting-values.ts';
import { parseBody } from '../wire-values.ts';
import { toReport } from './mapper.ts';
import type { EasypostSettings } from './settings.ts';
import { EventSchema, TrackerSchema } from './wire.ts';

/** EasyPost's webhooks ("Webhooks", "HMAC validation"). The id is the event's, the same on every retry. */
export const webhook = { verify, read } satisfies CarrierWebhook<EasypostSettings>;

const prefix = 'hmac-sha256-hex=';
/** Seconds that the signed time may be from ours, either way. */
const toleranceSeconds = 300;

function verify({ headers, body }: InboundRequest, settings: EasypostSettings, nowMs: number): InboundVerdict {
  const secrets = secretsOf(settings).map((secret) => secret.normalize('NFKD'));
  if (secrets.length === 0) return { ok: false, reason: 'secret_missing' };
  const reason = headers['x-hmac-signature-v2'] === undefined ? verifyV1() : verifyV2();
  return reason === null ? { ok: true, messageId: messageIdOf(body) } : { ok: false, reason };

  /** Over the body alone. A message that is sent again is found by its id. */
  function verifyV1(): string | null {
    const signature = readSignature(headers['x-hmac-signature']);
    if (signature === null) return 'signature_missing';
    const isSigned = [body, withFloats(body)].some((bytes) =>
      isHmacOf({ secrets, content: [bytes], signature, encoding: 'hex' }),
    );
    return isSigned ? null : 'signature_mismatch';
  }

  /** Over time, method, path and body. */
  function verifyV2(): string | null {
    const { 'x-timestamp': time, 'x-path': path } = headers;
    const signature = readSignature(headers['x-hmac-signature-v2']);
    if (signature === null) return 'signature_missing';
    if (time === undefined || path === undefined) return 'timestamp_missing';
    const aheadMs = readTime(time) - nowMs;
    if (Number.isNaN(aheadMs)) return 'timestamp_malformed';
    if (aheadMs > toleranceSeconds * 1_000) return 'timestamp_too_new';
    if (aheadMs < -toleranceSeconds * 1_000) return 'timestamp_too_old';
    const content = [time, 'POST', path, body];
    return isHmacOf({ secrets, content, signature, encoding: 'hex' }) ? null : 'signature_mismatch';
  }
}

const readSignature = (header: string | undefined): string | null =>
  header?.startsWith(prefix) === true ? header.slice(prefix.length) : null;

/** Whether in words or in seconds is told by those who have seen it, not by the document. */
const readTime = (time: string): number => (/^\d{1,12}$/.test(time) ? Number(time) * 1_000 : Date.parse(time));

/** EasyPost signs weights as floats (`614.0`) and may send them as they print (`614`). */
function withFloats(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body).toString('latin1');
  return Buffer.from(text.replace(/("weight":\s*)(\d+)(\s*)(?=[,}])/g, '$1$2.0$3'), 'latin1');
}

const messageIdOf = (body: Uint8Array): string => EventSchema.safeParse(parseBody(body)).data?.id ?? digestOf(body);

function read(body: Uint8Array, receivedAt: string): readonly ParcelReport[] {
  const event = EventSchema.safeParse(parseBody(body)).data;
  if (event === undefined) throw malformed('This is no event of EasyPost');
  // Batches, refunds and the like use the same URL.
  if (!event.description.startsWith('tracker.')) return [];
  const tracker = TrackerSchema.safeParse(event.result).data;
  if (tracker === undefined) throw malformed('The event’s result is no tracker');
  return [toReport(tracker, { source: 'push', receivedAt })];
}

const malformed = (message: string): Failure => new Failure('malformed', 'easypost.hook_malformed', message);
