/**
 * What a fulfilment system shows of an order beside the order itself, as far as Packline shows it on. Pickers, couriers,
 * notes and evidences are people's: documents are stored sealed under the order's key.
 */

/** Something that somebody wrote down. */
export interface ToldNote {
  date: string | null;
  /** The system's own word: `COMMENT`, `IMAGE`. */
  type: string | null;
  /** Text, or of an evidence the URL of what shows it. */
  content: string;
  author: string | null;
}

export interface ToldPicker {
  id: string;
  active: boolean;
  /** The system's own word: `MANUAL`, `AUTOMATIC`. */
  method: string | null;
  assignedAt: string | null;
  finishedAt: string | null;
  notes: readonly ToldNote[];
}

/** One SKU of a worksheet, the share of this order. */
export interface ToldWorksheetItem {
  sku: string;
  name: string | null;
  requestedQuantity: number;
  pickedQuantity: number;
  rejectedQuantity: number;
  replacedQuantity: number;
  /** SKUs. */
  replacedBy: readonly string[];
  notes: readonly ToldNote[];
}

/** What a picker works off: one order may have several, and one may be for several orders. */
export interface ToldWorksheet {
  externalId: string;
  facilityId: string | null;
  /** The system's own word, in capitals. */
  status: string | null;
  createdAt: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  pickers: readonly ToldPicker[];
  items: readonly ToldWorksheetItem[];
}

export interface ToldPackage {
  externalId: string;
  description: string | null;
  weightGrams: number | null;
  valueMinor: number | null;
  items: readonly { sku: string; name: string | null; quantity: number }[];
}

export interface ToldShipment {
  externalId: string;
  /** Under which the carrier knows it. */
  serviceId: string | null;
  /** The system's own word, in capitals. */
  status: string | null;
  type: string | null;
  carrier: string | null;
  trackingUrl: string | null;
  courier: { name: string; vehicle: string | null } | null;
  createdAt: string | null;
  /** Null until it is delivered. */
  deliveredAt: string | null;
  packages: readonly ToldPackage[];
  evidences: readonly ToldNote[];
  notes: readonly ToldNote[];
}

export interface FulfilmentDocuments {
  worksheets: readonly ToldWorksheet[];
  shipments: readonly ToldShipment[];
}

/** What of them may lie in clear, in the order: what it is found by, and what a change is told from. */
export interface DocumentRefs {
  worksheets: readonly Pick<ToldWorksheet, 'externalId' | 'status'>[];
  shipments: readonly Pick<ToldShipment, 'externalId' | 'serviceId' | 'status'>[];
}

/** In one order, whatever order the system lists them in. */
export const refsOf = ({ worksheets, shipments }: FulfilmentDocuments): DocumentRefs => ({
  worksheets: worksheets.map(({ externalId, status }) => ({ externalId, status })).toSorted(byId),
  shipments: shipments.map(({ externalId, serviceId, status }) => ({ externalId, serviceId, status })).toSorted(byId),
});

const byId = (one: { externalId: string }, other: { externalId: string }): number =>
  one.externalId < other.externalId ? -1 : 1;
