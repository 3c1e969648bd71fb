import { z } from 'zod';
import type { RequestEntry } from '../books.ts';
import type { SandboxContext } from '../context.ts';

/** How many calls a carrier takes; null: any number. Documented for FedEx, USPS, DHL and Shippo, chosen for the others. */
export const limitsSchema = z.strictObject({
  calls: z.int().min(1).nullable(),
  perMs: z.int().min(1),
  /** Of a day, UTC. */
  perDay: z.int().min(0).nullable(),
});
export type CallLimits = z.output<typeof limitsSchema>;

const usual: Readonly<Record<string, CallLimits>> = {
  fedex: { calls: 1_400, perMs: 10_000, perDay: 100_000 },
  ups: { calls: 50, perMs: 1_000, perDay: null },
  easypost: { calls: 50, perMs: 1_000, perDay: null },
  shipengine: { calls: 200, perMs: 60_000, perDay: null },
  usps: { calls: 60, perMs: 3_600_000, perDay: null },
  'dhl-unified': { calls: 1, perMs: 5_000, perDay: 250 },
  'australia-post': { calls: 50, perMs: 1_000, perDay: null },
  aftership: { calls: 30, perMs: 1_000, perDay: null },
  shippo: { calls: 500, perMs: 60_000, perDay: null },
  demo: { calls: 50, perMs: 1_000, perDay: null },
};

export interface CallCounter {
  of(carrier: string): CallLimits;
  set(carrier: string, changes: Partial<CallLimits>): CallLimits;
  /** Whether the call is within the limits: `over` for those of its moment, `spent` for the day's. */
  arrive(carrier: string, entry: RequestEntry): 'within' | 'over' | 'spent';
  /** What the day has had so far. */
  today(carrier: string): number;
  reset(): void;
}

const dayMs = 24 * 3_600_000;
const org = 'demo';

export function createCallCounter({ books, now }: SandboxContext): CallCounter {
  const changed = new Map<string, CallLimits>();
  const days = new Map<string, { day: number; calls: number }>();
  const of = (carrier: string): CallLimits =>
    changed.get(carrier) ?? usual[carrier] ?? { calls: null, perMs: 1_000, perDay: null };
  const today = (carrier: string): number => {
    const known = days.get(carrier);
    return known?.day === Math.floor(now() / dayMs) ? known.calls : 0;
  };
  return {
    of,
    set(carrier, changes) {
      const limits = limitsSchema.parse({ ...of(carrier), ...changes });
      changed.set(carrier, limits);
      return limits;
    },
    arrive(carrier, entry) {
      const { calls, perMs, perDay } = of(carrier);
      if (calls !== null && !books.arrive(entry, org, carrier, calls, perMs)) return 'over';
      if (perDay !== null && today(carrier) >= perDay) {
        books.addCount(`${carrier}.daySpent`);
        return 'spent';
      }
      days.set(carrier, { day: Math.floor(now() / dayMs), calls: today(carrier) + 1 });
      return 'within';
    },
    today,
    reset() {
      changed.clear();
      days.clear();
    },
  };
}
