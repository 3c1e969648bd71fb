import type { RunKind } from '../domain/bulk-run.ts';
import type { RedisClient } from '../platform/redis.ts';
import { deltaLua, fingerprintKeyBytes } from './delta.ts';
import type { Keys } from './keys.ts';
import { defineScript, runScript } from './script.ts';

/**
 * A row that a partner lists, packed: 6 bytes of its key, and 6 each of the two values that it may have been sent with
 * (twice the same where there is one).
 */
export const listedBytes = 3 * fingerprintKeyBytes;

/** What a listed row is to what we sent last: that, something else, or nobody knows: it was never sent, or is forgotten. */
export const lastSentStates = ['unknown', 'same', 'different'] as const;
export type LastSent = (typeof lastSentStates)[number];

/** Answers 0, 1 or 2 for the packed row at `at`: a place in `lastSentStates`. */
export const listedLua = `
local function judgeListed(d, rows, at)
  local value = redis.call('HGET', bucketOf(d, rows, at), sub(rows, at + 1, at + 5))
  if not value then return 0 end
  if value == sub(rows, at + 6, at + 11) or value == sub(rows, at + 12, at + 17) then return 1 end
  return 2
end
`;

const judgeScript = defineScript(`${deltaLua}${listedLua}
local d, rows, out = openDelta(KEYS[2]), ARGV[1], {}
for at = 1, #rows, ${listedBytes} do out[#out + 1] = judgeListed(d, rows, at) end
return table.concat(out)`);

/** Compares a page of listed rows with what the partner accepted last, in one script: a thousand or so. */
export async function judgeListed(
  { redis, keys }: { redis: RedisClient; keys: Keys },
  { connectionId, kind }: { connectionId: string; kind: RunKind },
  packed: Buffer,
): Promise<LastSent[]> {
  const reply = await runScript(redis, judgeScript, [keys.tag, keys.delta(connectionId, kind)], [packed]);
  return Array.from(String(reply), (digit) => lastSentStates[Number(digit)] ?? 'unknown');
}
