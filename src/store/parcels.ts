import type { CarrierEvent } from '../domain/carrier-event.ts';
import { Failure } from '../domain/failure.ts';
import type { FollowedParcel, Parcel, ParcelName } from '../domain/parcel.ts';
import { fromEntry, generationFailure, type NewEntry } from './commit.ts';
import type { StoreDeps } from './deps.ts';
import { entryLua } from './entry-lua.ts';
import { rememberByText } from '../platform/remember.ts';
import { runReplicated } from './replicas.ts';
import { defineScript } from './script.ts';
import { parseStored } from './stored-json.ts';

/**
 * The fields of one carrier's parcel in the hash of its number: the document, its version, and what happened on its way
 * (which may name people) sealed. No carrier's slug holds a colon.
 */
const versionField = (carrier: string): string => `${carrier}:v`;
const historyField = (carrier: string): string => `${carrier}:h`;
const contextOf = ({ merchantId, carrier, number }: ParcelName): string => `parcel:${merchantId}:${carrier}:${number}`;

/** By what a connection's due parcels are known. */
export const dueMember = ({ carrier, number }: Pick<ParcelName, 'carrier' | 'number'>): string =>
  `${carrier}/${number}`;

export function readDueMember(member: string): { carrier: string; number: string } {
  const at = member.indexOf('/');
  return { carrier: member.slice(0, at), number: member.slice(at + 1) };
}

/** One parcel's next state, made purely from what was read. Null: nothing to change. */
export type ParcelChange = (FollowedParcel & { entries?: readonly NewEntry[] }) | null;
export interface ParcelToChange {
  name: ParcelName;
  change: (known: FollowedParcel | null) => ParcelChange;
}

const changeScript = defineScript(`${entryLua}
local p = cjson.decode(ARGV[1])
local now = clock(p.now)
if not known(p.generation) then return 'generation' end
local lost = {}
local at = 2
for i, c in ipairs(p.parcels) do
  local fields, due, left = c.fields, c.due, c.left
  if (redis.call('HGET', c.key, c.versionField) or '') == c.expected then
    redis.call('HSET', c.key, unpack(ARGV, at, at + fields - 1))
    redis.call('EXPIRE', c.key, p.seconds)
    if left ~= cjson.null then redis.call('ZREM', left, c.member) end
    if due ~= cjson.null then redis.call('ZADD', due.key, due.at, c.member) end
    for _, n in ipairs(c.entries) do push(n.id, n.entry, now + n.delay) end
  else
    lost[#lost + 1] = i
  end
  at = at + fields
end
return lost`);

/** So many in one call: a thousand would hold Redis for longer than others should wait. */
const changedAtOnce = 250;
const racesMax = 25;

const opened = rememberByText<readonly CarrierEvent[]>();

/**
 * Reads parcels, applies their changes, and commits the new states, when they are due next, and the work that follows, each
 * parcel guarded by the version that was read: two round trips for as many as 250. A lost race is read and applied again.
 * No parcel may be named twice. Answers each as it is now; null for one that is not known and was left so.
 */
export async function changeParcels(
  deps: StoreDeps,
  wanted: readonly ParcelToChange[],
): Promise<(FollowedParcel | null)[]> {
  const results: (FollowedParcel | null)[] = wanted.map(() => null);
  let open = wanted.map((_, at) => at);
  for (let race = 0; open.length > 0; race += 1) {
    if (race === racesMax) throw new Failure('transient', 'store.contended', 'too many others changed these parcels');
    const known = await readParcels(
      deps,
      open.map((at) => wanted[at]?.name).filter((name) => name !== undefined),
    );
    const plans: { at: number; before: FollowedParcel | null; after: NonNullable<ParcelChange> }[] = [];
    for (const [index, at] of open.entries()) {
      const before = known[index] ?? null;
      const after = wanted[at]?.change(before) ?? null;
      results[at] = after ?? before;
      if (after !== null) plans.push({ at, before, after });
    }
    open = [];
    for (let from = 0; from < plans.length; from += changedAtOnce) {
      const some = plans.slice(from, from + changedAtOnce);
      const committed = await commitAll(deps, some);
      for (const [index, { at, after }] of some.entries()) {
        const parcel = { ...after.parcel, version: after.parcel.version + 1 };
        if (committed(index)) results[at] = { parcel, history: after.history };
        else open.push(at);
      }
    }
  }
  return results;
}

async function commitAll(
  deps: StoreDeps,
  plans: readonly { before: FollowedParcel | null; after: NonNullable<ParcelChange> }[],
): Promise<(index: number) => boolean> {
  const { keys, clock, generation, retention } = deps;
  const written = plans.map(({ before, after }) => parcelFields(deps, before, after));
  const header = {
    now: clock.scriptNow(),
    generation,
    seconds: retention.orderSeconds,
    parcels: plans.map(({ before, after: { parcel, entries = [] } }, at) => ({
      key: keys.parcel(parcel.merchantId, parcel.number),
      versionField: versionField(parcel.carrier),
      expected: before === null ? '' : String(before.parcel.version),
      fields: written[at]?.length ?? 0,
      member: dueMember(parcel),
      ...dueOf(deps, before?.parcel ?? null, parcel),
      entries: entries.map((entry) => fromEntry(entry)),
    })),
  };
  const reply = await runReplicated(deps, changeScript, [keys.tag], [JSON.stringify(header), ...written.flat()]);
  if (reply === 'generation') throw generationFailure();
  const lost = new Set(Array.isArray(reply) ? reply.map(Number) : []);
  return (index) => !lost.has(index + 1);
}

/** The fields to set: the sealed history only where it is another one. */
function parcelFields(deps: StoreDeps, before: FollowedParcel | null, { parcel, history }: FollowedParcel): string[] {
  const { carrier, version } = parcel;
  const next = { ...parcel, version: version + 1 };
  return [
    carrier,
    JSON.stringify(next),
    versionField(carrier),
    String(next.version),
    ...(history === before?.history ? [] : [historyField(carrier), sealHistory(deps, parcel, history)]),
  ];
}

/** Where it is due now, and where no more. */
function dueOf({ keys }: StoreDeps, before: Parcel | null, { connectionId, polling: { nextAt } }: Parcel) {
  const old = before?.polling.nextAt === null ? undefined : before?.connectionId;
  const now = nextAt === null ? undefined : connectionId;
  return {
    left: old === undefined || old === now ? null : keys.dueParcels(old),
    due: now === undefined || nextAt === null ? null : { key: keys.dueParcels(now), at: String(Date.parse(nextAt)) },
  };
}

/** In their order, in one round trip; null for those that are not known. */
export async function readParcels(deps: StoreDeps, names: readonly ParcelName[]): Promise<(FollowedParcel | null)[]> {
  const { redis, keys } = deps;
  const read = await Promise.all(
    names.map(({ merchantId, carrier, number }) =>
      redis.hmget(keys.parcel(merchantId, number), carrier, historyField(carrier)),
    ),
  );
  return read.map(([doc, sealed], at) => {
    const name = names[at];
    if (doc === null || doc === undefined || name === undefined) return null;
    return { parcel: parseStored<Parcel>(doc), history: openHistory(deps, name, sealed ?? '') };
  });
}

export async function readParcel(deps: StoreDeps, name: ParcelName): Promise<FollowedParcel | null> {
  const [found = null] = await readParcels(deps, [name]);
  return found;
}

/** What was just written is what is read next: its carrier tells of it again, or somebody tells the order. */
function sealHistory(deps: StoreDeps, name: ParcelName, history: readonly CarrierEvent[]): string {
  const sealed = deps.keyring.seal(JSON.stringify(history), contextOf(name));
  opened(sealed, () => history);
  return sealed;
}

const openHistory = (deps: StoreDeps, name: ParcelName, sealed: string): readonly CarrierEvent[] =>
  sealed === ''
    ? []
    : opened(sealed, () => parseStored<CarrierEvent[]>(deps.keyring.openText(sealed, contextOf(name))));

/** The parcels of one number, whoever carries them. */
export async function readParcelsOfNumber(
  { redis, keys }: StoreDeps,
  merchantId: string,
  number: string,
): Promise<Parcel[]> {
  const fields = await redis.hgetall(keys.parcel(merchantId, number));
  return Object.entries(fields).flatMap(([field, doc]) => (field.includes(':') ? [] : [parseStored<Parcel>(doc)]));
}

/** For a commit of more than parcels: this one as it is to be, if it still is as it was read. */
export function parcelWrites(
  deps: StoreDeps,
  before: FollowedParcel,
  after: FollowedParcel,
): { guards: { key: string; field: string; expected: string }[]; writes: string[][] } {
  const { merchantId, number, carrier } = after.parcel;
  const key = deps.keys.parcel(merchantId, number);
  return {
    guards: [{ key, field: versionField(carrier), expected: String(before.parcel.version) }],
    writes: [['HSET', key, ...parcelFields(deps, before, after)]],
  };
}
