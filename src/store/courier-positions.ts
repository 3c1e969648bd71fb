import type { CourierPosition } from '../domain/courier-position.ts';
import { isTerminal } from '../domain/order-status.ts';
import { fromEntry, generationFailure, type CommitPlan, type NewEntry } from './commit.ts';
import type { StoreDeps } from './deps.ts';
import { entryLua } from './entry-lua.ts';
import { findOrderKey } from './persons.ts';
import type { StoredOrder } from './orders.ts';
import { runReplicated } from './replicas.ts';
import { defineScript } from './script.ts';
import { parseStored } from './stored-json.ts';
import { wakeLua } from './wake-lua.ts';

/**
 * Where the couriers of a connection are, until somebody has put that to their orders: a hash of delivery to the sealed
 * position, so that of any number told of one delivery the last is kept, and one work entry whatever the number. State = a
 * hash { version, turn, active }: `version` counts the tellings.
 */
const tellScript = defineScript(`${entryLua}${wakeLua}
local p = cjson.decode(ARGV[1])
if not known(p.generation) then return 'generation' end
for at, delivery in ipairs(p.deliveries) do redis.call('HSET', KEYS[3], delivery, ARGV[at + 1]) end
redis.call('HINCRBY', KEYS[2], 'version', 1)
wake(KEYS[2], p.work, clock(p.now) + p.work.delay)
return 'told'`);

/** Durable when it resolves; `work` is pushed unless it waits or runs already. */
export async function tellPositions(
  deps: StoreDeps,
  connectionId: string,
  positions: readonly CourierPosition[],
  work: NewEntry,
): Promise<void> {
  if (positions.length === 0) return;
  const { keys, clock, generation, keyring } = deps;
  const deliveries = positions.map(({ deliveryId }) => deliveryId);
  const plan = { generation, now: clock.scriptNow(), deliveries, work: fromEntry(work) };
  const sealed = positions.map((position) => keyring.seal(JSON.stringify(position), toldContext(connectionId)));
  const scriptKeys = [keys.tag, keys.positionsState(connectionId), keys.positions(connectionId)] as const;
  const reply = await runReplicated(deps, tellScript, scriptKeys, [JSON.stringify(plan), ...sealed]);
  if (reply === 'generation') throw generationFailure();
}

const toldContext = (connectionId: string): string => `positions:${connectionId}`;

/** A position as it was told: another text by now is another position. */
export interface ToldPosition {
  position: CourierPosition;
  sealed: string;
}

/** Some of them, in no order. `version`: to see whether more came since. */
export async function takePositions(
  { redis, keys, keyring }: StoreDeps,
  connectionId: string,
  max: number,
): Promise<{ told: ToldPosition[]; version: string | null }> {
  const version = await redis.hget(keys.positionsState(connectionId), 'version');
  const found = await redis.hrandfield(keys.positions(connectionId), max, 'WITHVALUES');
  const flat = Array.isArray(found) ? found.flat().map(String) : [];
  const told = flat.filter((_, at) => at % 2 === 1);
  return {
    version,
    told: told.map((sealed) => ({
      sealed,
      position: parseStored<CourierPosition>(keyring.openText(sealed, toldContext(connectionId))),
    })),
  };
}

/** Takes a position out, unless another one was told meanwhile. */
export function positionTaken(
  { keys }: StoreDeps,
  connectionId: string,
  { sealed, position: { deliveryId } }: ToldPosition,
): Required<Pick<CommitPlan, 'guards' | 'writes'>> {
  const key = keys.positions(connectionId);
  return { guards: [{ key, field: deliveryId, expected: sealed }], writes: [['HDEL', key, deliveryId]] };
}

/** A field of an order's hash: where the courier of each of its deliveries was last, sealed under the order's own key. */
export const positionsField = 'positions';
type Positions = Readonly<Record<string, Pick<CourierPosition, 'latitude' | 'longitude' | 'at'>>>;
const contextOf = (orderId: string): string => `courier:${orderId}`;

/** By delivery. Empty for an order that is at its end, or whose person was erased. */
export async function readPositions(store: StoreDeps, { order, key }: StoredOrder): Promise<Positions> {
  if (key === '' || isTerminal(order.status)) return {};
  const sealed = await store.redis.hget(store.keys.order(order.id), positionsField);
  const dataKey = sealed === null ? null : await findOrderKey(store, order.id);
  return sealed === null || dataKey === null ? {} : parseStored<Positions>(dataKey.openText(sealed, contextOf(order.id))); // prettier-ignore
}

/** More attempts than an order ever has. */
const deliveriesMax = 20;

/** The position becomes the order's. Null where it is nobody's concern any more. */
export async function positionWrites(
  store: StoreDeps,
  stored: StoredOrder,
  { deliveryId, latitude, longitude, at }: CourierPosition,
): Promise<Required<Pick<CommitPlan, 'guards' | 'writes'>> | null> {
  const { order, key } = stored;
  const dataKey = isTerminal(order.status) ? null : await findOrderKey(store, order.id);
  if (key === '' || dataKey === null) return null;
  const { [deliveryId]: _, ...others } = await readPositions(store, stored);
  const kept = [...Object.entries(others), [deliveryId, { latitude, longitude, at }] as const].slice(-deliveriesMax);
  const sealed = dataKey.seal(JSON.stringify(Object.fromEntries(kept)), contextOf(order.id));
  const orderKey = store.keys.order(order.id);
  return {
    // Erased or gone meanwhile: nothing of it comes back.
    guards: [{ key: orderKey, field: 'key', expected: key }],
    writes: [['HSET', orderKey, positionsField, sealed]],
  };
}
