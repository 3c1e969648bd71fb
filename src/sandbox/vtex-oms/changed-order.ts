import type { GivenItem, TakenItem, ChangeBody } from './change-schema.ts';
import type { OrderDoc } from './order-doc.ts';
import { makeItem, makeMetadata, type OrderItem } from './order-items.ts';
import { VtexRefusal } from './vtex-refusal.ts';

interface ChangingDeps {
  /** The `uniqueId` of an item that comes to be. */
  nextUniqueId: () => string;
  /** How a price by weight becomes a price: VTEX does not say, and its own examples truncate. */
  rounding: 'nearest' | 'down';
}

/** What of an order a change touches. */
export type ChangedContent = Pick<OrderDoc, 'items' | 'totals' | 'value' | 'itemMetadata' | 'shippingData'>;

export const manualTotalId = 'ManualValues';

/**
 * The order after a request, without touching it. What is taken out whole stays in the list with a quantity of 0, so that
 * packages' and logistics' indexes go on fitting.
 * @throws VtexRefusal for an item that is not there (SalesOrderSystem010), too much of it (011), one of two that are
 * alike and not told apart (026), and another unit than its own (055)
 */
export function changeOrder(doc: OrderDoc, body: ChangeBody, deps: ChangingDeps): ChangedContent {
  const { items, totals, itemMetadata, shippingData } = structuredClone(doc);
  const content: ChangedContent = { items, totals, itemMetadata, shippingData, value: doc.value };

  const give = (like: OrderItem | undefined, item: GivenItem): void => {
    if (item.uniqueId !== undefined && !content.items.some(({ uniqueId }) => uniqueId === item.uniqueId)) {
      throw refusal('010', `No item of the order is ${item.uniqueId}`);
    }
    const own = like?.id === item.id ? like : undefined;
    refuseOtherUnit(own, item);
    if (own !== undefined && own.quantity === 0 && item.uniqueId === own.uniqueId) {
      setGoods(own, item, nominalOf(own), deps.rounding);
      return;
    }
    const line = { sku: item.id, quantity: item.quantity, price: 0, unit: item.measurementUnit ?? own?.measurementUnit ?? 'un', unitMultiplier: 1 }; // prettier-ignore
    const made = { ...makeItem(line, '0'), uniqueId: deps.nextUniqueId() };
    setGoods(made, item, own === undefined ? ((like && nominalOf(like)) ?? 0) : nominalOf(own), deps.rounding);
    addItem(content, made, like);
  };

  for (const item of body.remove?.items ?? []) take(content, item);
  for (const { from, to } of body.replace ?? []) {
    const before = from.items.map((item) => take(content, item));
    for (const item of to.items) {
      const like = before.find(({ uniqueId, id }) => uniqueId === item.uniqueId || id === item.id) ?? before[0];
      give(like, item);
    }
  }
  for (const item of body.add?.items ?? [])
    give(
      content.items.find(({ id }) => id === item.id),
      item,
    );
  return priced(content, body.manualIncrementValue - body.manualDiscountValue);
}

function take({ items }: ChangedContent, wanted: TakenItem): OrderItem {
  const alike = items.filter(({ id, quantity }) => id === wanted.id && quantity > 0);
  if (wanted.uniqueId === undefined && alike.length > 1) {
    throw refusal('026', `Item ${wanted.id} is on several lines: uniqueId is required`);
  }
  const found = alike.find(({ uniqueId }) => wanted.uniqueId === undefined || uniqueId === wanted.uniqueId);
  if (found === undefined) throw refusal('010', `Item ${wanted.id} was not found in the order`);
  if (found.quantity < wanted.quantity) throw refusal('011', `Item ${wanted.id} has a quantity of ${found.quantity}`);
  refuseOtherUnit(found, wanted);
  found.quantity -= wanted.quantity;
  return found;
}

function refuseOtherUnit(item: OrderItem | undefined, { measurementUnit }: GivenItem): void {
  if (item === undefined || measurementUnit === undefined || measurementUnit === item.measurementUnit) return;
  throw refusal('055', `Item ${item.id} is measured in ${item.measurementUnit}, not in ${measurementUnit}`);
}

/** An order's own `price` here is that of one unit with its multiplier, a changed item's that of the unit of measure. */
const nominalOf = ({ sellingPrice, unitMultiplier }: OrderItem): number => sellingPrice / unitMultiplier;

function setGoods(item: OrderItem, to: GivenItem, nominal: number, rounding: ChangingDeps['rounding']): void {
  const unitMultiplier = to.unitMultiplier ?? item.unitMultiplier;
  const price = to.price ?? nominal;
  // Twelve digits are more than money and weight have: what is left beyond them is the machine's, not the shop's.
  const exact = Number((price * unitMultiplier).toPrecision(12));
  const sellingPrice = rounding === 'down' ? Math.floor(exact) : Math.round(exact);
  const { quantity } = to;
  Object.assign(item, {
    quantity,
    unitMultiplier,
    price: Math.round(price),
    sellingPrice,
    priceDefinition: {
      sellingPrices: [{ value: sellingPrice, quantity }],
      calculatedSellingPrice: sellingPrice,
      total: sellingPrice * quantity,
      reason: null,
    },
  });
}

/** A new item goes where the one went that it stands for. */
function addItem(content: ChangedContent, item: OrderItem, like: OrderItem | undefined): void {
  const { items, itemMetadata, shippingData } = content;
  const itemIndex = items.push(item) - 1;
  itemMetadata.Items.push(makeMetadata({ sku: item.id, quantity: item.quantity, price: item.price, unit: item.measurementUnit, unitMultiplier: item.unitMultiplier })); // prettier-ignore
  const index = like === undefined ? 0 : items.indexOf(like);
  const goes = shippingData.logisticsInfo.find((info) => info.itemIndex === index) ?? shippingData.logisticsInfo[0];
  if (goes !== undefined) shippingData.logisticsInfo.push({ ...structuredClone(goes), itemIndex });
}

/** Shipping stays as it was (`compensateShippingChanges`). */
function priced(content: ChangedContent, manual: number): ChangedContent {
  const items = content.items.reduce((sum, { sellingPrice, quantity }) => sum + sellingPrice * quantity, 0);
  const before = content.totals.find(({ id }) => id === manualTotalId)?.value ?? 0;
  const others = content.totals.filter(({ id }) => id !== manualTotalId);
  const totals = others.map((total) => (total.id === 'Items' ? { ...total, value: items } : total));
  if (before + manual !== 0) totals.push({ id: manualTotalId, name: 'Manual Values Total', value: before + manual });
  return { ...content, totals, value: totals.reduce((sum, { value }) => sum + value, 0) };
}

const refusal = (number: string, message: string): VtexRefusal =>
  new VtexRefusal(400, `SalesOrderSystem${number}`, message);
