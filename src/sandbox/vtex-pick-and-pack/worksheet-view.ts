import type { PnpOrder } from './pnp-order.ts';

const instant = (ms: number): string => new Date(ms).toISOString();
const isDone = ({ picks }: PnpOrder): boolean => picks !== null;
const unitsOf = ({ lines }: PnpOrder): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);
const pickedUnitsOf = ({ picks }: PnpOrder): number =>
  (picks ?? []).reduce((sum, { pickedQuantity }) => sum + pickedQuantity, 0);

const assignmentOf = (order: PnpOrder) => ({
  notes: [],
  method: 'MANUAL',
  active: !isDone(order),
  assignmentDate: instant(order.createdAt),
  pickerId: 'picker-1',
  finishedDate: isDone(order) ? instant(order.updatedAt) : null,
});

/** A row of `GET /worksheets?orderId=`. */
export const toWorksheetSummary = (order: PnpOrder, hostname: string) => ({
  id: order.worksheetId,
  facilityId: order.facilityId,
  worksheetId: order.worksheetId,
  categoriesIds: ['1'],
  finishedDate: isDone(order) ? instant(order.updatedAt) : null,
  initDate: instant(order.createdAt),
  status: isDone(order) ? 'COMPLETED' : 'IN_PROGRESS',
  ordersIds: [{ orderId: order.orderId, unitsQuantity: unitsOf(order), itemsQuantity: order.lines.length }],
  hostname,
  items: [],
  pickerAssignment: [assignmentOf(order)],
  itemsQuantity: order.lines.length,
  unitsQuantity: unitsOf(order),
  completedUnitsQuantity: pickedUnitsOf(order),
  packedUnitsQuantity: pickedUnitsOf(order),
  deliveryWindow: { minDate: instant(order.createdAt), maxDate: instant(order.createdAt + 3_600_000) },
  createdAt: instant(order.createdAt),
});

/** `GET /worksheets/{worksheetId}`. */
export const toWorksheet = (order: PnpOrder, hostname: string) => ({
  id: order.worksheetId,
  worksheetId: order.worksheetId,
  hostname,
  facilityId: order.facilityId,
  initDate: instant(order.createdAt),
  createdAt: instant(order.createdAt),
  updatedAt: instant(order.updatedAt),
  finishEstimatedDate: instant(order.createdAt + 1_800_000),
  finishedDate: isDone(order) ? instant(order.updatedAt) : null,
  status: isDone(order) ? 'COMPLETED' : 'IN_PROGRESS',
  priority: 1,
  totalItems: order.lines.length,
  totalCompletedItems: isDone(order) ? order.lines.length : 0,
  totalPackedItems: isDone(order) ? order.lines.length : 0,
  lastPickedItemTime: order.updatedAt,
  lastStatusChangeTime: order.updatedAt,
  categoriesIds: ['1'],
  pickerAssignment: [assignmentOf(order)],
  ordersIds: [
    {
      orderId: order.orderId,
      totalValue: order.lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0),
      unitsQuantity: unitsOf(order),
      itemsQuantity: order.lines.length,
      shippingEstimatedDate: instant(order.createdAt + 3_600_000),
      isInvoiced: order.invoices.length > 0,
      priority: 1,
    },
  ],
  items: order.lines.map((line) => ({
    id: line.sku,
    name: line.name,
    image: `https://images.example.com/${line.sku}.jpg`,
    temperature: 'AMBIENT',
    categories: [{ id: '1', name: 'Groceries' }],
    itemAssignment: {
      startPickingAt: instant(order.createdAt),
      assignedAt: instant(order.createdAt),
      finishedAt: null,
    },
    originalQuantity: line.quantity,
    completedQuantity: line.quantity,
    pickedQuantity: line.quantity,
    orderSource: [],
  })),
  pickedItems: [],
  rejectedItems: [],
  replacedItems: [],
  historicalWorksheet: [],
});
