import { Failure } from '../../../domain/failure.ts';
import { digestOf, isHmacOf } from '../../../platform/hmac.ts';
import type { InboundRequest, InboundVerdict } from '../../webhook.ts';
import type { CarrierWebhook, ParcelReport } from '../port.ts';
import { secretsOf } from '../setting-values.ts';
import { parseBody } from '../wire-values.ts';
import { toReport } from './mapper.ts';
import type { FedexSettings } from './settings.ts';
import { HookSchema } from './wire.ts';

/** Advanced Integrated Visibility: the parcel's state, out of order at times. Hooks have no id; equal bytes are one. */
export const webhook = { verify, read } satisfies CarrierWebhook<FedexSettings>;

function verify({ headers, body }: InboundRequest, settings: FedexSettings): InboundVerdict {
  const secrets = secretsOf(settings);
  if (secrets.length === 0) return { ok: false, reason: 'secret_missing' };
  const signature = headers['fdx-signature'];
  if (signature === undefined) return { ok: false, reason: 'signature_missing' };
  const isSigned = isHmacOf({ secrets, content: [body], signature, encoding: 'base64' });
  return isSigned ? { ok: true, messageId: digestOf(body) } : { ok: false, reason: 'signature_mismatch' };
}

function read(body: Uint8Array, receivedAt: string): readonly ParcelReport[] {
  const hook = HookSchema.safeParse(parseBody(body)).data;
  if (hook === undefined) throw new Failure('malformed', 'fedex.hook_malformed', 'The hook holds no tracking results');
  return hook.completeTrackResults.flatMap(({ trackingNumber, trackResults }) =>
    trackResults
      .filter(({ error }) => error === null)
      .map((result) => toReport(trackingNumber, result, { source: 'push', receivedAt })),
  );
}
