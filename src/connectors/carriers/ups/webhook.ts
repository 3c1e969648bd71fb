import { Failure } from '../../../domain/failure.ts';
import { digestOf, isSameText } from '../../../platform/hmac.ts';
import type { InboundRequest, InboundVerdict } from '../../webhook.ts';
import type { CarrierWebhook, ParcelReport } from '../port.ts';
import { ListOf, parseBody } from '../wire-values.ts';
import { hookClientOf, issueToken, refusalOfToken } from './hook-token.ts';
import { toAlertReport } from './mapper.ts';
import type { UpsSettings } from './settings.ts';
import { AlertSchema } from './wire.ts';

/**
 * Track Alert (v2). Nothing is signed: UPS asks our token URL for a token, and sends it with each event beside the id that it
 * asked by. Events have no id; equal bytes are one.
 */
export const webhook = { verify, read, issueToken } satisfies CarrierWebhook<UpsSettings>;

function verify({ headers, body }: InboundRequest, settings: UpsSettings, nowMs: number): InboundVerdict {
  const client = hookClientOf(settings);
  if (client === null) return { ok: false, reason: 'secret_missing' };
  const reason = refusalOfToken(headers['authorization'], client, nowMs);
  if (reason !== null) return { ok: false, reason };
  if (!isSameText(headers['x-api-key'] ?? '', client.id)) return { ok: false, reason: 'client_mismatch' };
  return { ok: true, messageId: digestOf(body) };
}

function read(body: Uint8Array, receivedAt: string): readonly ParcelReport[] {
  const alerts = ListOf(AlertSchema).parse(parseBody(body));
  if (alerts.length === 0) throw new Failure('malformed', 'ups.hook_malformed', 'This is no event of Track Alert');
  return alerts.map((alert) => toAlertReport(alert, { source: 'push', receivedAt }));
}
