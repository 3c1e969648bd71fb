import { Failure } from '../../../domain/failure.ts';
import { digestOf, isHmacOf } from '../../../platform/hmac.ts';
import type { InboundRequest, InboundVerdict } from '../../webhook.ts';
import type { CarrierWebhook, ParcelReport } from '../port.ts';
import { secretsOf } from '../setting-values.ts';
import { parseBody } from '../wire-values.ts';
import { toReport } from './mapper.ts';
import type { AftershipSettings } from './settings.ts';
import { HookSchema, TrackingSchema } from './wire.ts';

/** AfterShip's webhooks ("Webhook signature"). Without a signed time: a message sent again is found by its id. */
export const webhook = { verify, read } satisfies CarrierWebhook<AftershipSettings>;

function verify({ headers, body }: InboundRequest, settings: AftershipSettings): InboundVerdict {
  const secrets = secretsOf(settings);
  if (secrets.length === 0) return { ok: false, reason: 'secret_missing' };
  const signature = headers['aftership-hmac-sha256'];
  if (signature === undefined) return { ok: false, reason: 'signature_missing' };
  if (!isHmacOf({ secrets, content: [body], signature, encoding: 'base64' })) {
    return { ok: false, reason: 'signature_mismatch' };
  }
  return { ok: true, messageId: HookSchema.safeParse(parseBody(body)).data?.event_id ?? digestOf(body) };
}

function read(body: Uint8Array, receivedAt: string): readonly ParcelReport[] {
  const hook = HookSchema.safeParse(parseBody(body)).data;
  if (hook === undefined) throw malformed('This is no hook of AfterShip');
  if (hook.event !== 'tracking_update') return [];
  const tracking = TrackingSchema.safeParse(hook.msg).data;
  if (tracking === undefined) throw malformed('The hook’s message is no tracking');
  return [toReport(tracking, { source: 'push', receivedAt })];
}

const malformed = (message: string): Failure => new Failure('malformed', 'aftership.hook_malformed', message);
