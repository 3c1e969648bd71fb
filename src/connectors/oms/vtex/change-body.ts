import { Failure } from '../../../domain/failure.ts';
import type { OmsModification, SettledGoods, SettledOmsLine } from '../write-back.ts';
import { referenceOf, withReference } from './change-reference.ts';
import { measureGoods, type GivenItem, type TakenItem } from './measured-goods.ts';
import { fromMinor } from './money.ts';
import { toPresentItems, type PresentItem } from './present-items.ts';
import type { WireHistory, WireOrder } from './wire.ts';

/** `PATCH /api/order-system/orders/{changeOrderId}/changes` (Orders API, "Create order modifications"). */
export interface ChangeBody {
  reason: string;
  add?: { items: GivenItem[] };
  remove?: { items: TakenItem[] };
  replace?: { from: { items: TakenItem[] }; to: { items: GivenItem[] } }[];
  manualDiscountValue?: number;
  manualIncrementValue?: number;
}

/**
 * What has to change at VTEX so that the order is as it is to be; null when it is. The difference is taken from the order as
 * it was read, so that what was done already is not asked for again.
 *
 * A line that differs is taken whole and given back as it is to be (`replace`): carried out twice, the second request would
 * take more than there is left, which VTEX refuses. A price by weight seldom comes to whole cents, and how VTEX rounds it
 * does not say: what the settled sum lacks, or has too much, is a manual value of the same request, and where VTEX rounded
 * otherwise, of a next one (guide "Adapting your integration for Order modifications", "Manual values").
 * @throws Failure `rejected` `vtex.line_gone` (a line that is to be kept is not in the order), `vtex.nothing_left` (that is a
 * cancellation, and VTEX refuses it as a change)
 */
export function toChangeBody(order: WireOrder, history: WireHistory, modification: OmsModification): ChangeBody | null {
  const currency = order.storePreferencesData?.currencyCode ?? '';
  const items = toPresentItems(order.items ?? []);
  const lines = modification.lines.map((line) => ({ line, own: items.find(({ id }) => id === line.lineId) }));
  const strangers = items.filter((item) => lines.every(({ own }) => own !== item));
  const add: GivenItem[] = [];
  const remove: TakenItem[] = [];
  const replace: NonNullable<ChangeBody['replace']> = [];
  /** Settled sum less what the items will come to. */
  let missing = -adjustmentOf(history);
  let isEmpty = true;

  /** What of these goods is not in the order. What else is there that nobody asked for is somebody else's, and stays. */
  const notThere = (wanted: readonly SettledGoods[]): GivenItem[] =>
    wanted.flatMap((goods) => {
      const target = fromMinor(goods.priceMinor, currency);
      const at = strangers.findIndex((item) => isOf(item, goods));
      const [there] = at < 0 ? [] : strangers.splice(at, 1);
      const made = there === undefined ? measureGoods({ ...goods, grams: goods.weightGrams ?? undefined, total: target }) : there; // prettier-ignore
      missing += target - (made.total ?? target);
      isEmpty = false;
      return 'item' in made ? made.item : [];
    });

  for (const { line, own } of lines) {
    const target = line.newPriceMinor === undefined ? undefined : fromMinor(line.newPriceMinor, currency);
    const others = notThere(line.substitutes ?? []);
    if (line.keptQuantity > 0) {
      if (own === undefined) throw lineGone();
      const kept = isAsWanted(own, line, target) ? own : measureKept(own, line, target);
      isEmpty = false;
      missing += (target ?? 0) - (target === undefined ? 0 : (kept.total ?? target));
      if ('item' in kept) replace.push(swap(own, [kept.item, ...others]));
      else add.push(...others);
    } else if (own === undefined) add.push(...others);
    else if (others.length > 0) replace.push(swap(own, others));
    else remove.push(takenFrom(own));
  }
  add.push(...notThere(modification.additions ?? []));
  if (isEmpty && strangers.length === 0) throw nothingLeft();
  if (add.length + remove.length + replace.length === 0 && missing === 0) return null;
  return {
    reason: withReference(modification),
    ...(add.length > 0 ? { add: { items: add } } : {}),
    ...(remove.length > 0 ? { remove: { items: remove } } : {}),
    ...(replace.length > 0 ? { replace } : {}),
    ...(missing < 0 ? { manualDiscountValue: -missing } : {}),
    ...(missing > 0 ? { manualIncrementValue: missing } : {}),
  };
}

/** What our earlier requests put on top, or took off, in hundredths. Anybody else's manual values are theirs. */
export const adjustmentOf = ({ requests }: WireHistory): number =>
  requests
    .filter(({ reason }) => referenceOf(reason) !== null)
    .reduce((sum, own) => sum + (own.manualIncrementValue ?? 0) - (own.manualDiscountValue ?? 0), 0);

const isOf = (item: PresentItem, { sku, quantity, weightGrams }: SettledGoods): boolean =>
  item.sku === sku && (weightGrams === null ? item.quantity === quantity : item.grams === weightGrams);

function isAsWanted(own: PresentItem, line: SettledOmsLine, target: number | undefined): boolean {
  const isWeighed = own.grams !== undefined && line.keptWeightGrams !== undefined;
  const hasGoods = isWeighed ? own.grams === line.keptWeightGrams : own.quantity === line.keptQuantity;
  return hasGoods && (target === undefined || Math.abs(own.total - target) <= roundingOf(own));
}

/** By how much a price of the unit of measure may miss the price of all: half a hundredth for each unit, and VTEX's own. */
const roundingOf = ({ quantity, multiplier }: PresentItem): number =>
  multiplier === 1 ? Math.floor(quantity / 2) : Math.ceil(quantity * (multiplier / 2 + 1));

/** The line as it is to be. Its price is named only where it is another: VTEX goes by the order's own, promotions included. */
function measureKept(own: PresentItem, line: SettledOmsLine, target: number | undefined) {
  const { sku, unit, multiplier, grams: before } = own;
  const { keptQuantity: quantity, keptWeightGrams } = line;
  const grams = before === undefined ? undefined : keptWeightGrams;
  const isLessOfTheSame = grams === undefined && own.total * quantity === (target ?? 0) * own.quantity;
  const made = measureGoods({ sku, quantity, grams, unit, multiplier, total: isLessOfTheSame ? undefined : target });
  return { ...made, item: { ...made.item, ...uniqueIdOf(own) } };
}

const uniqueIdOf = ({ uniqueId }: PresentItem) => (uniqueId === undefined ? {} : { uniqueId });

const takenFrom = (own: PresentItem): TakenItem => ({ id: own.sku, ...uniqueIdOf(own), quantity: own.quantity });

/** What comes in a line's place names that line, as in the reference's example: "of the item being modified". */
const swap = (own: PresentItem, items: readonly GivenItem[]) => ({
  from: { items: [takenFrom(own)] },
  to: { items: items.map((item) => ({ ...item, ...uniqueIdOf(own) })) },
});

const lineGone = (): Failure =>
  new Failure('rejected', 'vtex.line_gone', 'VTEX’s order lacks a line that was picked: somebody changed it there');
const nothingLeft = (): Failure =>
  new Failure('rejected', 'vtex.nothing_left', 'Nothing of the order is left: it has to be canceled, not changed');
