import { createHash } from 'node:crypto';
import { makeId } from '../domain/ids.ts';
import { replayStatuses, type Replay, type ReplayScope } from '../domain/replay.ts';
import { toInstant } from '../platform/clock.ts';
import { commit, type CommitPlan, type NewEntry } from './commit.ts';
import { newId, type StoreDeps } from './deps.ts';
import { parseStored } from './stored-json.ts';
import { walkNewest } from './walk-index.ts';

type Fields = (string | number)[][];

/** Begins one, with the work that it makes. Null: another one is under way at this endpoint. */
export async function beginReplay(
  deps: StoreDeps,
  merchantId: string,
  facts: Pick<Replay, 'scope' | 'ratePerSecond' | 'expected'>,
  work: (replayId: string) => NewEntry,
): Promise<Replay | null> {
  const { keys, clock, retention } = deps;
  const id = newId('replay', clock);
  const { scope, ratePerSecond, expected } = facts;
  const fields = {
    merchantId,
    scope: JSON.stringify(scope),
    ratePerSecond,
    status: 'running',
    createdAt: toInstant(clock.now()),
    ...(expected !== null && { expected }),
  };
  // One that is past its retention, or died of a defect, holds up no other.
  const holder = await deps.redis.hget(keys.replaying(merchantId), scope.endpointId);
  if (holder !== null && (await readReplay(deps, holder))?.status === 'running') return null;
  const outcome = await commit(deps, {
    guards: [{ key: keys.replaying(merchantId), field: scope.endpointId, expected: holder }],
    writes: [
      ['HSET', keys.replay(id), ...Object.entries(fields).flat()],
      ['EXPIRE', keys.replay(id), retention.eventSeconds],
      ['ZADD', keys.replays(merchantId), 0, id],
      ['HSET', keys.replaying(merchantId), scope.endpointId, id],
    ],
    entries: [work(id)],
  });
  return outcome === 'committed' ? readReplay(deps, id) : null;
}

/** Holds only as long as it runs, and nobody has gone on from where it was. */
export const replayGuards = (
  { keys }: StoreDeps,
  { id, position }: Pick<Replay, 'id' | 'position'>,
): NonNullable<CommitPlan['guards']> => [
  { key: keys.replay(id), field: 'status', expected: 'running' },
  { key: keys.replay(id), field: 'position', expected: position },
];

/** The part of a commit with which so many more are made, and it goes on behind this event. */
export const replayStepWrites = ({ keys, retention }: StoreDeps, { id }: Replay, position: string, made: number) =>
  [
    ['HSET', keys.replay(id), 'position', position],
    ['HINCRBY', keys.replay(id), 'made', made],
    ['EXPIRE', keys.replay(id), retention.eventSeconds],
  ] satisfies Fields;

/** The part of a commit with which nothing more is made: the endpoint may have another. */
export const replayEndWrites = (
  { keys, clock, retention }: StoreDeps,
  { id, merchantId, scope }: Pick<Replay, 'id' | 'merchantId' | 'scope'>,
  status: 'made' | 'canceled' | 'failed',
  failure?: { code: string; detail: string },
): Fields => [
  ['HSET', keys.replay(id), 'status', status, 'endedAt', toInstant(clock.now())],
  ...(failure === undefined ? [] : [['HSET', keys.replay(id), 'failure', JSON.stringify(failure)]]),
  ['EXPIRE', keys.replay(id), retention.eventSeconds],
  ['HDEL', keys.replaying(merchantId), scope.endpointId],
];

/** What it has made and is still on its way is dropped when its next turn comes. False: it had ended before. */
export async function cancelReplay(deps: StoreDeps, replay: Replay): Promise<boolean> {
  const key = deps.keys.replay(replay.id);
  const status = await deps.redis.hget(key, 'status');
  if (status !== 'running' && status !== 'made') return false;
  const ended = replayEndWrites(deps, replay, 'canceled');
  const outcome = await commit(deps, {
    guards: [{ key, field: 'status', expected: status }],
    // Of one that is made already, the endpoint may have another by now.
    writes: status === 'made' ? ended.filter(([command]) => command !== 'HDEL') : ended,
  });
  return outcome === 'committed' || cancelReplay(deps, replay);
}

export const isReplayCanceled = async ({ redis, keys }: StoreDeps, replayId: string | null): Promise<boolean> =>
  replayId !== null && (await redis.hget(keys.replay(replayId), 'status')) === 'canceled';

/** Of one event in one replay there is one delivery, whoever makes it: the same id each time. */
export const replayedDeliveryId = ({ id, createdAt }: Pick<Replay, 'id' | 'createdAt'>, eventId: string): string =>
  makeId('delivery', Date.parse(createdAt), createHash('sha256').update(`${id}\n${eventId}`).digest());

export async function readReplay({ redis, keys }: StoreDeps, id: string): Promise<Replay | null> {
  return toReplay(id, await redis.hgetall(keys.replay(id)));
}

function toReplay(id: string, stored: Record<string, string>): Replay | null {
  const fields = new Map(Object.entries(stored));
  const scope = fields.get('scope');
  if (scope === undefined) return null;
  const text = (name: string): string => fields.get(name) ?? '';
  const count = (name: string): number => Number(fields.get(name) ?? 0);
  const failure = fields.get('failure');
  return {
    id,
    merchantId: text('merchantId'),
    scope: parseStored<ReplayScope>(scope),
    ratePerSecond: count('ratePerSecond'),
    status: replayStatuses.find((status) => status === text('status')) ?? 'failed',
    failure: failure === undefined ? null : parseStored<NonNullable<Replay['failure']>>(failure),
    expected: fields.has('expected') ? count('expected') : null,
    position: fields.get('position') ?? null,
    made: count('made'),
    delivered: count('delivered'),
    failed: count('failed'),
    dropped: count('dropped'),
    createdAt: text('createdAt'),
    endedAt: fields.get('endedAt') ?? null,
  };
}

/** Newest first. */
export const listReplays = (
  deps: StoreDeps,
  merchantId: string,
  page: { cursor?: string | undefined; limit: number },
) =>
  walkNewest<Replay>(
    deps,
    { kind: 'replay', indexes: [deps.keys.replays(merchantId)] },
    (ids) => Promise.all(ids.map((id) => readReplay(deps, id))),
    page,
  );
