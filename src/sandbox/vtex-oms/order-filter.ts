import { z } from 'zod';
import type { OrderEvent } from './order-event.ts';
import { VtexRefusal } from './vtex-refusal.ts';

/** The `filter` of a feed or a hook. Statuses are not checked: a misspelt one just never matches (Feed v3 guide). */
export const filterSchema = z.strictObject({
  type: z.enum(['FromWorkflow', 'FromOrders']),
  status: z.array(z.string()).optional(),
  expression: z.string().optional(),
  disableSingleFire: z.boolean().optional(),
});
export type OrderFilter = z.output<typeof filterSchema>;

/**
 * "The two filter types are mutually exclusive … If you combine them, you will get a 409" (Feed v3 guide). FromOrders needs
 * its expression; FromWorkflow without statuses is all of them.
 */
export function refuseUnsound({ type, status, expression, disableSingleFire }: OrderFilter): void {
  const isMixed = type === 'FromOrders' ? status !== undefined : (expression ?? disableSingleFire) !== undefined;
  if (isMixed) throw new VtexRefusal(409, 'FEED002', 'FromWorkflow and FromOrders cannot be combined');
  if (type === 'FromOrders' && expression === undefined) {
    throw new VtexRefusal(400, 'FEED004', 'FromOrders needs an expression');
  }
}

/** Whether an event is for who set this filter. `isMove`: the status changed; otherwise something else in the order. */
export type Wants = (event: OrderEvent, doc: Record<string, unknown>, isMove: boolean) => boolean;

/** Remembers which orders met an expression: unless `disableSingleFire` is true, an order is told of once. */
export function createWants({ type, status, expression = '', disableSingleFire = false }: OrderFilter): Wants {
  if (type === 'FromWorkflow') return ({ state }, _doc, isMove) => isMove && (status?.includes(state) ?? true);
  const told = new Set<string>();
  return ({ orderId }, doc) => {
    if (!holds(expression, doc) || (told.has(orderId) && !disableSingleFire)) return false;
    told.add(orderId);
    return true;
  };
}

const condition = /^([A-Za-z]\w*(?:\.\w+)*)\s*(=|!=|>=|<=|>|<)\s*("[^"]*"|-?\d+(?:\.\d+)?|true|false|null)$/;

/** The part of JSONata that is simulated: comparisons with a literal, joined by `and`. Anything else matches. */
function holds(expression: string, doc: Record<string, unknown>): boolean {
  return expression
    .trim()
    .replace(/^\(([^()]*)\)$/, '$1')
    .split(/\s+and\s+/)
    .every((part) => {
      const [, path, operator, literal] = condition.exec(part.trim()) ?? [];
      if (path === undefined || literal === undefined) return true;
      const [value, wanted]: unknown[] = [valueAt(doc, path), JSON.parse(literal)];
      if (operator === '=') return value === wanted;
      if (operator === '!=') return value !== wanted;
      return typeof value === 'number' && typeof wanted === 'number' && compare(value, operator, wanted);
    });
}

function compare(value: number, operator: string | undefined, wanted: number): boolean {
  if (operator === '>') return value > wanted;
  if (operator === '<') return value < wanted;
  return operator === '>=' ? value >= wanted : value <= wanted;
}

const valueAt = (doc: Record<string, unknown>, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), doc);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
