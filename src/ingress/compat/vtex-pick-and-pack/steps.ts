import type { Order } from '../../../domain/order.ts';
import type { OrderStatus } from '../../../domain/order-status.ts';
import { firstReachedAt } from '../../../domain/order-steps.ts';
import { vocabularies } from '../../../connectors/registry.ts';

/** When the order is first known to have been there or further along; null when it is not known to have been. */
export const firstAt = (order: Order, status: OrderStatus): string | null =>
  firstReachedAt(order, status, vocabularies);

/** Minutes from one step to the next, as far as both are known. */
export function minutesBetween(order: Order, from: OrderStatus, to: OrderStatus): number {
  const [begun, ended] = [firstAt(order, from), firstAt(order, to)];
  if (begun === null || ended === null) return 0;
  return Math.max(0, Math.round((Date.parse(ended) - Date.parse(begun)) / 60) / 1000);
}
