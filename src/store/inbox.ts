import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { toInstant } from '../platform/clock.ts';
import { fromEntry, generationFailure, type NewEntry } from './commit.ts';
import { digest, newId, type StoreDeps } from './deps.ts';
import { entryLua } from './entry-lua.ts';
import type { StoredOrder } from './orders.ts';
import { isErased } from './persons.ts';
import { runReplicated } from './replicas.ts';
import { defineScript } from './script.ts';

/**
 * A hook as it came: its bytes packed and sealed, kept for two days whatever becomes of it. The message id is claimed,
 * the bytes stored and the work pushed in one call; a sender who hears 2xx never has to send again.
 */
const acceptScript = defineScript(`${entryLua}
local p = cjson.decode(ARGV[1])
local now = clock(p.now)
if not known(p.generation) then return 'generation' end
local seen = redis.call('GET', p.seen)
if seen then return seen == p.body and 'duplicate' or 'changed' end
redis.call('SET', p.seen, p.body, 'EX', p.seconds)
redis.call('HSET', p.inbox, 'connectionId', p.connectionId, 'receivedAt', p.at, 'messageId', p.messageId, 'sealed', ARGV[2])
redis.call('EXPIRE', p.inbox, p.bytesSeconds)
push(p.work.id, p.work.entry, now)
return 'accepted'`);

/** The id is remembered for the inbox's retention; the bytes only while somebody may still want to see them. */
const bytesKeptSeconds = 2 * 24 * 3600;

/** `changed`: the same message id came with other bytes; the first stands. */
export type InboxOutcome = 'accepted' | 'duplicate' | 'changed';

export async function acceptMessage(
  deps: StoreDeps,
  message: { connectionId: string; messageId: string; body: Uint8Array; work: (inboxId: string) => NewEntry },
): Promise<InboxOutcome> {
  const { keys, clock, retention } = deps;
  const { connectionId, messageId, body } = message;
  const id = newId('inbox', clock);
  const header = {
    now: clock.scriptNow(),
    generation: deps.generation,
    at: toInstant(clock.now()),
    seen: keys.inboxSeen(connectionId, digest(messageId)),
    body: digest(body),
    inbox: keys.inbox(id),
    seconds: retention.inboxSeconds,
    bytesSeconds: Math.min(bytesKeptSeconds, retention.inboxSeconds),
    connectionId,
    messageId,
    work: fromEntry(message.work(id)),
  };
  const sealed = deps.keyring.seal(pack(body), `inbox:${id}`);
  const outcome = await runReplicated(deps, acceptScript, [keys.tag], [JSON.stringify(header), sealed]);
  if (outcome === 'generation') throw generationFailure();
  return outcome === 'duplicate' || outcome === 'changed' ? outcome : 'accepted';
}

/** Shorter ones gain nothing by packing, and cost what most of a hook costs. */
const packedFrom = 1_024;
/** How every packed body begins (RFC 8878, 3.1.1). */
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const isPacked = (bytes: Uint8Array): boolean => zstdMagic.equals(bytes.subarray(0, zstdMagic.length));

/** A partner may repeat a whole job in every hook: packed it is a fifth. */
const pack = (body: Uint8Array): Uint8Array =>
  body.length >= packedFrom || isPacked(body) ? zstdCompressSync(body) : body;
const unpack = (bytes: Uint8Array): Uint8Array => (isPacked(bytes) ? zstdDecompressSync(bytes) : bytes);

/** For the commit that ends a hook's work: from now on its bytes are kept like any other's. */
export const keptWrites = ({ keys, retention }: StoreDeps, inboxId: string): string[][] => [
  ['EXPIRE', keys.inbox(inboxId), String(Math.min(bytesKeptSeconds, retention.inboxSeconds))],
];

/** The same for a hook about this order: its bytes go with the order's person, at once where that is erased already. */
export function keptWithWrites(deps: StoreDeps, stored: StoredOrder, inboxId: string): string[][] {
  const { keys } = deps;
  if (isErased(stored)) return [['DEL', keys.inbox(inboxId)]];
  const list = keys.hooks(stored.order.id);
  return [
    ...keptWrites(deps, inboxId),
    ['RPUSH', list, inboxId],
    ['EXPIRE', list, String(Math.min(bytesKeptSeconds, deps.retention.inboxSeconds))],
  ];
}

/** The bytes of a hook; null once its retention is over. */
export async function readMessage(
  deps: StoreDeps,
  inboxId: string,
): Promise<{ body: Uint8Array; receivedAt: string } | null> {
  const [sealed, receivedAt] = await deps.redis.hmget(deps.keys.inbox(inboxId), 'sealed', 'receivedAt');
  if (sealed === null || sealed === undefined) return null;
  const body = unpack(deps.keyring.open(sealed, `inbox:${inboxId}`));
  return { body, receivedAt: receivedAt ?? '' };
}
