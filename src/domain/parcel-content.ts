import { bagOf, priceOf } from './bag.ts';
import type { Order, OrderPerson } from './order.ts';

/** What the parcel is made of: what was picked, or what was asked for until that is known. */
export function contentOf(order: Order) {
  const bag = bagOf(order);
  if (bag === null) {
    const items = order.content.lines.map(({ sku, name, imageUrl, gtin, quantity, unitPriceMinor }) => ({
      id: sku,
      name,
      image: imageUrl ?? '',
      ean: gtin ?? '',
      quantity,
      price: unitPriceMinor,
    }));
    return { items, grams: 0, totalValue: items.reduce((sum, { quantity, price }) => sum + quantity * price, 0) };
  }
  const items = bag.rows.map(({ sku, name, units, unitPriceMinor, line }) => ({
    id: sku,
    name,
    image: line?.sku === sku ? (line.imageUrl ?? '') : '',
    ean: line?.sku === sku ? (line.gtin ?? '') : '',
    quantity: units,
    price: unitPriceMinor,
  }));
  const grams = bag.rows.reduce((sum, row) => sum + (row.grams ?? 0), 0);
  return { items, grams, totalValue: Math.round(priceOf(bag.rows)) };
}

/** The way of the parcel as the merchant told it, as notes. */
export const wayOf = ({ merchantId }: Order, person: OrderPerson | null) =>
  (person?.trackingEvents ?? []).map(({ city, state, description, date }) => ({
    date,
    type: 'COMMENT',
    content: `${description} (${city}, ${state})`,
    author: merchantId,
  }));
