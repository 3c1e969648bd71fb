/** An order of the simulated OMS. `doc` is what `GET /api/oms/pvt/orders/{orderId}` answers, its `status` included. */
export interface OmsOrderRecord {
  readonly orderId: string;
  readonly doc: Record<string, unknown> & { orderId: string; sequence: string; status: string };
}

export interface PnpTracking {
  deliveredDate: string | null;
  events: readonly { city: string; state: string; description: string; date: string }[];
}

/** What VTEX's own apps (Pick and Pack) see and do in an account of the OMS. */
export interface OmsAccount {
  readonly name: string;
  orders(): readonly OmsOrderRecord[];
  order(orderId: string): OmsOrderRecord | undefined;
  /** After every change of an order's status. Ends with the answered function. */
  onStatus(listener: (order: OmsOrderRecord, previous: string | null) => void): () => void;
  /** As the call of the same name; false when the order is not ready-for-handling. */
  startHandling(orderId: string): boolean;
  /** Picking is settled: `ready-for-invoicing` where the account has it so, else nothing. A simulated ERP may invoice now. */
  pickingDone(orderId: string, picked: readonly { uniqueId: string; quantity: number; priceMinor: number }[]): void;
  /** Tracking that came over Pick and Pack: what happened on the way, and the package's courier has finished. */
  delivered(orderId: string, tracking: PnpTracking): void;
}
