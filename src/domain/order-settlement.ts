import type { Order } from './order.ts';
import type { PickedItem } from './picking.ts';
import type { SettlementRules } from './settlement-rules.ts';
import { judgeSettlement, type Obstacle } from './settlement-verdict.ts';

/**
 * Whether what was picked may be charged, as it was judged when the picks came. `held`: nothing is invoiced, and the OMS is not
 * told, until the goods are picked otherwise, the rules allow it (read the order anew), or somebody accepts it.
 */
export interface OrderSettlement {
  state: 'clear' | 'held' | 'accepted';
  /** Why it is, or was, held. */
  obstacles: readonly Obstacle[];
  acceptedAt?: string | undefined;
}

export const heldProblem = 'settlement.held';

export const isHeld = ({ settlement }: Pick<Order, 'settlement'>): boolean => settlement?.state === 'held';

/** Judged once the picker is done and all that was picked could be read. */
export function judgePicks(
  { content, currency }: Pick<Order, 'content' | 'currency'>,
  picked: readonly PickedItem[],
  rules: SettlementRules,
): OrderSettlement {
  const { mayInvoice, obstacles } = judgeSettlement(content.lines, picked, { rules, currency, isFinished: true });
  return { state: mayInvoice ? 'clear' : 'held', obstacles };
}

export const heldDetail = ({ obstacles }: OrderSettlement): string =>
  `what was picked differs from what was ordered by more than the rules allow: ${obstacles.join(', ')}. ` +
  (obstacles.includes('nothing_picked') ? 'Cancel the order' : 'Look at the picked items, and accept them') +
  '; until then nothing is invoiced';
