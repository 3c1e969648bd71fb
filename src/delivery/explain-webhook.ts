import { Failure } from '../domain/failure.ts';
import { verifyAsymmetric } from '../platform/asymmetric-signature.ts';
import { digestBody } from '../platform/content-digest.ts';
import { readSigned, verifyWebhook, type SignatureRefusal, type SignatureVerdict } from '../platform/signature.ts';
import { bodyChanges, suspectBody } from './body-changes.ts';

/** A webhook as somebody saved it, who wants to know why it does not verify. */
export interface SavedWebhook {
  /** Names in any case. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** A secret (`whsec_`) or a public key (`whpk_`). */
  key: string;
  nowMs: number;
  toleranceSeconds: number;
}

export interface Finding {
  check: 'key' | 'headers' | 'timestamp' | 'body' | 'signature';
  ok: boolean;
  message: string;
}

/** Every check of a webhook, in the order in which a receiver makes them, each with what is wrong and not only that it is. */
export function explainWebhook(webhook: SavedWebhook): { ok: boolean; findings: Finding[] } {
  const { values, findings } = findHeaders(webhook);
  const key = webhook.key.trim();
  const judge = (body: Buffer, nowMs: number): SignatureVerdict => {
    const received = { ...values, body, nowMs, toleranceSeconds: webhook.toleranceSeconds };
    return key.startsWith('whpk_')
      ? verifyAsymmetric({ ...received, publicKeys: [key] })
      : verifyWebhook({ ...received, secrets: [key] });
  };
  findings.push(...checkTime(values.timestamp, webhook));
  findings.push(...checkBody(webhook));
  try {
    // The time has its own verdict, so that a saved request can be judged later.
    const sentMs = Number(values.timestamp) * 1_000;
    const verdict = judge(webhook.body, sentMs);
    findings.push(
      ...(verdict.ok
        ? [fine('signature', 'is right')]
        : whyNot(verdict.reason, webhook, key, (body) => judge(body, sentMs).ok)),
    );
  } catch (error) {
    if (!(error instanceof Failure) || !error.code.startsWith('signature.')) throw error;
    findings.unshift(wrong('key', `${error.message}. Copy it whole, as it was shown when it was made`));
  }
  return { ok: findings.every(({ ok }) => ok), findings };
}

const fine = (check: Finding['check'], message: string): Finding => ({ check, ok: true, message });
const wrong = (check: Finding['check'], message: string): Finding => ({ check, ok: false, message });

const parts = ['id', 'timestamp', 'signature'] as const;
/** As they are called where environments and proxies rename headers. */
const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll('_', '-')
    .replace(/^(http-|x-)/, '');

function findHeaders({ headers }: SavedWebhook) {
  const values: Partial<Record<(typeof parts)[number], string>> = {};
  const findings: Finding[] = [];
  for (const part of parts) {
    const names = [`webhook-${part}`, `svix-${part}`];
    const found =
      Object.entries(headers).find(([name]) => names.includes(name.toLowerCase())) ??
      Object.entries(headers).find(([name]) => names.includes(plainName(name)));
    if (found === undefined || found[1] === '') {
      findings.push(wrong('headers', `webhook-${part} is missing or empty: was it dropped by a proxy, or not saved?`));
      continue;
    }
    const [name, value] = found;
    values[part] = value;
    findings.push(
      fine('headers', name.toLowerCase() === names[0] ? `${name} is there` : `webhook-${part} is there as ${name}`),
    );
  }
  return { values: { id: values.id, timestamp: values.timestamp, signature: values.signature }, findings };
}

function checkTime(timestamp: string | undefined, { nowMs, toleranceSeconds }: SavedWebhook): Finding[] {
  if (timestamp === undefined) return [];
  const read = readSigned(
    { id: 'x', timestamp, signature: undefined, body: new Uint8Array(), nowMs, toleranceSeconds },
    'v1',
  );
  const seconds = Math.floor(nowMs / 1_000) - Number(timestamp);
  const reason = read.ok ? undefined : read.reason;
  switch (reason) {
    case 'timestamp_in_milliseconds':
      return [wrong('timestamp', `${timestamp} is in milliseconds: seconds were sent`)];
    case 'timestamp_malformed':
    case 'timestamp_missing':
      return [wrong('timestamp', `"${timestamp}" is no number of seconds since 1970`)];
    case 'timestamp_too_old':
      return [
        wrong(
          'timestamp',
          `is ${seconds} s old, more than ${toleranceSeconds} s: a request that was kept for long (judge it at its time with --at), or a clock that is fast`,
        ),
      ];
    case 'timestamp_too_new':
      return [wrong('timestamp', `is ${-seconds} s ahead, more than ${toleranceSeconds} s: this clock is slow`)];
    default:
      return [fine('timestamp', `is ${Math.abs(seconds)} s ${seconds < 0 ? 'ahead' : 'old'}`)];
  }
}

/** What the body's own digest says, where it was sent along. */
function digestIn({ headers }: SavedWebhook): string | undefined {
  return Object.entries(headers).find(([name]) => plainName(name) === 'content-digest')?.[1];
}

function checkBody(webhook: SavedWebhook): Finding[] {
  const digest = digestIn(webhook);
  if (digest === undefined) return [];
  if (digest === digestBody(webhook.body)) return [fine('body', 'is what was sent: its Content-Digest fits')];
  const change = bodyChanges.find(({ undo }) => {
    const before = undo(webhook.body);
    return before !== null && digestBody(before) === digest;
  });
  return [wrong('body', `was changed on its way: ${change?.what ?? suspectBody(webhook.body)}`)];
}

function whyNot(
  reason: SignatureRefusal,
  webhook: SavedWebhook,
  key: string,
  verifies: (body: Buffer) => boolean,
): Finding[] {
  switch (reason) {
    case 'id_malformed':
      return [
        wrong('headers', 'webhook-id is no id: letters, digits, - and _ only, so that it cannot be signed in two ways'),
      ];
    case 'signature_malformed':
      return [
        wrong(
          'signature',
          'webhook-signature is no list of "v1,<base64>" with single spaces between: was the header sent twice, or joined by commas?',
        ),
      ];
    case 'signature_unsupported':
      return [
        wrong(
          'signature',
          key.startsWith('whpk_')
            ? 'there is no v1a among the signatures: this endpoint does not sign with Ed25519; use its secret'
            : 'there is no v1 among the signatures: this endpoint signs with Ed25519; use its public key',
        ),
      ];
    case 'signature_mismatch':
      return [wrong('signature', mismatch(webhook, verifies))];
    default:
      return []; // What is missing, and what is wrong with the time, has been said.
  }
}

function mismatch(webhook: SavedWebhook, verifies: (body: Buffer) => boolean): string {
  const change = bodyChanges.find(({ undo }) => {
    const before = undo(webhook.body);
    return before !== null && verifies(before);
  });
  if (change !== undefined) return `the secret is right, but the body was changed: ${change.what}`;
  const digest = digestIn(webhook);
  const otherKey = 'the key is another: of another endpoint, or from before a rotation whose overlap is over';
  if (digest === digestBody(webhook.body)) return `the body is what was sent, so ${otherKey}`;
  if (digest !== undefined) return 'does not fit this body, which is not what was sent; the key may be right or not';
  return `either ${otherKey}; or the body was changed (${suspectBody(webhook.body)})`;
}
