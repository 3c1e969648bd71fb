import type { ChangeOutcome } from './change-schema.ts';
import type { ChangeRequest } from './changes.ts';
import type { NewOrder, OrderDoc } from './order-doc.ts';

/** An order of the simulated OMS, and what is known of it beside its document. */
export interface OmsOrder {
  orderId: string;
  doc: OrderDoc;
  /** What it was made from, with the changes since. */
  input: NewOrder;
  /** Milliseconds since the epoch, with a fraction. */
  createdAt: number;
  changedAt: number;
  /** So many reads still find nothing. */
  invisibleReads: number;
  startHandlingCalls: number;
  /** Modifications, the oldest first. */
  changes: ChangeRequest[];
  /** How the next of them end; all others are done. */
  changeOutcomes: ChangeOutcome[];
  interactions: { source: string; message: string }[];
}
