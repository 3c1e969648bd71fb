import { z } from 'zod';
import type { Log } from '../platform/log.ts';
import type { Books } from './books.ts';
import type { Faults } from './faults.ts';
import type { Random } from './random.ts';
import type { Timers } from './timers.ts';

/** How simulated pickers and couriers work, at every partner. */
export const pickerSettingsSchema = z.strictObject({
  /** `walk`: each dispatched job goes its way by itself. `manual`: it moves only by the control API. */
  mode: z.enum(['walk', 'manual']).default('walk'),
  /** Between two steps of a walk, at speed 1. */
  stepMs: z.int().min(0).default(3000),
  /** What lines without instructions come to: all `exact`, or shorts and substitutions drawn from the seed (`seeded`). */
  outcome: z.enum(['exact', 'seeded']).default('exact'),
});

export type PickerSettings = z.output<typeof pickerSettingsSchema>;

/** What partners share. `picker` and `random` live as long as the sandbox; a reset puts the first back to how it started. */
export interface SandboxContext {
  log: Log;
  /** Milliseconds since the epoch. */
  now: () => number;
  timers: Timers;
  /** For delays that have to keep their proportions, such as retries: at least 0.001 of the real time. */
  speed: number;
  books: Books;
  faults: Faults;
  random: Random;
  seed: number;
  /** Ids that partners count up begin here: a later run must not give an earlier one's again. */
  ordersFrom?: number;
  picker: PickerSettings;
}
