import * as z from 'zod';
import { isTerminal, orderStatuses, type OrderStatus } from './order-status.ts';

const minutesMax = 60 * 24 * 60;

/** The statuses in which an order can be stuck: those that it should leave. */
export const passedStatuses: readonly OrderStatus[] = orderStatuses.filter((status) => !isTerminal(status));

/**
 * How long an order may stay in each status, in minutes, until somebody should look; null: as long as it likes. What a store
 * does takes minutes to hours, what a courier does up to days; IDLE is where nobody handles the order any more.
 */
export const stuckDefaults: Readonly<Record<string, number | null>> = {
  RECEIVED: 15,
  READY_FOR_HANDLING: 60,
  IDLE: null,
  READY_FOR_PICKING: 120,
  PICKING: 120,
  READY_FOR_PACKING: 120,
  PACKING: 120,
  READY_FOR_INVOICING: 240,
  INVOICING: 60,
  INVOICED: 720,
  PREPARING_SHIPPING: 240,
  READY_FOR_SHIPPING: 720,
  WAITING_FOR_DELIVERY_COMPANY: 1_440,
  WAITING_FOR_PICKUP: 7 * 1_440,
  ON_ROUTE: 2 * 1_440,
};

const MinutesSchema = z.int().min(1).max(minutesMax).nullable();

/** What a merchant has for its own; the defaults for the rest. */
export const StuckRulesSchema = z
  .strictObject(Object.fromEntries(passedStatuses.map((status) => [status, MinutesSchema.optional()])))
  .meta({ description: 'Minutes by status; null: never stuck' });
export type StuckRules = z.infer<typeof StuckRulesSchema>;

export const stuckRulesIn = (own: StuckRules): Record<string, number | null> =>
  Object.fromEntries(passedStatuses.map((status) => [status, own[status] === undefined ? (stuckDefaults[status] ?? null) : own[status]])); // prettier-ignore

/** Waiting for their day, and not stuck: until the customer's window begins, nobody has to begin with the order. */
const waitsForWindow: ReadonlySet<OrderStatus> = new Set(['READY_FOR_HANDLING', 'READY_FOR_PICKING']);

/** From when on an order counts as waiting in a status that it enters now (ms). */
export const waitsSinceMs = (status: OrderStatus, enteredMs: number, window: { from: string }): number =>
  waitsForWindow.has(status) ? Math.max(enteredMs, Date.parse(window.from)) : enteredMs;
