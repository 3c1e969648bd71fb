import { quantileOf } from '../domain/quantile.ts';
import type { StoreDeps } from './deps.ts';

/** So far back is told of; each minute is a hash of its own, which ends by itself. */
const minutesTold = 15;
const minuteMs = 60_000;
/** What a process has counted is written this often: a call by itself costs Redis nothing. */
const writeEveryMs = 2_000;
/** Seconds. Of a call that took longer than the last nothing more is known. */
const bounds = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, Number.POSITIVE_INFINITY] as const;

/** One call, as it ended. */
export interface NotedCall {
  /** As the connector's io says (create-io.ts). */
  failed: boolean;
  durationMs: number;
}

/** How the calls of a connection went lately. */
export interface CallFacts {
  windowSeconds: number;
  total: number;
  failed: number;
  /** Nineteen of twenty took no longer; null where there was none. */
  p95Ms: number | null;
}

/** Counts in this process, and writes by itself. What Redis does not take, or a crash interrupts, is lost: it is for looking at. */
export function createCallCounter(): (store: StoreDeps, connectionId: string, call: NotedCall) => void {
  /** By shard and key; a shard has none until something is counted. */
  const counted = new Map<StoreDeps, Map<string, Map<string, number>>>();

  const write = async (store: StoreDeps): Promise<void> => {
    await store.clock.sleep(writeEveryMs);
    const writes = store.redis.pipeline();
    for (const [key, fields] of counted.get(store) ?? []) {
      for (const [name, calls] of fields) writes.hincrby(key, name, calls);
      writes.pexpire(key, (minutesTold + 1) * minuteMs);
    }
    counted.delete(store);
    await writes.exec();
  };

  return (store, connectionId, { failed, durationMs }) => {
    const isFirst = !counted.has(store);
    const keys = counted.get(store) ?? new Map<string, Map<string, number>>();
    counted.set(store, keys);
    const key = store.keys.calls(connectionId, minuteOf(store));
    const fields = keys.get(key) ?? new Map<string, number>();
    keys.set(key, fields);
    const bound = bounds.find((one) => durationMs <= one * 1_000) ?? Number.POSITIVE_INFINITY;
    for (const name of [String(bound), ...(failed ? ['failed'] : [])]) fields.set(name, (fields.get(name) ?? 0) + 1);
    if (isFirst) void write(store).catch(() => undefined); // Redis away: said elsewhere.
  };
}

/** Of the minute that is now and those before. */
export async function readCalls(store: StoreDeps, connectionId: string): Promise<CallFacts> {
  const now = minuteOf(store);
  const minutes = Array.from({ length: minutesTold }, (_, at) => now - at);
  const found = await Promise.all(minutes.map((minute) => store.redis.hgetall(store.keys.calls(connectionId, minute))));
  const sum = (name: string): number => found.reduce((calls, fields) => calls + Number(fields[name] ?? 0), 0);
  let total = 0;
  const buckets = bounds.map((le) => ({ le, count: (total += sum(String(le))) }));
  const p95 = quantileOf(buckets, 0.95);
  const p95Ms = p95 === null ? null : Math.round(p95 * 1_000);
  return { windowSeconds: (minutesTold * minuteMs) / 1_000, total, failed: sum('failed'), p95Ms };
}

const minuteOf = ({ clock }: StoreDeps): number => Math.floor(clock.now() / minuteMs);
