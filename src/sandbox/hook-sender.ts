import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { SandboxContext } from './context.ts';
import type { FaultOf } from '../domain/partner-fault.ts';
import { shuffle } from './random.ts';

/** Where a partner sends hooks that nobody signs. */
export interface HookTarget {
  url: string;
  method?: 'POST' | 'PUT' | 'PATCH';
  headers: Readonly<Record<string, string>>;
}

export interface HookSender {
  /** Sends as the faults of the moment have it: not at all, several times, later, or shuffled with others. */
  send(target: HookTarget, event: string, body: unknown): void;
  /** One attempt, now; answers the status, null when nobody answered. */
  attempt(target: HookTarget, body: unknown): Promise<number | null>;
  stop(): void;
}

/** Hooks of one account at a partner. `ladderMs`: when each attempt is made; only `isTaken` ends it before its end. */
export function createHookSender(
  context: SandboxContext,
  options: {
    partner: string;
    org: string;
    ladderMs: readonly number[];
    timeoutMs: number;
    isTaken: (status: number) => boolean;
  },
): HookSender {
  const { partner, org, ladderMs, timeoutMs, isTaken } = options;
  const stopping = new AbortController();
  const agent = new Agent({ keepAliveTimeout: 1_000 });
  const held: (() => void)[] = [];
  const release = (): void => {
    for (const send of shuffle(held.splice(0), context.random)) send();
  };

  const attempt: HookSender['attempt'] = async ({ url, method = 'POST', headers }, body) => {
    try {
      const answer = await request(url, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        dispatcher: agent,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal: stopping.signal,
      });
      await answer.body.dump();
      return answer.statusCode;
    } catch {
      return null;
    }
  };

  const deliver = async (target: HookTarget, body: unknown): Promise<void> => {
    for (const delayMs of ladderMs) {
      if (delayMs > 0) await sleep(delayMs / context.speed, undefined, { signal: stopping.signal });
      const status = await attempt(target, body);
      context.books.addCount(`${partner}.hook.${status ?? 'unanswered'}`);
      if (stopping.signal.aborted || (status !== null && isTaken(status))) return;
    }
  };

  return {
    attempt,
    send(target, event, body) {
      const faults = context.faults.take({ partner, org, event });
      if (faults.some(({ kind }) => kind === 'dropWebhook')) {
        context.books.addCount(`${partner}.hook.dropped`);
        return;
      }
      const duplicate = faults.find((fault): fault is FaultOf<'duplicate'> => fault.kind === 'duplicate');
      const start = (): void => {
        for (let copy = 0; copy < (duplicate?.copies ?? 1); copy += 1) {
          deliver(target, body).catch((error: unknown) => {
            if (!stopping.signal.aborted) context.log.error({ err: error, partner }, 'hook.crashed');
          });
        }
      };
      const reorder = faults.find((fault): fault is FaultOf<'reorder'> => fault.kind === 'reorder');
      if (reorder !== undefined) {
        if (held.length === 0) context.timers.afterReal(reorder.windowMs, release);
        held.push(start);
        return;
      }
      const delayMs = faults.reduce((total, fault) => total + (fault.kind === 'delay' ? fault.ms : 0), 0);
      if (delayMs > 0) context.timers.afterReal(delayMs, start);
      else start();
    },
    stop() {
      stopping.abort();
      held.length = 0;
      void agent.destroy();
    },
  };
}
