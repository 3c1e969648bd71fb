import { Failure } from '../../../domain/failure.ts';
import { digestOf, isHmacOf, isSameText } from '../../../platform/hmac.ts';
import type { InboundRequest, InboundVerdict } from '../../webhook.ts';
import type { CarrierWebhook, ParcelReport } from '../port.ts';
import { secretsOf } from '../setting-values.ts';
import { parseBody } from '../wire-values.ts';
import { parcelsIn, textAt, toReport } from './mapper.ts';
import type { GenericSettings, Signature } from './settings.ts';

/** Hooks as the settings describe them. */
export const webhook: CarrierWebhook<GenericSettings> = { verify, read };

const parcelsMax = 1_000;

function verify(request: InboundRequest, settings: GenericSettings, nowMs: number): InboundVerdict {
  const secrets = secretsOf(settings);
  if (settings.webhook === undefined) return { ok: false, reason: 'webhook_not_configured' };
  if (secrets.length === 0) return { ok: false, reason: 'secret_missing' };
  const { signature, messageId } = settings.webhook;
  const reason = refusalOf(request, { signature, secrets, nowMs });
  if (reason !== null) return { ok: false, reason };
  const id = messageId === undefined ? null : textAt(parseBody(request.body), messageId);
  return { ok: true, messageId: id === null ? digestOf(request.body) : id.slice(0, idCharsMax) };
}
const idCharsMax = 200;

function refusalOf(
  { headers, body }: InboundRequest,
  { signature, secrets, nowMs }: { signature: Signature; secrets: readonly string[]; nowMs: number },
): string | null {
  const header = headers[signature.header.toLowerCase()];
  if (header === undefined) return 'signature_missing';
  if (!header.startsWith(signature.prefix)) return 'signature_malformed';
  const given = header.slice(signature.prefix.length);
  if (signature.scheme === 'token') {
    // All are compared, so that the time does not tell which one matched.
    return secrets.map((secret) => isSameText(given, secret)).includes(true) ? null : 'token_mismatch';
  }
  const { timestamp, algorithm, encoding } = signature;
  const time = timestamp === undefined ? '' : headers[timestamp.header.toLowerCase()];
  if (time === undefined) return 'timestamp_missing';
  if (timestamp !== undefined) {
    const aheadMs = readTime(time) - nowMs;
    if (Number.isNaN(aheadMs)) return 'timestamp_malformed';
    if (aheadMs > timestamp.toleranceSeconds * 1_000) return 'timestamp_too_new';
    if (aheadMs < -timestamp.toleranceSeconds * 1_000) return 'timestamp_too_old';
  }
  const template = signature.content ?? (timestamp === undefined ? '{body}' : '{timestamp}.{body}');
  const [before = '', after = ''] = template.split('{body}').map((text) => text.replaceAll('{timestamp}', () => time));
  const content = [before, body, after];
  return isHmacOf({ secrets, content, signature: given, encoding, algorithm }) ? null : 'signature_mismatch';
}

/** Thirteen digits are milliseconds, fewer are seconds. */
function readTime(time: string): number {
  if (/^\d{13}$/.test(time)) return Number(time);
  return /^\d{1,12}$/.test(time) ? Number(time) * 1_000 : Date.parse(time);
}

function read(body: Uint8Array, receivedAt: string, { webhook: reading, statuses }: GenericSettings): ParcelReport[] {
  const document = parseBody(body);
  const parcels = reading === undefined ? undefined : parcelsIn(document, reading);
  if (reading === undefined || parcels === undefined) throw malformed('The hook has no parcels where they should be');
  if (parcels.length > parcelsMax) throw malformed(`The hook has more than ${parcelsMax} parcels`);
  const heard = { source: 'push', receivedAt } as const;
  const reports = parcels.flatMap((parcel) => {
    const number = textAt(parcel, reading.number);
    return number === null ? [] : [toReport(number, parcel, { reading, statuses, heard })];
  });
  if (reports.length === 0 && parcels.length > 0)
    throw malformed('The hook’s parcels have no numbers where they should be');
  return reports;
}

const malformed = (message: string): Failure => new Failure('malformed', 'generic-carrier.hook_malformed', message);
