import type { PnpAccountSettings } from './account-settings.ts';
import { basePriceOf, isWeighed, pickingPriceOf } from './picker.ts';
import type { PnpLine, PnpOrder, PnpPick } from './pnp-order.ts';
import { itemStatusOf, orderStatusOf, packageStatusOf } from './statuses.ts';

type Style = PnpAccountSettings['statusStyle'];

/** Minutes, as in the document's example. */
const times = { pickingTime: 27.116, packingTime: 14.533, shippingTime: 0 };

const payment = {
  paymentId: 'C92F6C921B1E450B9F22310A96EE88DC',
  paymentName: 'Cash',
  transactionId: '8EAB87B7EB2746DAABD673664C9E15BE',
  currency: {
    symbol: 'R$',
    code: 'BRL',
    decimalSeparator: ',',
    name: 'BRL',
    decimalDigits: 2,
    groupSize: 3,
    groupSeparator: '.',
  },
};

const instant = (ms: number): string => new Date(ms).toISOString();
const imageOf = (sku: string): string => `https://images.example.com/${sku}.jpg`;

/** `GET /orders/{orderId}`: every field of the document's Order. */
export function toOrderBody(order: PnpOrder, style: Style) {
  const { picks, lines } = order;
  const bagged = (picks ?? []).flatMap(toBagged);
  return {
    orderId: order.orderId,
    sequence: order.sequence,
    status: orderStatusOf(order, style),
    createdAt: instant(order.createdAt),
    updatedAt: instant(order.updatedAt),
    // As the example has it: seven fraction digits and an offset.
    shippingEstimatedDateMin: instant(order.createdAt + 3_600_000).replace('Z', '1586+00:00'),
    tags: [],
    ...times,
    invoices: order.invoices,
    unhandledItems: picks === null ? lines.map((line) => toUnhandled(order, line, style)) : [],
    pickedItems: bagged.map((row) => toHandled(order, row, row.pickedQuantity, 'COLLECTED', style)),
    rejectedItems: (picks ?? [])
      .filter(({ rejectedQuantity }) => rejectedQuantity > 0)
      .map((row) => ({
        ...toHandled(order, row, row.rejectedQuantity, 'REJECTED', style),
        packedQuantity: null,
        reasons: [{ reasonType: order.orderId, reasonDetail: 'out-of-stock' }],
      })),
    replacedItems: (picks ?? [])
      .filter(({ replacedBy }) => replacedBy !== null)
      .map((row) => toReplaced(order, row, style)),
    packages: order.isPacked
      ? [{ id: order.worksheetId, status: packageStatusOf(order, style), itemsIds: bagged.map(({ sku }) => sku) }]
      : [],
    payment: [payment],
  };
}

/** What lies in the bag for a line: itself, or what took its place. */
const toBagged = (row: PnpPick): PnpPick[] => {
  if (row.replacedBy === null) return row.pickedQuantity > 0 ? [row] : [];
  return [{ ...row, ...row.replacedBy, pickedQuantity: row.quantity, replacedBy: null }];
};

const toUnhandled = (order: PnpOrder, line: PnpLine, style: Style) => ({
  id: line.sku,
  sku: line.sku,
  referenceCode: line.refId,
  itemName: line.name,
  price: basePriceOf(line),
  pickingPrice: null as number | null,
  quantity: null as number | null,
  originalQuantity: line.quantity,
  replacedBy: null as string[] | null,
  weighableProduct: isWeighed(line),
  unitMultiplier: line.unitMultiplier,
  originalUnitMultiplier: line.unitMultiplier,
  unitOfMeasure: isWeighed(line) ? 'KILOGRAMS' : 'UNITS',
  images: [imageOf(line.sku)],
  ean: line.ean,
  status: itemStatusOf(order, 'COLLECTED', style),
  packedQuantity: null as number | null,
  reasons: null,
  pickers: ['picker-1'],
  worksheets: [order.worksheetId],
  warehouses: [{ warehouseId: order.warehouseId, warehouseName: order.warehouseId, quantity: line.quantity }],
  createdAt: instant(order.createdAt),
});

const toHandled = (
  order: PnpOrder,
  row: PnpPick,
  quantity: number,
  outcome: Parameters<typeof itemStatusOf>[1],
  style: Style,
) => ({
  ...toUnhandled(order, row, style),
  pickingPrice: pickingPriceOf(row),
  quantity,
  replacedBy: row.replacedBy === null ? null : [row.replacedBy.sku],
  unitMultiplier: row.pickedMultiplier,
  packedQuantity: order.isPacked ? quantity : null,
  status: itemStatusOf(order, outcome, style),
});

/** The fields of the schema, the `name` that it only requires, and those that a public client reads: its example is empty. */
const toReplaced = (order: PnpOrder, row: PnpPick, style: Style) => ({
  ...toHandled(order, row, row.quantity, 'REPLACED', style),
  name: row.name,
  orderSource: order.orderId,
  image: imageOf(row.sku),
  temperature: 'AMBIENT',
});
