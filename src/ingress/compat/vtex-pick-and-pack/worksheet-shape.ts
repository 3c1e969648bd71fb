import type * as z from 'zod';
import type { Order } from '../../../domain/order.ts';
import type { Line } from '../../../domain/order-input.ts';
import { statusTable as ranks } from '../../../domain/order-status.ts';
import { bagOf, handledOf, unitsIn, type Bag, type BagRow, type Miss } from '../../../domain/bag.ts';
import { facilityIdOf } from './facilities.ts';
import { isPacked } from './order-shape.ts';
import { parcelsOf } from './parcels.ts';
import { worksheetIdOf, worksheetUuid } from './partner-ids.ts';
import { firstAt } from './steps.ts';
import { shownStatuses } from '../../../domain/shown-status.ts';
import type { WorksheetSchema, WorksheetSummarySchema } from './worksheet-schema.ts';

type Worksheet = z.input<typeof WorksheetSchema>;

/** Nobody tells us who picks: the systems' own pickers have no names here. */
const pickerId = '-';

/** An order has one worksheet, whoever fulfils it. What both answers show of it. */
function headOf(order: Order) {
  const begunAt = firstAt(order, 'READY_FOR_PICKING') ?? order.createdAt;
  const finishedDate = bagOf(order) === null ? null : firstAt(order, 'READY_FOR_PACKING');
  const assignment = { assignmentDate: begunAt, notes: [], method: 'AUTOMATIC' as const, pickerId, finishedDate };
  return {
    id: worksheetUuid(order.id),
    facilityId: facilityIdOf(order.merchantId, order.storeLocationId),
    worksheetId: worksheetIdOf(order.id),
    categoriesIds: [],
    finishedDate,
    initDate: begunAt,
    status: shownStatuses[order.status].work,
    hostname: order.merchantId,
    pickerAssignment: [{ active: ranks[order.status].rank < ranks.CANCELED.rank, ...assignment }],
    createdAt: order.createdAt,
  };
}

const unitsOf = ({ externalId: orderId, content: { lines } }: Order) => ({
  orderId,
  unitsQuantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
  itemsQuantity: lines.length,
});

export function toWorksheetSummary(order: Order): z.input<typeof WorksheetSummarySchema> {
  const units = unitsOf(order);
  const { from: minDate, to: maxDate } = order.content.window;
  const inBag = unitsIn(bagOf(order)?.rows ?? []);
  return {
    ...headOf(order),
    ordersIds: [units],
    unitsQuantity: units.unitsQuantity,
    itemsQuantity: units.itemsQuantity,
    items: [],
    completedUnitsQuantity: inBag,
    packedUnitsQuantity: isPacked(order) ? inBag : 0,
    deliveryWindow: { minDate, maxDate },
  };
}

export function toWorksheet(order: Order): Worksheet {
  const { lines, window } = order.content;
  const bag = bagOf(order);
  const head = headOf(order);
  const done = bag === null ? 0 : lines.length;
  const changedMs = Date.parse(order.updatedAt);
  const packed = isPacked(order);
  return {
    ...head,
    priority: 0,
    lastPickedItemTime: head.finishedDate === null ? changedMs : Date.parse(head.finishedDate),
    finishEstimatedDate: window.from,
    totalItems: lines.length,
    totalCompletedItems: done,
    totalPackedItems: packed ? done : 0,
    updatedAt: order.updatedAt,
    lastStatusChangeTime: changedMs,
    ordersIds: [
      {
        ...unitsOf(order),
        totalValue: lines.reduce((sum, { unitPriceMinor, quantity }) => sum + unitPriceMinor * quantity, 0),
        shippingEstimatedDate: window.from,
        isInvoiced: order.invoiceStatus === 'invoiced',
        priority: 0,
      },
    ],
    items: lines.map((line) => toItem(order, line, bag)),
    pickedItems: (bag?.rows ?? []).map((row) => toPickedItem(order, row, packed)),
    rejectedItems: (bag?.rejected ?? []).map((miss) => toRejectedItem(order, miss)),
    replacedItems: (bag?.replaced ?? []).map((miss) => toReplacedItem(order, miss)),
    historicalWorksheet: [],
  };
}

const partOf = (line: Pick<Line, 'sku' | 'name' | 'quantity' | 'imageUrl'>) => ({
  id: line.sku,
  name: line.name,
  image: line.imageUrl ?? '',
  temperature: 'AMBIENT' as const,
  originalQuantity: line.quantity,
});

const sourceOf = ({ externalId, currency }: Order, price: number, quantity: number) => ({
  orderId: externalId,
  sellingPrice: price,
  listPrice: price,
  currencyCode: currency,
  quantity,
});

function toItem(order: Order, line: Line, bag: Bag | null): Worksheet['items'][number] {
  const { initDate, finishedDate } = headOf(order);
  const { replacedBy, ...counts } = handledOf(bag, line);
  return {
    ...partOf(line),
    referenceCode: line.sku,
    categories: [],
    itemAssignment: { startPickingAt: initDate, assignedAt: initDate, finishedAt: finishedDate },
    completedQuantity: bag === null ? 0 : line.quantity,
    ...counts,
    orderSource: [
      {
        ...sourceOf(order, line.unitPriceMinor, line.quantity),
        ...counts,
        status: parcelsOf(order).at(-1)?.status ?? 'PENDING',
        replacedBy,
        notes: [],
      },
    ],
  };
}

function toPickedItem(order: Order, row: BagRow, packed: boolean): Worksheet['pickedItems'][number] {
  const { sku, name, units, unitPriceMinor, line } = row;
  const asked = line?.quantity ?? Math.ceil(units);
  const part = partOf(line?.sku === sku ? line : { sku, name, quantity: asked });
  const counts = { pickedQuantity: units, packedQuantity: packed ? units : 0 };
  return { ...part, ...counts, orderSource: [{ ...sourceOf(order, Math.round(unitPriceMinor), asked), ...counts }] };
}

function toRejectedItem(order: Order, { line, units }: Miss): Worksheet['rejectedItems'][number] {
  const { externalId: orderId, currency: currencyCode } = order;
  const source = { orderId, quantity: line.quantity, rejectedQuantity: units, currencyCode, notes: [] };
  return { ...partOf(line), rejectedQuantity: units, replacedQuantity: 0, orderSource: [source] };
}

function toReplacedItem(order: Order, { line, units, replacedBy }: Miss): Worksheet['replacedItems'][number] {
  const counts = { replacedQuantity: units, replacedBy: [...replacedBy] };
  const source = { ...sourceOf(order, line.unitPriceMinor, line.quantity), ...counts, reasons: [], notes: [] };
  return { ...partOf(line), ...counts, orderSource: [source] };
}
