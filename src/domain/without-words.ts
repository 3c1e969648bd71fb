import type { Order } from './order.ts';

const withoutReason = <T extends { reason?: string | undefined }>({ reason: _, ...rest }: T): Omit<T, 'reason'> => rest;

/** An order without what somebody wrote of it in words of his own: he was asked to name nobody, and may have. */
export const withoutWords = <T extends Pick<Order, 'cancellation' | 'returns'>>(order: T): T => ({
  ...order,
  ...(order.cancellation !== undefined && { cancellation: withoutReason(order.cancellation) }),
  ...(order.returns !== undefined && {
    returns: order.returns.map((one) => ({ ...withoutReason(one), items: one.items.map(withoutReason) })),
  }),
});
