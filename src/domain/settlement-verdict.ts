import type { Line } from './order-input.ts';
import type { PickedItem } from './picking.ts';
import { differenceCodes, type Difference, type DifferenceCode } from './difference.ts';
import { differencesOf, differencesOfStrays } from './settlement-difference.ts';
import type { SettlementRules } from './settlement-rules.ts';
import { settle, toBags, type Settlement } from './settlement.ts';

/** Why an order may not be invoiced: differences that are not tolerated, or one of these. */
export const obstacleCodes = ['picking_unfinished', 'nothing_picked', ...differenceCodes] as const;
export type Obstacle = DifferenceCode | 'picking_unfinished' | 'nothing_picked';

export interface JudgedSettlement extends Settlement {
  differences: readonly Difference[];
  /** By what was picked, that is: whether the order's status allows it is another question. */
  mayInvoice: boolean;
  /** Empty when it may. `nothing_picked`: cancel the order instead. */
  obstacles: readonly Obstacle[];
}

/**
 * The settlement, how it differs from what was asked, and whether it may be invoiced. `isFinished`: the picker is done, and
 * all that was picked could be read.
 */
export function judgeSettlement(
  lines: readonly Line[],
  picked: readonly PickedItem[],
  { rules, currency, isFinished }: { rules: SettlementRules; currency: string; isFinished: boolean },
): JudgedSettlement {
  const terms = { ...rules, currency };
  const settlement = settle(lines, picked);
  const { bags, strays } = toBags(lines, picked);
  const straysBySku = [...Map.groupBy(strays, ({ sku }) => sku)].sort(([a], [b]) => (a < b ? -1 : 1));
  const differences = [
    ...bags.flatMap((bag) => differencesOf(bag, terms)),
    ...straysBySku.flatMap(([sku, items]) => differencesOfStrays(sku, items, terms)),
  ];
  const untolerated = new Set<Obstacle>(differences.filter(({ tolerated }) => !tolerated).map(({ code }) => code));
  if (!isFinished) untolerated.add('picking_unfinished');
  else if (picked.every(({ quantity }) => quantity <= 0)) untolerated.add('nothing_picked');
  const obstacles = obstacleCodes.filter((code) => untolerated.has(code));
  return { ...settlement, differences, mayInvoice: obstacles.length === 0, obstacles };
}
