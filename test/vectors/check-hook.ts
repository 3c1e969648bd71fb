import { expect } from 'vitest';
import type { InboundDoor } from '../../src/connectors/webhook.ts';
import type { PartnerHookRow } from './vectors.ts';

/** Fails unless a partner's door says of this row's hook what the row wants. */
export function checkHook<S>(door: InboundDoor<S>, settings: S, { input, wanted }: PartnerHookRow): void {
  const body = Buffer.from(input.bodyBase64, 'base64');
  const verdict = door.verify({ headers: input.headers, body }, settings, input.nowSeconds * 1_000);
  if (wanted.verdict === 'refused') expect(verdict).toEqual({ ok: false, reason: wanted.code });
  else if (wanted.verdict === 'ping') expect(verdict).toEqual({ ok: true, ping: true });
  else expect(verdict).toEqual({ ok: true, messageId: wanted.messageId ?? expect.stringMatching(/./) });
}
