import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { FaultOf } from '../../domain/partner-fault.ts';
import type { SandboxContext } from '../context.ts';
import { makeId } from '../make-id.ts';
import { shuffle } from '../random.ts';
import { sendWebhook, type WebhookOutcome } from './send-webhook.ts';

/** `whsec_` and the base64 of 24 to 64 bytes (Standard Webhooks, "Signature scheme"). */
export const webhookSecretSchema = z.string().regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/);

/** Where an organisation wants its webhooks; registered in the portal only, here by the control API. */
export interface Endpoint {
  id: string;
  url: string;
  secret: string;
  /** Undefined: all. */
  eventTypes: string[] | undefined;
  disabled: boolean;
}

/** One webhook message as the log keeps it; the id is the same on every attempt and replay. */
export interface Message {
  id: string;
  /** Position in the log, from 0. */
  position: number;
  /** Svix's name: `delivery.items_pick_complete`. */
  eventType: string;
  /** Epoch microseconds. */
  at: number;
  /** The Nash ids it is about. */
  tags: string[];
  /** `{type, event, data}` as it goes over the wire. */
  body: string;
  /** The endpoints that wanted it when it was sent. */
  endpointIds: string[];
}

/** One attempt at one endpoint (OpenAPI `WebhookMessageAttempt`). */
export interface Attempt extends WebhookOutcome {
  id: string;
  msgId: string;
  endpointId: string;
  url: string;
  at: number;
  triggerType: 'scheduled' | 'manual';
}

export interface Webhooks {
  endpoints: Endpoint[];
  messages: Message[];
  attempts: Attempt[];
  register(endpoint: { url: string; secret?: string | undefined; eventTypes?: string[] | undefined }): Endpoint;
  /** Logs a message and sends it to every endpoint that wants it. Nash promises no order. */
  emit(event: { type: string; event: string; data: unknown; tags: string[] }): void;
  /** Sends a logged message once more to these endpoints; only once for the same idempotency key. */
  replay(message: Message, endpoints: Endpoint[], once?: string): void;
  stop(): void;
}

/** A demo may run for weeks: the log keeps the latest messages, at most about 200 MB, and as many attempts. */
const messagesKeptMax = 30_000;

/** Svix's schedule: immediately, 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 10 h. */
const ladderMs = [0, 5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000];

interface WebhooksDeps {
  context: SandboxContext;
  orgId: string;
  stamp: () => number;
}

export function createWebhooks({ context, orgId, stamp }: WebhooksDeps): Webhooks {
  const endpoints: Endpoint[] = [];
  const messages: Message[] = [];
  const attempts: Attempt[] = [];
  let logged = 0;
  const stopping = new AbortController();
  const held: (() => void)[] = [];
  const replayed = new Set<string>();

  const release = (): void => {
    for (const send of shuffle(held.splice(0), context.random)) send();
  };

  /** Attempts until one succeeds, is refused for good, or the ladder ends. */
  const deliver = async (message: Message, endpoint: Endpoint, triggerType: Attempt['triggerType']): Promise<void> => {
    for (const delayMs of ladderMs) {
      await sleep(delayMs / context.speed, undefined, { signal: stopping.signal });
      if (endpoint.disabled) return;
      const at = stamp();
      const outcome = await sendWebhook({
        ...endpoint,
        id: message.id,
        body: message.body,
        nowMs: context.now(),
        signal: stopping.signal,
      });
      if (attempts.length >= messagesKeptMax) attempts.shift();
      attempts.push({
        id: makeId('atmpt'),
        msgId: message.id,
        endpointId: endpoint.id,
        url: endpoint.url,
        at,
        triggerType,
        ...outcome,
      });
      context.books.addCount(`webhook.${outcome.status}`);
      if (outcome.disables) endpoint.disabled = true;
      if (!outcome.retries) return;
    }
    context.books.addCount('webhook.exhausted');
  };

  const start = (message: Message, endpoint: Endpoint, triggerType: Attempt['triggerType']): void => {
    deliver(message, endpoint, triggerType).catch((error: unknown) => {
      if (!stopping.signal.aborted) context.log.error({ err: error, message: message.id }, 'webhook.crashed');
    });
  };

  /** Sends as the faults of the moment have it: not at all, several times, later, or shuffled with others. */
  const sendWithFaults = (message: Message, endpoint: Endpoint): void => {
    const faults = context.faults.take({ partner: 'nash', org: orgId, event: message.eventType });
    if (faults.some(({ kind }) => kind === 'dropWebhook')) return;
    const duplicate = faults.find((fault): fault is FaultOf<'duplicate'> => fault.kind === 'duplicate');
    const send = (): void => {
      for (let copy = 0; copy < (duplicate?.copies ?? 1); copy += 1) start(message, endpoint, 'scheduled');
    };
    const reorder = faults.find((fault): fault is FaultOf<'reorder'> => fault.kind === 'reorder');
    if (reorder !== undefined) {
      if (held.length === 0) context.timers.afterReal(reorder.windowMs, release);
      held.push(send);
      return;
    }
    const delayMs = faults.reduce((total, fault) => total + (fault.kind === 'delay' ? fault.ms : 0), 0);
    if (delayMs > 0) context.timers.afterReal(delayMs, send);
    else send();
  };

  return {
    endpoints,
    messages,
    attempts,
    register({ url, secret, eventTypes }) {
      const endpoint: Endpoint = {
        id: makeId('ep'),
        url,
        secret: secret ?? `whsec_${randomBytes(24).toString('base64')}`,
        eventTypes,
        disabled: false,
      };
      endpoints.push(endpoint);
      return endpoint;
    },
    emit({ type, event, data, tags }) {
      const eventType = `${type}.${event}`;
      const body = JSON.stringify({ type, event, data });
      const wanting = endpoints.filter((to) => !to.disabled && (to.eventTypes?.includes(eventType) ?? true));
      const message: Message = {
        id: makeId('msg'),
        position: logged,
        eventType,
        at: stamp(),
        tags,
        body,
        endpointIds: wanting.map(({ id }) => id),
      };
      logged += 1;
      if (messages.length >= messagesKeptMax) messages.shift();
      messages.push(message);
      context.books.addCount('webhook.logged');
      for (const endpoint of wanting) sendWithFaults(message, endpoint);
    },
    replay(message, to, once) {
      if (once !== undefined && replayed.has(once)) return;
      if (once !== undefined) replayed.add(once);
      for (const endpoint of to) start(message, endpoint, 'manual');
    },
    stop() {
      stopping.abort();
      held.length = 0;
    },
  };
}
