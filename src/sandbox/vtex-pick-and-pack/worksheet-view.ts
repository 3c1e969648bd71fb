import type { PnpAccountSettings } from './account-settings.ts';
import type { PnpLine, PnpOrder, PnpPick } from './pnp-order.ts';
import { serviceStatusOf, worksheetStatusOf } from './statuses.ts';

const currencyCode = 'BRL';
const categories = [{ id: '1', name: 'Groceries' }];

const instant = (ms: number): string => new Date(ms).toISOString();
const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

/** One worksheet has one order, and is of the same age. Its id is the order's, in the shape of a uuid. */
const idOf = ({ facilityId, worksheetId }: PnpOrder): string =>
  [facilityId.slice(0, 8), facilityId.slice(8, 12), `4${facilityId.slice(13, 16)}`, `8${facilityId.slice(17, 20)}`, worksheetId].join('-'); // prettier-ignore

const pickedUnitsOf = ({ replacedBy, quantity, pickedQuantity }: PnpPick): number =>
  replacedBy === null ? pickedQuantity : quantity;

const finishedDateOf = ({ picks, updatedAt }: PnpOrder): string | null => (picks === null ? null : instant(updatedAt));

/** Whose account it is, and who picks there. */
type Store = Pick<PnpAccountSettings, 'account' | 'picker'>;

const assignmentOf = (order: PnpOrder, { picker: pickerId }: Store) => ({
  active: true,
  assignmentDate: instant(order.createdAt),
  notes: [],
  method: 'MANUAL',
  pickerId,
  finishedDate: finishedDateOf(order),
});

/** What both answers have. */
const headOf = (order: PnpOrder, store: Store) => ({
  id: idOf(order),
  facilityId: order.facilityId,
  worksheetId: order.worksheetId,
  categoriesIds: categories.map(({ id }) => id),
  finishedDate: finishedDateOf(order),
  initDate: instant(order.createdAt),
  status: worksheetStatusOf(order.status),
  hostname: store.account,
  pickerAssignment: [assignmentOf(order, store)],
  createdAt: instant(order.createdAt),
});

const unitsOf = ({ orderId, lines }: PnpOrder) => ({
  orderId,
  unitsQuantity: sum(lines, ({ quantity }) => quantity),
  itemsQuantity: lines.length,
});

/** A row of `GET /worksheets?orderId=`. */
export const toWorksheetSummary = (order: PnpOrder, store: Store) => {
  const { orderId, ...units } = unitsOf(order);
  const picked = sum(order.picks ?? [], pickedUnitsOf);
  return {
    ...headOf(order, store),
    ordersIds: [{ orderId, ...units }],
    items: [],
    ...units,
    completedUnitsQuantity: picked,
    packedUnitsQuantity: order.isPacked ? picked : 0,
    deliveryWindow: { minDate: instant(order.createdAt), maxDate: instant(order.createdAt + 3_600_000) },
  };
};

/** `GET /worksheets/{worksheetId}`. */
export function toWorksheet(order: PnpOrder, store: Store) {
  const rows = order.picks ?? [];
  const done = rows.length;
  const { orderId } = order;
  return {
    ...headOf(order, store),
    priority: 0,
    lastPickedItemTime: order.updatedAt,
    finishEstimatedDate: instant(order.createdAt + 1_800_000),
    totalItems: order.lines.length,
    totalCompletedItems: done,
    totalPackedItems: order.isPacked ? done : 0,
    updatedAt: instant(order.updatedAt),
    lastStatusChangeTime: order.updatedAt,
    ordersIds: [
      {
        ...unitsOf(order),
        totalValue: sum(order.lines, ({ price, quantity }) => price * quantity),
        shippingEstimatedDate: instant(order.createdAt + 3_600_000),
        isInvoiced: order.invoices.length > 0,
        priority: 561.2,
      },
    ],
    items: order.lines.map((line, at) => toItem(order, line, rows[at])),
    pickedItems: rows
      .filter((row) => row.pickedQuantity > 0)
      .map((row) => {
        const counts = { pickedQuantity: row.pickedQuantity, packedQuantity: order.isPacked ? row.pickedQuantity : 0 };
        return { ...partOf(row), ...counts, orderSource: [{ ...sourceOf(orderId, row), ...counts }] };
      }),
    rejectedItems: rows
      .filter((row) => row.rejectedQuantity > 0)
      .map((row) => {
        const counts = { rejectedQuantity: row.rejectedQuantity };
        const source = { orderId, quantity: row.quantity, ...counts, currencyCode, notes: [] };
        // `replacedQuantity` is required of rejected items too.
        return { ...partOf(row), ...counts, replacedQuantity: 0, orderSource: [source] };
      }),
    replacedItems: rows.flatMap((row) => {
      if (row.replacedBy === null) return [];
      const counts = { replacedQuantity: row.quantity };
      const replacedBy = [row.replacedBy.sku];
      const source = { ...sourceOf(orderId, row), ...counts, replacedBy, reasons: [], notes: [] };
      return [{ ...partOf(row), ...counts, replacedBy, orderSource: [source] }];
    }),
    historicalWorksheet: [],
  };
}

const partOf = ({ sku, name, quantity }: PnpLine) => ({
  id: sku,
  name,
  image: `https://images.example.com/${sku}.jpg`,
  temperature: 'AMBIENT',
  originalQuantity: quantity,
});

const sourceOf = (orderId: string, { price, quantity }: PnpLine) => ({
  orderId,
  sellingPrice: price,
  listPrice: price,
  currencyCode,
  quantity,
});

const toItem = (order: PnpOrder, line: PnpLine, row: PnpPick | undefined) => {
  const counts = {
    pickedQuantity: row?.pickedQuantity ?? 0,
    rejectedQuantity: row?.rejectedQuantity ?? 0,
    replacedQuantity: row === undefined || row.replacedBy === null ? 0 : row.quantity,
  };
  return {
    ...partOf(line),
    referenceCode: line.refId,
    categories,
    itemAssignment: {
      startPickingAt: instant(order.createdAt),
      assignedAt: instant(order.createdAt),
      finishedAt: finishedDateOf(order),
    },
    completedQuantity: row === undefined ? 0 : line.quantity,
    ...counts,
    orderSource: [
      {
        ...sourceOf(order.orderId, line),
        ...counts,
        // Enum B, of all things.
        status: serviceStatusOf(order.status) ?? 'PENDING',
        replacedBy: row === undefined || row.replacedBy === null ? [] : [row.replacedBy.sku],
        notes: [],
      },
    ],
  };
};
