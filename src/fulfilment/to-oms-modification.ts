import type { OmsInvoice, OmsModification, SettledGoods, SettledOmsLine } from '../connectors/oms/write-back.ts';
import type { OrderInvoice } from '../domain/invoice.ts';
import type { Order } from '../domain/order.ts';
import type { PickedItem } from '../domain/picking.ts';
import { gramsOf, priceOf, settle, toBags, unitsOf, type Bag } from '../domain/settlement.ts';
import { digest } from '../store/deps.ts';

/** What was picked, as the OMS is to have it. Its reference follows from it: another bag is another modification. */
export function toOmsModification({ id, content, pickedItems }: Order): OmsModification {
  const { bags } = toBags(content.lines, pickedItems);
  const lines = bags.map(toLine);
  const additions = settle(content.lines, pickedItems).additions.map(({ name: _, ...goods }) => goods);
  const reference = `${id}-${digest(JSON.stringify({ lines, additions })).slice(0, 8)}`;
  return { reference, reason: 'picked', lines, additions };
}

function toLine({ line, kept, substitutes }: Bag): SettledOmsLine {
  const grams = gramsOf(kept);
  return {
    lineId: line.id,
    keptQuantity: unitsOf(kept),
    ...(grams === null ? {} : { keptWeightGrams: grams }),
    ...(kept.length === 0 ? {} : { newPriceMinor: priceOf(kept) }),
    substitutes: [...Map.groupBy(substitutes, ({ sku }) => sku)].sort(bySku).map(toGoods),
  };
}

/** The same bag is the same modification, whatever order its picks came in. */
const bySku = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

const toGoods = ([sku, items]: [string, PickedItem[]]): SettledGoods => ({
  sku,
  quantity: unitsOf(items),
  weightGrams: gramsOf(items),
  priceMinor: priceOf(items),
});

/** An invoice as the OMS is told of it; without items of its own it is of all that is in the bag. */
export function toOmsInvoice({ content, pickedItems }: Order, invoice: OrderInvoice): OmsInvoice {
  const skus = new Map(content.lines.map((line) => [line.id, line.sku]));
  const picked = [
    ...Map.groupBy(
      pickedItems.filter(({ quantity }) => quantity > 0),
      ({ sku }) => sku,
    ),
  ].map(toGoods);
  return {
    kind: invoice.type === 'output' ? 'sale' : 'return',
    number: invoice.invoiceNumber,
    issuedAt: invoice.issuedAt,
    valueMinor: invoice.valueMinor,
    lines:
      invoice.items === undefined
        ? picked.map(({ sku, quantity, priceMinor }) => ({
            sku,
            quantity,
            unitPriceMinor: Math.round(priceMinor / quantity),
          }))
        : invoice.items.map(({ lineId, quantity, priceMinor }) => ({
            sku: skus.get(lineId) ?? lineId,
            quantity,
            unitPriceMinor: priceMinor,
          })),
    ...(invoice.invoiceKey === undefined ? {} : { key: invoice.invoiceKey }),
    ...(invoice.invoiceUrl === undefined ? {} : { url: invoice.invoiceUrl }),
  };
}
