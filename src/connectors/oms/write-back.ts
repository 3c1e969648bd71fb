/** Goods that are charged: what stands in for a line, or was added. */
export interface SettledGoods {
  /** The OMS's own id of the SKU. */
  sku: string;
  quantity: number;
  /** Net, of all of it together; null for what is sold by the piece. */
  weightGrams: number | null;
  /** Of all of it together, in the order's currency. */
  priceMinor: number;
}

/** What picking came to for one line of the order. */
export interface SettledOmsLine {
  /** The line's id, which is the OMS's (VTEX: `uniqueId`). */
  lineId: string;
  /** How many of what was ordered are in the bag. */
  keptQuantity: number;
  /** Net, of all that is kept; left out for what is sold by the piece. */
  keptWeightGrams?: number;
  /** Of all that is kept together; left out, it is what the order says. */
  newPriceMinor?: number;
  /** In the bag instead of what is not kept; several may share the line. */
  substitutes?: readonly SettledGoods[];
}

/** How the order is to be at the OMS. Lines that are left out stay as they are. */
export interface OmsModification {
  /** Ours, to find it again in the OMS's history: letters, digits, `_` and `-`, at most 64. */
  reference: string;
  /** For people; an OMS may show it to the customer. */
  reason: string;
  lines: readonly SettledOmsLine[];
  /** In the bag, and in nobody's place. */
  additions?: readonly SettledGoods[];
}

export type ModifyOutcome =
  /** The order is as it is to be. */
  | { asked: false }
  /** The OMS took it on. What becomes of it, `readChange` tells. */
  | { asked: true; changeId: string };

/** A modification at the OMS, on its way or at its end. */
export interface OmsChange {
  changeId: string;
  state: 'running' | 'done' | 'canceled';
  /** The OMS's own word for it. */
  word: string;
  /** It runs, and its last step failed: it may have to be retried, or canceled. */
  failing: boolean;
  /** Why it was canceled, in the OMS's words. */
  canceledBecause: string | null;
}

export interface OmsInvoice {
  /** A return refunds at once. */
  kind: 'sale' | 'return';
  /** Letters and digits only. */
  number: string;
  /** UTC. */
  issuedAt: string;
  valueMinor: number;
  lines: readonly { sku: string; quantity: number; unitPriceMinor: number; description?: string }[];
  /** The fiscal key, and where the document is. */
  key?: string;
  url?: string;
}

export interface OmsTracking {
  /** Null: that of the newest invoice there, whoever made it. */
  invoiceNumber: string | null;
  number: string;
  url: string | null;
  carrier: string | null;
  dispatchedAt: string | null;
  /** All that are known, the oldest first; times in UTC. */
  events: readonly { city: string; state: string; description: string; at: string }[];
  /** Null until it was. */
  deliveredAt: string | null;
}

/** What an OMS has of what was written back to it. */
export interface OmsBooks {
  state: string;
  valueMinor: number;
  /** Every line and what was put in; what was taken out whole is not in it. */
  lines: readonly { lineId: string; sku: string; quantity: number; weightGrams: number | null; priceMinor: number }[];
  /** What our modifications put on top of the lines' prices, or took off, so that the sum is right to the cent. */
  adjustmentMinor: number;
  /** Done ones. The reference is null for one that is not ours. */
  modifications: readonly { changeId: string; reference: string | null; askedAt: string | null }[];
  invoices: readonly {
    number: string;
    kind: OmsInvoice['kind'];
    valueMinor: number;
    issuedAt: string | null;
    trackingNumber: string | null;
    events: number;
    delivered: boolean;
  }[];
}

/**
 * Writing back what became of an order. All of it brings the OMS to a state and looks first whether it is there: repeated
 * after a lost answer, it finds what it did and does nothing. All throw Failure; `transient` for what may come to be:
 * a change that is in progress, an order or an invoice that is not that far.
 */
export interface OmsWriteBack {
  /** Safe to repeat; `asked: false` is also the proof that an earlier one was carried out. */
  modify(externalId: string, modification: OmsModification): Promise<ModifyOutcome>;
  readChange(externalId: string, changeId: string): Promise<OmsChange>;
  /** For one that is failing. Answers what became of it: one that has ended meanwhile is left alone. */
  retryChange(externalId: string, changeId: string, reason: string): Promise<OmsChange>;
  cancelChange(externalId: string, changeId: string, reason: string): Promise<OmsChange>;
  /**
   * Not before picking is settled and its modification done: a change and an invoice at one time end in a wrong sum (VTEX,
   * known issue 1348894), and an invoice before Pick and Pack is ready for it leaves its order IDLE for good.
   */
  invoice(externalId: string, invoice: OmsInvoice): Promise<{ alreadyThere: boolean }>;
  /** `sent` is empty when the OMS has it all. */
  track(externalId: string, tracking: OmsTracking): Promise<{ sent: readonly ('parcel' | 'events')[] }>;
  /** Null while the OMS does not show such an order. */
  readWriteBack(externalId: string): Promise<OmsBooks | null>;
}
