import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { Failure } from '../domain/failure.ts';
import { toInstant } from '../platform/clock.ts';
import { fromEntry, generationFailure, type NewEntry } from './commit.ts';
import { digest, newId, type StoreDeps } from './deps.ts';
import { entryLua } from './entry-lua.ts';
import type { StoredOrder } from './orders.ts';
import { isErased } from './persons.ts';
import { runReplicated } from './replicas.ts';
import { defineScript } from './script.ts';

/**
 * A hook as it came: its bytes packed and sealed. The message id is claimed, the bytes stored and the work pushed in one call;
 * a sender who hears 2xx never has to send again. Nobody knows yet whose it is: until its work says so it is listed as one
 * that waits, where an erasure looks for whom it names (hook-erasures.ts).
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
redis.call('ZADD', p.waiting, p.bytesUntil, p.id)
push(p.work.id, p.work.entry, now)
return 'accepted'`);

/** The id is remembered for the inbox's retention; the bytes only while somebody may still want to see them. */
const bytesKeptSeconds = 2 * 24 * 3600;

/** `changed`: the same message id came with other bytes; the first stands. */
export type InboxOutcome = 'accepted' | 'duplicate' | 'changed';

export async function acceptMessage(
  deps: StoreDeps,
  message: {
    merchantId: string;
    connectionId: string;
    messageId: string;
    body: Uint8Array;
    work: (inboxId: string) => NewEntry;
  },
): Promise<InboxOutcome> {
  const { keys, clock, retention } = deps;
  const { merchantId, connectionId, messageId, body } = message;
  const id = newId('inbox', clock);
  const bytesSeconds = keptSeconds(deps);
  const header = {
    id,
    now: clock.scriptNow(),
    generation: deps.generation,
    at: toInstant(clock.now()),
    seen: keys.inboxSeen(connectionId, digest(messageId)),
    body: digest(body),
    inbox: keys.inbox(id),
    seconds: retention.inboxSeconds,
    bytesSeconds,
    waiting: keys.waitingHooks(merchantId),
    bytesUntil: untilSecond(deps, bytesSeconds),
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

const keptSeconds = ({ retention }: StoreDeps): number => Math.min(bytesKeptSeconds, retention.inboxSeconds);
const untilSecond = ({ clock }: StoreDeps, seconds: number): number => Math.ceil(clock.now() / 1_000) + seconds;

/** For the commit that ends the work of a hook that nobody needs any more: it was about no order, or only said which to read. */
export const droppedWrites = ({ keys }: StoreDeps, merchantId: string, inboxId: string): string[][] => [
  ['DEL', keys.inbox(inboxId)],
  ['ZREM', keys.waitingHooks(merchantId), inboxId],
];

/** The same for a hook about this order: its bytes go with the order's person, at once where that is erased already. */
export function keptWithWrites(deps: StoreDeps, stored: StoredOrder, inboxId: string): string[][] {
  const { keys } = deps;
  const { id, merchantId } = stored.order;
  if (isErased(stored)) return droppedWrites(deps, merchantId, inboxId);
  const list = keys.hooks(id);
  const seconds = String(keptSeconds(deps));
  return [
    ['EXPIRE', keys.inbox(inboxId), seconds],
    ['ZREM', keys.waitingHooks(merchantId), inboxId],
    ['RPUSH', list, inboxId],
    ['EXPIRE', list, seconds],
  ];
}

/** The same for a hook that waits, for its order or for somebody who looks at it: for so long, by default as any other. */
export function waitingWrites(
  deps: StoreDeps,
  { merchantId, inboxId }: { merchantId: string; inboxId: string },
  seconds = keptSeconds(deps),
): string[][] {
  const waiting = deps.keys.waitingHooks(merchantId);
  return [
    ['EXPIRE', deps.keys.inbox(inboxId), String(seconds)],
    // Of those that nobody came for, the bytes are past.
    ['ZREMRANGEBYSCORE', waiting, '-inf', String(untilSecond(deps, 0) - 1)],
    ['ZADD', waiting, String(untilSecond(deps, seconds)), inboxId],
  ];
}

/** Takes the bytes of hooks that wait: their work finds nothing to do, now or when somebody retries it. */
export const erasedHookWrites = ({ keys }: StoreDeps, merchantId: string, inboxIds: readonly string[]): string[][] =>
  inboxIds.flatMap((inboxId) => [
    ['HDEL', keys.inbox(inboxId), 'sealed'],
    ['ZREM', keys.waitingHooks(merchantId), inboxId],
  ]);

/** The bytes of a hook; null where they were erased, because they name somebody who is to be forgotten. Throws past its retention. */
export async function readMessage(
  deps: StoreDeps,
  inboxId: string,
): Promise<{ body: Uint8Array; receivedAt: string } | null> {
  const [sealed, receivedAt] = await deps.redis.hmget(deps.keys.inbox(inboxId), 'sealed', 'receivedAt');
  if (typeof receivedAt !== 'string')
    throw new Failure('rejected', 'hook.expired', 'this webhook is past its retention');
  if (typeof sealed !== 'string') return null;
  const body = unpack(deps.keyring.open(sealed, `inbox:${inboxId}`));
  return { body, receivedAt };
}
