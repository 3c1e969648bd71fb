import { Failure } from '../../../domain/failure.ts';
import { verifyWebhook } from '../../../platform/signature.ts';
import type { InboundMessage, InboundRequest, InboundVerdict, InboundWebhook } from '../../webhook.ts';
import { readPositions } from './courier.ts';
import { deliveriesOf, makeEvidence, toEvidence, toPicks } from './mapper.ts';
import type { NashSettings } from './settings.ts';
import { meaningOf, toCode } from './statuses.ts';
import { HookSchema, WireJobSchema, type WireJob } from './wire.ts';

/** Nash's hooks, sent by Svix (Nash, "Webhooks"). */
export const webhook: InboundWebhook<NashSettings> = { verify, read, readPositions };

/**
 * Svix may name its headers `svix-*` or `webhook-*` (Standard Webhooks); they are read as one family and never mixed.
 * The id is the same on every retry and replay of a message.
 */
function verify({ headers, body }: InboundRequest, settings: NashSettings, nowMs: number): InboundVerdict {
  const secrets = [settings.webhookSecret, settings.webhookSecretPrevious].filter((secret) => secret !== undefined);
  if (secrets.length === 0) return { ok: false, reason: 'secret_missing' };
  const family = headers['svix-id'] === undefined ? 'webhook' : 'svix';
  const id = headers[`${family}-id`];
  const verdict = verifyWebhook({
    secrets,
    id,
    timestamp: headers[`${family}-timestamp`],
    signature: headers[`${family}-signature`],
    body,
    nowMs,
  });
  if (!verdict.ok) return verdict;
  return id === undefined ? { ok: false, reason: 'id_missing' } : { ok: true, messageId: id };
}

/**
 * `{ type, event, data }`. Deliveries and tasks bring the whole job, so the evidence is rebuilt from its history each
 * time: a late or repeated hook says nothing new. Couriers' positions, shifts and bulk results concern no single order.
 */
function read(body: Uint8Array, receivedAt: string): InboundMessage {
  const hook = HookSchema.safeParse(parseJson(body)).data;
  if (hook === undefined) throw malformed('The hook is not {type, event, data}');
  const event = `${hook.type}.${hook.event}`;
  const type = toCode(hook.type);
  if (type !== 'delivery' && type !== 'task') {
    return { event, externalRef: null, jobId: undefined, evidence: [], needsRead: false };
  }
  const job = WireJobSchema.safeParse(hook.data).data;
  if (job === undefined) throw malformed(`The data of ${type} hooks is a job, and this is none`);
  const externalRef = externalRefOf(job);
  const told = toEvidence(job, externalRef ?? '', receivedAt);
  const code = toCode(hook.event);
  const unplaced = type === 'delivery' && isStatus(code) && !told.some((evidence) => evidence.code === code);
  const subject = unplaced ? onlyDelivery(job, externalRef ?? '') : undefined;
  return {
    event,
    externalRef,
    jobId: job.id,
    evidence: subject === undefined ? told : [...told, makeEvidence(subject, code, null, receivedAt)],
    needsRead: changesMuch(code) || (unplaced && subject === undefined) || isInconsistent(job, externalRef ?? ''),
  };
}

/** A job of several orders bears no identifier of one of them; which one the hook is about, it does not say. */
function externalRefOf(job: WireJob): string | null {
  if (isText(job.external_identifier)) return job.external_identifier;
  const named = new Set(job.job_configurations.map((part) => part.package?.external_identifier).filter(isText));
  const [only] = named;
  return named.size === 1 && only !== undefined ? only : null;
}

const isText = (text: string | null | undefined): text is string => typeof text === 'string' && text !== '';

/** Other delivery events (`proof_of_delivery`, `shipping_label`) are no statuses. */
const isStatus = (code: string): boolean => meaningOf(code) !== undefined;

/** An event that the history lacks can be put down to a delivery only if there is just one. */
function onlyDelivery(job: WireJob, externalRef: string): string | undefined {
  const [only, another] = new Set(deliveriesOf(job, externalRef).map(({ id }) => id));
  return only !== undefined && another === undefined ? `delivery:${only}` : undefined;
}

/** What picks, money and endings depend on is read from Nash before it is believed. */
function changesMuch(code: string): boolean {
  const meaning = meaningOf(code);
  if (meaning === undefined) return false;
  if ('reached' in meaning) {
    return code === 'pickup_complete' || meaning.reached === 'DELIVERED' || meaning.reached === 'RETURNED';
  }
  return !('ignored' in meaning);
}

/** The copies of one delivery disagree, or what was picked cannot be read. */
function isInconsistent(job: WireJob, externalRef: string): boolean {
  const statuses = new Map<string, string>();
  const disagree = deliveriesOf(job, externalRef).some(({ id, status }) => {
    const known = statuses.get(id);
    const code = toCode(status ?? '');
    statuses.set(id, code);
    return known !== undefined && known !== code;
  });
  const picks = toPicks(job, externalRef);
  return disagree || (picks !== null && picks.unreadable !== null);
}

const malformed = (message: string): Failure => new Failure('malformed', 'nash.hook_malformed', message);

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
